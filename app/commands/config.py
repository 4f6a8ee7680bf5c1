"""flask config-export, config-diff, config-import, config-undo: the configuration as a package (B-21)."""
import sys
from pathlib import Path

import click

from ..database import unit_of_work, utc_now
from ..extensions import db

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
PARTS = click.option("--part", "parts", multiple=True, help="Only this part (forms, menus, motives…); may be repeated.")


@click.command("config-export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--name", default="", help="What the package is called.")
@PARTS
def config_export(file, name, parts):
    """What configurators have defined, as a package that another installation takes. The last line says its hash."""
    from ..services.packages import document, reading

    content = reading.content(db.session, _names(parts))
    file.write_bytes(document.dump(content, name=name))
    click.echo(f"hash={document.digest(content)}")


@click.command("config-diff")
@FILE
@PARTS
def config_diff(file, parts):
    """What a package would change here, a line a row; nothing is written. The last line counts."""
    with unit_of_work(db.session) as session:
        outcome = _tried(session, file, parts)
    _told(outcome)


@click.command("config-import")
@FILE
@PARTS
@click.option("--dry-run", is_flag=True, help="Try the whole import and take it back.")
def config_import(file, parts, dry_run):
    """Bring a package in: all of it or nothing. `flask config-undo` takes it back. The last line counts."""
    from ..security.viewer import SYSTEM
    from ..services.packages import importing
    from ..services.packages.outcome import Refused

    now = utc_now()
    with unit_of_work(db.session) as session:
        if dry_run:
            outcome = _tried(session, file, parts)
        else:
            try:
                package = _attempt(importing.receive, session, file.read_bytes(), actor=SYSTEM, now=now)
                session.flush()  # by its id it is imported
                outcome = importing.bring(session, package.id, parts=_names(parts), actor=SYSTEM, now=now)
            except Refused as refused:
                session.rollback()
                outcome = refused.outcome
    _told(outcome)


@click.command("config-undo")
@click.argument("number", type=int, required=False)
def config_undo(number):
    """Take an import back: the last one, or that of this NUMBER. All of it or nothing."""
    from sqlalchemy import select

    from ..models.package_import import PackageImport
    from ..security.viewer import SYSTEM
    from ..services.packages import told, undoing
    from ..services.packages.outcome import Refused

    with unit_of_work(db.session) as session:
        number = number or session.scalar(select(PackageImport.id).where(
            PackageImport.imported_at.is_not(None), PackageImport.undone_at.is_(None))
            .order_by(PackageImport.imported_at.desc(), PackageImport.id.desc()).limit(1))
        if number is None:
            raise click.ClickException("there is no import to take back")
        try:
            outcome = _attempt(undoing.undo, session, number, actor=SYSTEM, now=utc_now())
        except Refused as refused:
            session.rollback()
            outcome = refused.outcome
    for line in told.rests(outcome.rests):
        click.echo(f"~ {line}")
    for problem in outcome.problems:
        click.echo(f"! {problem}", err=True)
    click.echo(f"import={number} undone={0 if outcome.problems else outcome.same} refused={len(outcome.problems)}")
    sys.exit(1 if outcome.problems else 0)


def _names(parts):
    from ..services.packages.parts import BY_NAME

    if unknown := sorted(set(parts) - set(BY_NAME)):
        raise click.BadParameter(f"{unknown[0]}: no part of a package; there are {', '.join(BY_NAME)}")
    return parts or None


def _attempt(act, *arguments, **named):
    from ..errors import DomainError
    from ..services.packages.outcome import Refused

    try:
        return act(*arguments, **named)
    except Refused:
        raise
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _tried(session, file, parts):
    from ..security.viewer import SYSTEM
    from ..services.packages import document, importing

    package = _attempt(document.load, file.read_bytes())
    return _attempt(importing.trial, session, package.content, parts=_names(parts), actor=SYSTEM, now=utc_now())


def _told(outcome) -> None:
    """The diff, the problems, and the line that counts; status 1 where something stands against it."""
    from ..services.packages.told import lines

    for line in lines(outcome):
        click.echo(line)
    for problem in outcome.problems:
        click.echo(f"! {problem}", err=True)
    click.echo(f"create={outcome.count('create')} update={outcome.count('update')} same={outcome.same} "
               f"left={len(outcome.left)} refused={len(outcome.problems)}")
    sys.exit(1 if outcome.problems else 0)
