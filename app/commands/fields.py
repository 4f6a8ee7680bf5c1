"""flask fields-verify: the index of configurators' fields against the values."""
import sys

import click
from flask.cli import with_appcontext

from ..database import unit_of_work
from ..extensions import db
from ..services import field_filling


@click.command("fields-verify")
@click.option("--mend", is_flag=True, help="Write anew what differs.")
@with_appcontext
def fields_verify(mend):
    """Compare the index of searchable fields with the values of every record; exit 1 if they differ and stay so."""
    found = mended = 0
    for difference in field_filling.verify(db.session):
        found += 1
        click.echo(f"DIFFERS {difference}")
    if mend and found:
        with unit_of_work(db.session) as session:
            mended = field_filling.mend(session)
    click.echo(f"differences={found} mended={mended}")
    sys.exit(1 if found and not mend else 0)
