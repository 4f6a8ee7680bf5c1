"""make bench: how fast the product is and how it grows, one JSON object a line on standard output.

SIZE=small: 10,000 and 100,000 attendances. SIZE=full: 10,000 and 1,000,000, and docs/benchmarks.md is written. SQLite
always; PostgreSQL where BENCH_DATABASE_URL or TEST_DATABASE_URL names a server on which databases may be made.
BENCH_DIR keeps the databases for the next time; ENGINES=sqlite leaves the other out.

Small and large database are measured in turns, sample by sample, so that what else the machine does weighs on both.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import partial
from pathlib import Path

from . import cases, history, records, report, tickets
from .databases import ROOT, Databases

SIZES = {"small": (10_000, 100_000), "full": (10_000, 1_000_000)}
COMPLAINTS = ROOT.parent / "shared" / "data" / "consumidor_gov"
LIMITS = {"document": 20, "phone": 20, "email": 20, "name": 120, "palette": 150, "page": 60, "ratio": 1.3,
          "list_cpu": 12, "minimal_cpu": 4, "start": 5, "import": 60, "generate": 5_000}
OPENINGS, BLOCKS = 25, 8
GENERATED = 50_000  # attendances made in every run, also where the databases measured are those of the last time


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", choices=SIZES, default="small")
    size = arguments.parse_args().size
    lines = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("BENCH_DIR") or temporary).resolve()
        (folder / "instance").mkdir(parents=True, exist_ok=True)
        for engine in _engines():
            for line in measure(Databases(engine, folder, _server()), SIZES[size], folder):
                line = {"engine": engine, **line}
                lines.append(line)
                print(json.dumps(line, ensure_ascii=False), flush=True)
    if size == "full":
        report.write(ROOT / "docs" / "benchmarks.md", lines)


def _server() -> str | None:
    return os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL")


def _engines() -> list[str]:
    asked = os.environ.get("ENGINES", "sqlite,postgresql").split(",")
    return [engine for engine in asked if engine == "sqlite" or _server()]


def measure(databases, sizes, folder):
    """Every line of one engine."""
    os.environ.update(databases.environ(databases.url("none")), DEMO="0")
    yield from _import(databases)
    yield _generate(databases, "generated", GENERATED)
    urls = []
    for size in sizes:
        name = f"n{size}"
        if databases.count(name) < size:
            yield _generate(databases, name, size)
        urls.append(databases.url(name))
    yield {"measure": "start", "seconds": round(_start(databases, urls[-1]), 2), "limit": LIMITS["start"]}

    from .desk import Desk

    desks = [Desk(url, size, folder) for url, size in zip(urls, sizes, strict=True)]
    yield from _searches(desks)
    yield from _pages(desks)
    yield from _generated(databases, Desk(urls[0], sizes[0], folder, user="bench-all"))
    yield from history.lines(desks, _in_turns, _lines)
    yield from _openings(desks[-1])
    yield from _central(databases, sizes, folder)
    yield from _records(databases, sizes, folder)


def _records(databases, sizes, folder):
    """Records behind menus, on databases of their own."""
    from .desk import Desk

    desks = []
    for size, (line, url) in zip(sizes, records.urls(databases, sizes), strict=True):
        if line is not None:
            yield line
        desks.append(Desk(url, size, folder))
    yield from records.lines(desks, _in_turns, _lines)


def _central(databases, sizes, folder):
    """The provider central, on databases of its own; of a full run the middle size too."""
    from .desk import Desk

    sizes, desks = sorted({*sizes, 100_000}), []
    for size, (line, url) in zip(sizes, tickets.urls(databases, sizes), strict=True):
        if line is not None:
            yield line
        desks.append(Desk(url, size, folder))
    yield from tickets.lines(desks, _in_turns, _lines)


def _import(databases):
    """The two months of real complaints, first and again."""
    files = sorted(COMPLAINTS.glob("*.csv"))
    if not files:
        return
    url = databases.fresh("import")
    for case in ("first", "again"):
        last, seconds = databases.flask(url, "import-consumidor-gov", *files)
        yield {"measure": "import", "case": case, "result": last, "seconds": round(seconds, 1),
               "limit": LIMITS["import"]}


def _generate(databases, name, size):
    """A fresh database of this size, and how long it took: the whole command, with its start and its persons."""
    last, seconds = databases.flask(databases.fresh(name), "generate", "--attendances", size)
    made = dict(pair.split("=") for pair in last.split())
    return {"measure": "generate", "attendances": size, "persons": int(made["persons"]), "seconds": round(seconds, 1),
            "per_second": round(size / seconds), "at_least": LIMITS["generate"]}


def _start(databases, url) -> float:
    """Seconds from the command to the first answer of /healthz."""
    from tests.support.server import free_port

    port = free_port()
    environ = {**databases.environ(url), "DEMO": "0", "PORT": str(port), "HOST": "127.0.0.1"}
    started = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "serve"], cwd=ROOT, env=environ,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            if server.poll() is not None or time.perf_counter() - started > 60:
                raise RuntimeError("the server does not start")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                return time.perf_counter() - started
            except OSError:
                time.sleep(0.02)
    finally:
        server.terminate()
        server.wait(30)


def _in_turns(desks, calls) -> list:
    """The Times of each desk for its list of calls, taken in turns. The first three of each only warm up."""
    from .desk import Times

    times = [Times() for _ in desks]
    for sample in range(-3, min(map(len, calls))):
        for desk, own, taken in zip(desks, calls, times, strict=True):
            call = own[max(sample, 0)]
            desk.timed(call, taken if sample >= 0 else None)
    return times


def _lines(measure, case, desks, times, limit):
    """A line a size and one for the growth between them, which is judged where both pages show as many rows."""
    sums, rows = [taken.summary() for taken in times], [taken.rows for taken in times]
    for desk, found in zip(desks, sums, strict=True):
        yield {"measure": measure, "case": case, "attendances": desk.size, **found, "limit_p95_ms": limit}
    small, large = sums[0], sums[-1]
    yield {"measure": f"{measure}: growth", "case": case, "p50": round(large["p50_ms"] / small["p50_ms"], 2),
           "p95": round(large["p95_ms"] / small["p95_ms"], 2), "cpu": round(large["cpu_ms"] / small["cpu_ms"], 2),
           "rows": rows, **({} if measure == "search" or len(set(rows)) > 1 else {"limit": LIMITS["ratio"]})}


def _searches(desks):
    from app.extensions import db
    from app.queries import search

    def finding(desk, text):
        def call():
            with desk.app.app_context():
                search.find_entities(db.session, desk.viewer, text)
                db.session.remove()
        return call

    found = [cases.searches(desk) for desk in desks]
    for kind in found[0]:
        calls = [[finding(desk, text) for text in texts[kind]] for desk, texts in zip(desks, found, strict=True)]
        limit = LIMITS[kind.split(":")[0]]
        yield from _lines("search", kind, desks, _in_turns(desks, calls), limit)
    typed = [cases.palette(desk) for desk in desks]
    for kind in typed[0]:
        calls = [[partial(desk.get, paths[kind])] * cases.SAMPLES for desk, paths in zip(desks, typed, strict=True)]
        yield from _lines("search", kind, desks, _in_turns(desks, calls), LIMITS["palette"])


def _pages(desks):
    def opening(desk, path):
        return lambda: desk.get(path)

    found = [cases.lists(desk) for desk in desks]
    for case in found[0]:
        calls = [[opening(desk, paths[case])] * cases.SAMPLES for desk, paths in zip(desks, found, strict=True)]
        yield from _lines("list", case, desks, _in_turns(desks, calls), LIMITS["page"])
    for case, paths_of in (("record", cases.records), ("list of an entity", cases.entities)):
        calls = [[opening(desk, path) for path in paths_of(desk)] for desk in desks]
        yield from _lines(case, "any", desks, _in_turns(desks, calls), LIMITS["page"])
    for case in ("/attendances/", "/attendances/?entity=souza", "/entities/list/", "/lookup/entity?term=mari"):
        calls = [[opening(desk, case)] * cases.SAMPLES for desk in desks]
        yield from _lines("page", case, desks, _in_turns(desks, calls), LIMITS["page"])


def _generated(databases, desk):
    """CPU of a generated list of 25 rows and of a page with next to nothing on it; on SQLite FAB's own beside them."""
    own = _fab_own(desk.url.removeprefix("sqlite:///")) if databases.engine == "sqlite" else {}
    for measure, path, limit, like in (("generated list", "/entities/list/", "list_cpu", "list"),
                                       ("generated list", "/causes/list/", "list_cpu", "list"),
                                       ("minimal page", "/settings/", "minimal_cpu", "page")):
        taken = _in_turns([desk], [[lambda path=path: desk.get(path)] * cases.SAMPLES])[0].summary()
        share = {"share_of_fab": round(taken["cpu_ms"] / own[like], 2)} if own else {}
        yield {"measure": measure, "case": path, **taken, "limit_cpu_ms": LIMITS[limit], **share}
    for name, cpu in own.items():
        yield {"measure": "FAB's own", "case": name, "cpu_ms": cpu}


def _fab_own(path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "bench.fab_own", path], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"FAB's own list: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _openings(desk):
    """Opening by REST and by a bare route, in turns."""
    from .bare import Bare

    body = cases.opening(desk)

    def open_one():
        answer = desk.caller.post("/api/v1/attendances", json=body, headers=desk.headers)
        assert answer.status_code == 201, answer.text
        return answer.json["protocol"]

    bare, rest, least = Bare(desk.url, open_one()), [], []
    for _ in range(BLOCKS):
        started = time.perf_counter()
        for _ in range(OPENINGS):
            open_one()
        rest.append(OPENINGS / (time.perf_counter() - started))
        least.append(bare.rate(body, OPENINGS))
    rest, least = sorted(rest)[BLOCKS // 2], sorted(least)[BLOCKS // 2]
    yield {"measure": "opening by REST", "attendances": desk.size, "per_second": round(rest),
           "bare_per_second": round(least), "share": round(rest / least, 2), "at_least": 0.5}


if __name__ == "__main__":
    main()
