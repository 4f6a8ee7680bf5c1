"""The indexes that were set aside for a bulk write: each made again in a transaction of its own."""
import sys

import click

from ..database import unit_of_work
from ..extensions import db


def put_back() -> list[str]:
    """Make every index that is missing; answers the names of those made."""
    from ..services import set_aside

    db.session.rollback()
    names, made = set_aside.waiting(db.session), []
    for place, name in enumerate(names, 1):
        with unit_of_work(db.session) as session:
            if set_aside.put_back(session, name):
                made.append(name)
        click.echo(f"\rindexes: {place} of {len(names)}", nl=place == len(names), file=sys.stderr)
    return made
