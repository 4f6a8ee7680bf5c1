"""What looks for viruses: the test string that every scanner knows, and the program of the installation."""
import subprocess
from collections.abc import Callable
from pathlib import Path

from flask_babel import lazy_gettext as _l

from ..errors import DomainError, Invalid

# In two pieces, so that no scanner takes this source for what it finds.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CHUNK, SECONDS = 1024 * 1024, 60
FOUND = _l("A virus was found in this file: it is not accepted.")

Scanner = Callable[[Path], bool]  # is it clean? Raises what it likes where it cannot say


class NotScanned(DomainError):
    """Nobody could look: what is not known to be clean is not taken in."""

    status, code = 503, "unavailable"


def command(words: list[str]) -> Scanner | None:
    """The scanner of UPLOAD_SCANNER, as `clamdscan` answers: 0 clean, 1 infected. None where there is none."""
    def run(path: Path) -> bool:
        done = subprocess.run(  # noqa: S603  (the operator's words, a path of ours, no shell)
            [*words, str(path)], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode(errors="replace")[-500:])
        return done.returncode == 0
    return run if words else None


def scan(file, path: Path, scanner: Scanner | None) -> None:
    """Raises Invalid where something is found, NotScanned where the scanner fails: never in doubt for the file."""
    file.flush()  # the scanner reads by itself
    file.seek(0)
    rest = b""
    while chunk := file.read(CHUNK):
        if EICAR in rest + chunk:
            raise Invalid(FOUND, field="file")
        rest = chunk[-len(EICAR):]
    if scanner is None:
        return
    try:
        clean = scanner(path)
    except Exception as error:
        raise NotScanned(_l("The file could not be checked for viruses just now. Try again in a moment."),
                         field="file") from error
    if not clean:
        raise Invalid(FOUND, field="file")
