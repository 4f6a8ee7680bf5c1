"""flask init and sync: what an installation needs before anybody signs in."""
import os

import click
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

import config

from .. import schema
from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..security.permissions import ADMIN


@click.command("init")
def init_command():
    """Migrate, sync, and make the first administrator: asked for, or from ADMIN_USERNAME and ADMIN_PASSWORD."""
    from ..services import users

    schema.upgrade()
    synchronise()
    if _has_administrator(db.session):
        click.echo("There is an administrator already.")
        return
    username = os.environ.get("ADMIN_USERNAME") or click.prompt("Name of the first administrator", default="admin")
    password = os.environ.get("ADMIN_PASSWORD") or click.prompt(
        "Password (at least 10 characters)", hide_input=True, confirmation_prompt=True)
    try:
        with unit_of_work(db.session) as session:
            users.create_first_admin(session, username=username, password=password, now=utc_now())
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Administrator {username} made. Start with `flask serve`.")


@click.command("sync")
def sync_command():
    """Channels, roles, situations and permissions of this release into the database; exit 1 unless they are there."""
    for line in synchronise():
        click.echo(line)
    click.echo("ok")


def _has_administrator(session) -> bool:
    return bool(session.scalar(select(User.id).join(User.roles).where(Role.name == ADMIN, User.active).limit(1)))


def refuse_old_schema() -> None:
    """Raise ConfigError unless the database has exactly the migrations of this release."""
    if not schema.is_current(db.engine):
        raise config.ConfigError("the database is not at the migrations of this release: run `flask init` on a new "
                                 "installation, `flask db upgrade` and `flask sync` after an upgrade")


def synchronise() -> list[str]:
    """Seed what the code names and check that it is there, and make the indexes that a killed command left out; a line
    for each change.

    Raises ClickException with what is not as asked.
    """
    from ..security.sync import sync
    from ..services import seed
    from .indexes import put_back

    mended = put_back()
    with unit_of_work(db.session) as session:
        report = sync(session)
        planted = seed.plant(session, now=utc_now())
        problems = [*report.problems, *seed.missing(session)]
        if problems:
            raise click.ClickException("\n".join(map(str, problems)))
    return [*(f"permission {name} added" for name in report.added),
            *(f"permission {name} removed" for name in report.removed), *report.granted, *planted,
            *(f"index {name} made again" for name in mended)]


def prepare(app) -> None:
    """Bring the database to this release, and in demo mode plant the demo company once."""
    from . import demo

    with app.app_context():
        if not schema.is_current(db.engine):
            click.echo("Preparing the database…")
            schema.upgrade()
        synchronise()
        if app.config["DEMO"]:
            demo.plant(app.config)
