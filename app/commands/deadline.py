"""flask deadline: support's answer to "why this deadline"."""
import json
import sys

import click
from flask.cli import with_appcontext

from ..errors import DomainError
from ..services import deadline_cases


@click.command("deadline")
@with_appcontext
def deadline():
    """Read cases as JSON lines, write {"due_at", "steps"} for each as soon as it is read.

    A line that is no case answers {"error": "…"}, the others go on, and the exit is 1 in the end.
    """
    broken = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            found = deadline_cases.answer(line.decode("utf-8", "replace"))
        except DomainError as error:
            broken, found = broken + 1, {"error": str(error)}
        click.echo(json.dumps(found, ensure_ascii=False))
    sys.exit(1 if broken else 0)
