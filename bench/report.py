"""docs/benchmarks.md from the lines of a full run."""
import os
import platform
from pathlib import Path

HEAD = """# Benchmarks

Written by `make bench SIZE=full`; `make bench` runs the same at a tenth of the size. Times are the server's own:
requests through the WSGI application in one process, signed in as an attendant of one of three companies, page
rendered. Small and large database are measured in turns. `growth` is large by small; where the small database has fewer
rows to show it is not judged, and its cell says how many lines the two tables have. What is beyond its limit is bold.

"""


def write(path: Path, lines: list[dict]) -> None:
    """Put every measure into tables, an engine beside the other."""
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    parts = [HEAD, f"Machine: {os.cpu_count()} cores, Python {platform.python_version()}, load {load} at the end.\n"]
    for engine in dict.fromkeys(line["engine"] for line in lines):
        own = [line for line in lines if line["engine"] == engine]
        parts.append(f"\n## {engine}\n")
        parts.append(_single(own))
        parts.append(_growth(own))
    path.write_text("".join(parts), encoding="utf-8")


def _single(lines) -> str:
    rows = ["| measure | result | wanted |\n|---|---|---|\n"]
    for line in lines:
        name = ": ".join(filter(None, (line["measure"], line.get("case"))))
        if line["measure"] == "generate":
            rows.append(f"| generate {line['attendances']:,} attendances, {line['persons']:,} persons | "
                        f"{line['per_second']:,}/s ({line['seconds']} s) | ≥ {line['at_least']:,}/s on PostgreSQL |\n")
        elif line["measure"] in ("generate tickets", "generate records"):
            what = line["measure"].removeprefix("generate ")
            rows.append(f"| generate {line[what]:,} {what}, {line['persons']:,} persons | "
                        f"{line['per_second']:,}/s ({line['seconds']} s) | |\n")
        elif "without_cpu_ms" in line:
            rows.append(f"| {name} | {line['cpu_ms']} ms of CPU, {line['queries']} queries; without them "
                        f"{line['without_cpu_ms']} ms, {line['without_queries']} queries | |\n")
        elif line["measure"] == "central, CSV of all":
            share = f", {line['share_of_copy']} of a bare COPY" if "share_of_copy" in line else ""
            wanted = f"≥ {line['at_least']:,}/s or ≥ 0.25 of COPY, ≤ {line['memory_limit']} MiB more"
            rows.append(f"| {name}, {line['tickets']:,} rows | {line['per_second']:,}/s ({line['per_cpu_second']:,} a "
                        f"second of CPU){share}, "
                        f"{line['memory_mib']} MiB more | {wanted} |\n")
        elif line["measure"] == "deadlines":
            rows.append(f"| {name} | {line['per_second']:,}/s | ≥ {line['at_least']:,}/s |\n")
        elif line["measure"] in ("import", "start"):
            rows.append(f"| {name} | {_marked(line['seconds'], line['limit'])} s | ≤ {line['limit']} s |\n")
        elif "limit_cpu_ms" in line or line["measure"] == "FAB's own":
            wanted = f"≤ {line['limit_cpu_ms']} ms" if "limit_cpu_ms" in line else ""
            queries = f", {line['queries']} queries" if "queries" in line else ""
            queries += f", {line['share_of_fab']} of FAB's own" if "share_of_fab" in line else ""
            taken = _marked(line["cpu_ms"], line.get("limit_cpu_ms", line["cpu_ms"]))
            rows.append(f"| {name} | {taken} ms of CPU{queries} | {wanted} |\n")
        elif line["measure"] == "opening by REST":
            share = _marked(-line["share"], -line["at_least"]).replace("-", "")
            rates = f"{line['per_second']}/s, a bare route {line['bare_per_second']}/s: {share}"
            rows.append(f"| {name} | {rates} | ≥ {line['at_least']} |\n")
    return "".join(rows)


def _marked(value, limit) -> str:
    return f"**{value}**" if value > limit else str(value)


def _growth(lines) -> str:
    timed = {}
    for line in lines:
        measure = line["measure"].removesuffix(": growth")
        if "limit_p95_ms" in line or line["measure"].endswith(": growth"):
            timed.setdefault((measure, line["case"]), []).append(line)
    by_sizes = {}
    for name, found in timed.items():
        by_sizes.setdefault(tuple(line["attendances"] for line in found if "attendances" in line), {})[name] = found
    return "".join(_table(sizes, measured) for sizes, measured in by_sizes.items())


def _table(sizes, timed) -> str:
    """What was measured at these sizes: attendances, tickets or records."""
    heads = "".join(f" p50 at {size:,} | p95 | queries |" for size in sizes)
    dashes = "---|" * (len(sizes) * 3 + 4)
    rows = [f"\n| ms |{heads} limit p95 | growth p50 | growth p95 |\n|{dashes}\n"]
    for (measure, case), found in timed.items():
        limit, growth = found[0]["limit_p95_ms"], found[-1]
        cells = "".join(f" {line['p50_ms']} | {_marked(line['p95_ms'], limit)} | {line['queries']} |"
                        for line in found if "p50_ms" in line)
        grown = [_marked(growth[name], growth.get("limit", growth[name])) for name in ("p50", "p95")]
        shown = growth.get("rows", ())
        told = f" ({shown[0]} and {shown[-1]} lines)" if len(set(shown)) > 1 else ""
        rows.append(f"| {measure}: {case} |{cells} {limit} | {' | '.join(grown)}{told} |\n")
    return "".join(rows)
