"""flask demo: the demo company and its accounts."""
from urllib.parse import urlsplit

import click
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

import config

from ..database import unit_of_work, utc_now
from ..extensions import db
from .install import refuse_old_schema, synchronise


@click.command("demo")
@click.pass_obj
def demo_command(info):
    """The demo company: register, three weeks of attendances, eight accounts. Again: adds what is missing."""
    settings = info.load_app().config
    hosts = {settings["HOST"], urlsplit(settings["PUBLIC_URL"]).hostname}
    if not hosts <= {"127.0.0.1", "localhost", "::1"}:
        raise config.ConfigError("the demo accounts have known passwords: HOST and PUBLIC_URL must be loopback")
    refuse_old_schema()
    synchronise()
    plant(settings)
    click.echo("ok")


def plant(settings) -> None:
    """Plant what is missing; nothing where all accounts are there."""
    from ..services import demo, grants
    from ..services.attachments import uploads_of
    from ..services.demo import attendances, company, notes, people, tickets

    session = db.session
    names = people.missing(session)
    if not names:
        return
    click.echo("Planting the demo company…")
    hashes = people.hashed(settings["DEMO_PASSWORD"], names, settings["FAB_PASSWORD_HASH_METHOD"])
    now = utc_now()
    with unit_of_work(session):
        firm = company.plant(session, now=now)
        people.plant(session, firm, hashes, now=now)
        rows = {user.username: user for user in session.scalars(
            select(User).where(User.username.in_(people.OPERATORS)))}
        operators = [grants.viewer_of(session, rows[name]) for name in people.OPERATORS]
        attendances.plant(session, firm, operators, now=now)
        demo.plant_rest(session, firm, operators, now=now)
        notes.plant_file(session, firm, operators, uploads_of(settings), now=now)
        tickets.plant(session, firm, operators, uploads=uploads_of(settings), public_url=settings["PUBLIC_URL"],
                      now=now)
