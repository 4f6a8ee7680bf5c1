"""The product as an installation runs it: a process of its own, on a port of its own."""
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from .clients import _TOKEN

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds to start, on a machine that runs other tests beside


DEMO_PASSWORD = "balcao-demo"


def sign_in(browser, url, username, password=DEMO_PASSWORD) -> None:
    """Sign in by the form of a server; the cookie is good for any port of the host."""
    token = _TOKEN.search(browser.get(f"{url}/login/").text)[1]
    answer = browser.post(f"{url}/login/", data={"username": username, "password": password, "csrf_token": token})
    assert answer.status_code == 302, answer.text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(environ: dict, log: Path, *arguments: str):
    """`flask serve` with these settings while the block runs; yields its address. What it writes goes to `log`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "serve", *arguments],
            cwd=ROOT, stdout=output, stderr=output,
            env={**environ, "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": address})
        try:
            _wait(process, f"{address}/healthz", log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process, url, log):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url} within {PATIENCE} s:\n{log.read_text()[-4000:]}")
