"""flask generate: a large database in bulk."""
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
    from ..services import bulk, volume

    now, started = utc_now(), time.perf_counter()
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    until = datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)
    people = min((attendances + tickets) // ATTENDANCES_EACH, PERSONS_CAP) if people is None else people
    there = db.session.scalar(select(func.count()).select_from(Attendance))
    run = _Run(f"{seed} after {there}", volume.words.Names(seed), until, now, started)  # run again, it adds other rows
    with _few_indexes({"persons": people, "attendances": attendances, "tickets": tickets, "records": records}):
        run.persons(people)
        run.cases("attendances", attendances, volume.Desk, volume.add_attendances)
        run.cases("tickets", tickets, volume.Central, volume.add_tickets)
        run.records(records, slug)
    with unit_of_work(db.session) as session:
        bulk.analyse(session)
    seconds = time.perf_counter() - started
    click.echo(f"attendances={attendances} persons={people} tickets={tickets} records={records} seconds={seconds:.1f} "
               f"rate={(attendances + tickets + records) / seconds:.0f}/s")


@contextmanager
def _few_indexes(adding: dict[str, int]) -> Iterator[None]:
    """Without the indexes that only what is read needs, where the tables are small; they are there again afterwards,
    whatever happens short of a kill."""
    from ..services import set_aside, volume
    from .indexes import put_back

    of = Counter()
    for what, count in adding.items():
        of.update(dict.fromkeys(volume.TABLES[what], count))
    with unit_of_work(db.session) as session:
        set_aside.set_aside(session, of)
    try:
        yield
    finally:
        put_back()


@dataclass
class _Run:
    """One run of the command: what all of its batches have in common."""

    seed: str
    names: Any
    until: datetime
    now: datetime
    started: float

    def persons(self, count: int) -> None:
        from ..security.viewer import SYSTEM
        from ..services import bulk, volume

        before = self.until - timedelta(days=volume.DAYS)
        for number, start in enumerate(range(0, count, volume.PERSON_BATCH)):
            with unit_of_work(db.session) as session:
                bulk.prepare(session)
                volume.add_persons(session, min(volume.PERSON_BATCH, count - start), names=self.names, seed=self.seed,
                                   number=number, until=before, actor=SYSTEM, now=self.now)
            self._progress("persons", min(start + volume.PERSON_BATCH, count), count)

    def cases(self, what: str, count: int, source, add) -> None:
        """Attendances or tickets, drawn from what `source` reads, each batch written by `add`."""
        from ..security.viewer import SYSTEM
        from ..services import bulk, volume

        if not count:
            return
        with unit_of_work(db.session) as session:
            drawn_from, done = source.read(session, actor=SYSTEM, now=self.now), 0
        for batch in volume.plan(count, seed=self.seed, until=self.until.date()):
            with unit_of_work(db.session) as session:
                bulk.prepare(session)
                add(session, batch, drawn_from, seed=self.seed, until=self.until)
            done += batch.count
            self._progress(what, done, count)

    def records(self, count: int, slug: str | None) -> None:
        """Records of the form with this code, else of the one that is made up."""
        from ..services import bulk, volume

        if not count:
            return
        shelf = self._shelf(slug)
        for start in range(0, count, volume.RECORD_BATCH):
            end = min(start + volume.RECORD_BATCH, count)
            with unit_of_work(db.session) as session:
                bulk.prepare(session)
                volume.add_records(session, end - start, shelf, names=self.names, seed=self.seed,
                                   span=(start / count, end / count), until=self.until)
            self._progress("records", end, count)

    def _shelf(self, slug):
        from ..queries.catalogue import catalogue
        from ..security.viewer import SYSTEM
        from ..services import volume

        with unit_of_work(db.session) as session:
            if slug is None:
                volume.ensure(session, actor=SYSTEM, now=self.now)
            form = catalogue(session).by_slug.get(slug or volume.SLUG)
            if form is None:
                raise click.ClickException(f"there is no form with the code {slug}")
            try:
                return volume.Shelf.read(session, form, actor=SYSTEM, now=self.now)
            except LookupError as error:
                raise click.ClickException(f"records need somebody who added them: {error}") from error

    def _progress(self, what, done, whole):
        spent = time.perf_counter() - self.started
        click.echo(f"\r{what}: {done:,} of {whole:,}, {spent:.0f} s", nl=done == whole, file=sys.stderr)
