"""`make requirements`: the requirements of docs/requirements.md that no passing test shows; last line `covered N of M`.

What has passed is what the last test runs left in .pytest_cache/requirements.json (tests/support/requirements.py).
The X- rows of the matrix settle how other rows are read and are not counted.
"""
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| ([PSMCWGB]-\d+) \|(.*)\|$", re.M)


def matrix() -> dict[str, str]:
    """{id: what must hold, short}, in the order of the document."""
    rows = {}
    for number, rest in ROW.findall((ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")):
        cells = [cell.strip() for cell in rest.split(" | ")]
        rows[number] = (cells[0] if number.startswith("B-") else cells[2])[:100]
    return rows


def passing() -> set[str]:
    """Ids that a passing test carries; none where no test has run."""
    try:
        return set(json.loads((ROOT / ".pytest_cache" / "requirements.json").read_text()))
    except FileNotFoundError:
        print("no test results yet: run `make test` first", file=sys.stderr)
        return set()


def main() -> None:
    rows, covered = matrix(), passing()
    for number, text in rows.items():
        if number not in covered:
            print(f"{number}  {text}")
    print(f"covered {len(covered & rows.keys())} of {len(rows)}")


if __name__ == "__main__":
    main()
