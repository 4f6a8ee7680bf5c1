"""flask audit-verify: the log against its hashes and anchors."""
import sys

import click
from flask.cli import with_appcontext

from ..extensions import db
from ..services import audit


@click.command("audit-verify")
@with_appcontext
def audit_verify():
    """Check the whole log against its hashes and anchors and name each record that does not fit; exit 1 if any."""
    tally = audit.verify(db.session, lambda breach: click.echo(f"BROKEN {breach}"))
    if tally.newest:
        click.echo("newest anchor: {} {}".format(*tally.newest))
    click.echo(f"entries={tally.entries} records={tally.records} anchors={tally.anchors} broken={tally.breaches}")
    sys.exit(1 if tally.breaches else 0)
