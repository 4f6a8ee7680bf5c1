"""flask import-consumidor-gov: real complaints as closed attendances."""
import itertools
import sys
import time
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ..database import unit_of_work, utc_now
from ..extensions import db

TRIES = 3  # of a batch, where another import writes the same rows at the same time


@click.command("import-consumidor-gov")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(
    exists=True, dir_okay=False, readable=True, path_type=Path))
def import_consumidor_gov(files):
    """Complaints of consumidor.gov.br (CSV, a file a month) as closed attendances. The same row again changes nothing.

    Refused rows go with their reasons to FILE.recusadas.csv. The last line says read, imported, unchanged and refused.
    """
    from flask import current_app

    now = utc_now()
    today = now.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()
    run = _Run(now, today)
    for path in files:
        run.file(path)
    if run.tally["imported"]:
        from ..services import bulk
        with unit_of_work(db.session) as session:
            bulk.analyse(session)
    click.echo(" ".join(f"{name}={run.tally[name]}" for name in ("read", "imported", "unchanged", "refused")))


class _Run:
    """One run over some files: batch after batch, each its own unit of work."""

    def __init__(self, now, today):
        self.now, self.today, self.tally, self.started = now, today, Counter(), time.perf_counter()
        self.importer = None

    def file(self, path: Path) -> None:
        from ..services.imports import complaints, consumidor_gov, encoding
        from ..services.imports.refused import RefusedFile

        with path.open("rb") as source, RefusedFile(path, ("Linha", "Motivo", *complaints.NAMES)) as refusals:
            rows = complaints.read(encoding.lines(source), today=self.today)
            while batch := list(itertools.islice(rows, consumidor_gov.BATCH)):
                good = [row for row in batch if isinstance(row, complaints.Complaint)]
                outcome = self._write(good)
                bad = [row for row in batch if not isinstance(row, complaints.Complaint)] + outcome.refused
                for row in sorted(bad, key=lambda row: row.line):
                    self._tell(refusals, path, row)
                self.tally.update(
                    read=len(batch), imported=outcome.imported, unchanged=outcome.unchanged, refused=len(bad))
                spent = time.perf_counter() - self.started
                click.echo(f"\r{path.name}: {self.tally['read']:,} rows, {spent:.0f} s", nl=False, file=sys.stderr)
        click.echo(file=sys.stderr)
        if refusals.path.exists():
            click.echo(f"refused rows: {refusals.path}", file=sys.stderr)

    @staticmethod
    def _tell(refusals, path, row) -> None:
        """Put a refused row into its file; where none can be written there, say it here."""
        reasons = " ".join(map(str, row.reasons))
        try:
            refusals.add(row.line, reasons, row.fields)
        except OSError as error:
            click.echo(f"\n{path}, line {row.line}: {reasons} ({error.strerror})", file=sys.stderr)

    def _write(self, rows):
        from sqlalchemy.exc import IntegrityError

        from ..security.viewer import SYSTEM
        from ..services.imports.consumidor_gov import Importer

        for attempt in range(1, TRIES + 1):
            try:
                with unit_of_work(db.session) as session:
                    self.importer = self.importer or Importer(session, actor=SYSTEM, now=self.now)
                    return self.importer.write(session, rows)
            except IntegrityError:
                self.importer = None  # it may remember rows that were rolled back
                if attempt == TRIES:
                    raise
        return None
