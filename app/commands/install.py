"""flask init and sync: what an installation needs before anybody signs in."""
import os

import click

from .. import schema
from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db


@click.command("init")
def init_command():
    """Migrate, sync, and make the first administrator: asked for, or from ADMIN_USERNAME and ADMIN_PASSWORD."""
    from ..services import users

    schema.upgrade()
    synchronise()
    if users.has_administrator(db.session):
        click.echo("There is an administrator already.")
        return
    username = os.environ.get("ADMIN_USERNAME") or click.prompt("Name of the first administrator", default="admin")
    password = os.environ.get("ADMIN_PASSWORD") or click.prompt(
        "Password (at least 10 characters)", hide_input=True, confirmation_prompt=True)
    try:
        with unit_of_work(db.session) as session:
            users.create_first_administrator(session, username=username, password=password, now=utc_now())
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Administrator {username} made. Start with `flask serve`.")


@click.command("sync")
def sync_command():
    """Channels, roles, situations and permissions of this release into the database; exit 1 unless they are there."""
    synchronise()
    click.echo("ok")


def synchronise() -> None:
    """Seed what the code names, check that it is there. Raises ClickException with what is not as asked."""
    from ..security.sync import sync
    from ..services import seed

    with unit_of_work(db.session) as session:
        report = sync(session)
        for line in [*report.added, *report.removed, *report.granted]:
            click.echo(line)
        for line in seed.plant(session, now=utc_now()):
            click.echo(line)
        problems = [*report.problems, *seed.missing(session)]
        if problems:
            raise click.ClickException("\n".join(map(str, problems)))


def prepare(app) -> None:
    """Bring the database to this release, and in demo mode plant the demo company once."""
    from .demo import plant_demo

    with app.app_context():
        if not schema.is_current(db.engine):
            click.echo("Preparing the database…")
            schema.upgrade()
        synchronise()
        if app.config["DEMO"]:
            plant_demo()
