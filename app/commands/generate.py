"""flask generate: a large database in bulk."""
import sys
import time
from datetime import datetime, timedelta

import click

from ..database import unit_of_work, utc_now
from ..extensions import db

PERSONS_CAP = 100_000
ATTENDANCES_EACH = 10


@click.command("generate")
@click.option("--attendances", type=click.IntRange(0), default=0, help="How many attendances to add.")
@click.option("--tickets", type=click.IntRange(0), default=0, help="How many providers' tickets to add.")
@click.option("--records", type=click.IntRange(0), default=0, help="How many records of a form to add.")
@click.option("--form", "slug", help="The code of the form of these records; else one of thirty fields is made up.")
@click.option("--persons", "people", type=click.IntRange(0),
              help=f"How many persons to add; else one for {ATTENDANCES_EACH} of them, at most {PERSONS_CAP}.")
@click.option("--seed", type=int, default=1, show_default=True,
              help="The same seed, on the same day, makes the same rows.")
def generate(attendances, tickets, records, slug, people, seed):
    """Add a realistic volume of persons, attendances, providers' tickets and records of forms. Run it again to add
    more."""
    from zoneinfo import ZoneInfo

    from flask import current_app
    from sqlalchemy import func, select

    from ..models.attendance import Attendance
    from ..security.viewer import SYSTEM
    from ..services import bulk, volume

    now, started = utc_now(), time.perf_counter()
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    until = datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)
    people = min((attendances + tickets) // ATTENDANCES_EACH, PERSONS_CAP) if people is None else people
    there = db.session.scalar(select(func.count()).select_from(Attendance))
    source = f"{seed} after {there}"  # run again, it adds other rows
    names = volume.words.Names(seed)
    for number, start in enumerate(range(0, people, volume.PERSON_BATCH)):
        with unit_of_work(db.session) as session:
            bulk.prepare(session)
            volume.add_persons(session, min(volume.PERSON_BATCH, people - start), names=names, seed=source,
                               number=number, until=until - timedelta(days=volume.DAYS), actor=SYSTEM, now=now)
        _progress("persons", min(start + volume.PERSON_BATCH, people), people, started)
    for what, count, source_of, add in (("attendances", attendances, volume.Desk, volume.add_attendances),
                                        ("tickets", tickets, volume.Central, volume.add_tickets)):
        if not count:
            continue
        with unit_of_work(db.session) as session:
            drawn_from, done = source_of.read(session, actor=SYSTEM, now=now), 0
        for batch in volume.plan(count, seed=source, until=until.date()):
            with unit_of_work(db.session) as session:
                bulk.prepare(session)
                add(session, batch, drawn_from, seed=source, until=until)
            done += batch.count
            _progress(what, done, count, started)
    if records:
        _records(records, slug, names=names, seed=source, until=until, now=now, started=started)
    with unit_of_work(db.session) as session:
        bulk.analyse(session)
    seconds = time.perf_counter() - started
    click.echo(f"attendances={attendances} persons={people} tickets={tickets} records={records} seconds={seconds:.1f} "
               f"rate={(attendances + tickets + records) / seconds:.0f}/s")


def _records(count, slug, *, names, seed, until, now, started):
    from ..queries.catalogue import catalogue
    from ..security.viewer import SYSTEM
    from ..services import bulk, volume

    with unit_of_work(db.session) as session:
        if slug is None:
            volume.ensure(session, actor=SYSTEM, now=now)
        form = catalogue(session).by_slug.get(slug or volume.SLUG)
        if form is None:
            raise click.ClickException(f"there is no form with the code {slug}")
        try:
            shelf = volume.Shelf.read(session, form, actor=SYSTEM, now=now)
        except LookupError as error:
            raise click.ClickException(f"records need somebody who added them: {error}") from error
    for start in range(0, count, volume.RECORD_BATCH):
        end = min(start + volume.RECORD_BATCH, count)
        with unit_of_work(db.session) as session:
            bulk.prepare(session)
            volume.add_records(session, end - start, shelf, names=names, seed=seed, span=(start / count, end / count),
                               until=until)
        _progress("records", end, count, started)


def _progress(what, done, whole, started):
    spent = time.perf_counter() - started
    click.echo(f"\r{what}: {done:,} of {whole:,}, {spent:.0f} s", nl=done == whole, file=sys.stderr)
