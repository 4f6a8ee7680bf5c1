"""Where bytes lie: under UPLOADS_PATH, never below the web root, under random names, whole or not at all.

What the rest of the product knows of it is `new`, `open`, `delete` and `names`: another store (an object store of a
cloud, say) is a class with these four.
"""
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ..database import after_rollback

CHUNK = 64 * 1024
AREA = re.compile(r"[a-z]{1,20}")
NAME = re.compile(r"[a-z]{1,20}/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
COMING = "coming"  # the folder of what is not whole yet; no area may be called so


class TooLarge(Exception):
    """More bytes came than the caller allows; none of them are kept."""


class Incoming:
    """A file on its way in: written by chunks, looked at, and then kept or gone. Made by `FolderStore.new`."""

    def __init__(self, store: "FolderStore", area: str, limit: int | None):
        self._store, self._area, self._limit = store, area, limit
        self._hash, self.size, self._ended = hashlib.sha256(), 0, False
        self.path = store.root / COMING / secrets.token_hex(16)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file: BinaryIO = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(self, *_):
        self.discard()

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Add bytes. Raises TooLarge."""
        self.size += len(data)
        if self._limit is not None and self.size > self._limit:
            self.discard()
            raise TooLarge
        self._hash.update(data)
        return self.file.write(data)

    def read_from(self, stream) -> None:
        """Add all that a stream has, a chunk at a time. Raises TooLarge."""
        while chunk := stream.read(CHUNK):
            self.write(chunk)

    def keep(self, session=None) -> str:
        """Safely on the disk under the name that is returned. With a `session`, gone again if its unit of work is."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        name = self._store.fresh_name(self._area)
        target = self._store.path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self.path, target)
        _sync_folder(target.parent)
        self._ended = True
        if session is not None:
            after_rollback(session, lambda: self._store.delete(name))
        return name

    def discard(self) -> None:
        """Forget it, unless it was kept."""
        self.file.close()
        if not self._ended:
            self.path.unlink(missing_ok=True)


class FolderStore:
    """Files in a folder of this machine, in two levels of folders below the area they belong to (`attachment`)."""

    def __init__(self, root: str | Path):
        self.root = Path(root)

    def new(self, area: str, *, limit: int | None = None) -> Incoming:
        """A file to be written, for `with`: what is not kept inside the block is gone after it."""
        if not AREA.fullmatch(area) or area == COMING:
            raise ValueError(f"no area: {area!r}")
        return Incoming(self, area, limit)

    def open(self, name: str) -> BinaryIO:
        """The bytes, seekable. Raises FileNotFoundError."""
        return self.path(name).open("rb")

    def delete(self, name: str) -> None:
        """Remove the bytes; nothing where they are gone already."""
        self.path(name).unlink(missing_ok=True)

    def names(self, area: str, *, older_than: datetime) -> Iterator[str]:
        """Every name of an area that was written before a time."""
        for path in (self.root / area).glob("*/*/*"):
            with contextlib.suppress(FileNotFoundError):  # somebody else has just removed it
                name = path.relative_to(self.root).as_posix()
                if NAME.fullmatch(name) and _written(path) < older_than:
                    yield name

    def drop_unfinished(self, *, older_than: datetime) -> int:
        """Remove what never became whole: its writer died."""
        old = [path for path in (self.root / COMING).glob("*") if _written(path) < older_than]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def fresh_name(self, area: str) -> str:
        """A name that nobody can guess and no file has."""
        random = secrets.token_hex(16)
        return f"{area}/{random[:2]}/{random[2:4]}/{random}"

    def path(self, name: str) -> Path:
        """The place of a name of ours. Raises FileNotFoundError for anything else, so that no name leads out."""
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self.root / name


def store_of(settings) -> FolderStore:
    """The store of this installation."""
    return FolderStore(settings["UPLOADS_PATH"])


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync_folder(folder: Path) -> None:
    """The name too must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
