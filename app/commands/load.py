"""flask import-products, import-orders, …: the same CSV files as on the screen, from the command line."""
from pathlib import Path

import click

from ..database import unit_of_work, utc_now
from ..extensions import db

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
MARK = click.option("--decimal", type=click.Choice([",", "."]), help="Decimal mark; told by the numbers if left out.")
TRIAL = click.option("--dry-run", is_flag=True, help="Only say what would become of the file.")


@click.command("import-products")
@FILE
@MARK
@TRIAL
def import_products(file, decimal, dry_run):
    """Products from a CSV file, known by their code. Refused rows go with their reasons to FILE.recusadas.csv."""
    _load("products", file, decimal, dry_run)


@click.command("import-orders")
@FILE
@MARK
@TRIAL
def import_orders(file, decimal, dry_run):
    """Orders from a CSV file, a line an item, known by their number; customers are found by CPF/CNPJ."""
    _load("orders", file, decimal, dry_run)


@click.command("import-invoices")
@FILE
@MARK
@TRIAL
def import_invoices(file, decimal, dry_run):
    """Invoices from a CSV file, known by number and series; customers are found by CPF/CNPJ."""
    _load("invoices", file, decimal, dry_run)


@click.command("import-batches")
@FILE
@MARK
@TRIAL
def import_batches(file, decimal, dry_run):
    """Batches from a CSV file, known by provider and number; providers are found by CPF/CNPJ."""
    _load("batches", file, decimal, dry_run)


@click.command("import-guides")
@FILE
@MARK
@TRIAL
def import_guides(file, decimal, dry_run):
    """Guides from a CSV file, known by their number; an issued one may open an attendance, as on the screen."""
    _load("guides", file, decimal, dry_run)


@click.command("import-payments")
@FILE
@MARK
@TRIAL
def import_payments(file, decimal, dry_run):
    """Payments from a CSV file, known by provider and bank document; providers are found by CPF/CNPJ."""
    _load("payments", file, decimal, dry_run)


def _load(register, path, decimal, dry_run) -> None:
    """Batch after batch, each its own unit of work; the last line counts the rows."""
    from ..errors import DomainError
    from ..security.viewer import SYSTEM
    from ..services.imports import sheet
    from ..services.imports.loading import COUNTS, Loading, Tally
    from ..services.imports.refused import COLUMNS, RefusedFile, refused_rows
    from ..services.imports.registers import KINDS

    try:
        with path.open("rb") as file:
            content = sheet.read(file.read(sheet.SIZE_LIMIT + 1))
        loading = Loading(KINDS[register].make(), content, decimal=decimal, now=utc_now())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    tally = Tally()
    for batch in loading.batches():
        if dry_run:
            tally.add(loading.check(db.session, batch, actor=SYSTEM))
        else:
            with unit_of_work(db.session) as session:
                outcome = loading.write(session, batch, actor=SYSTEM, now=utc_now())
            tally.add(outcome)
        click.echo(f"\r{path.name}: {tally.read:,} rows", nl=False, err=True)
    click.echo(err=True)
    with RefusedFile(path, (*COLUMNS, *content.header)) as refusals:
        for line, words, cells in refused_rows(content, tally.reasons):
            try:
                refusals.add(line, words, cells)
            except OSError as error:
                click.echo(f"{path}, line {line}: {words} ({error.strerror})", err=True)
    if tally.reasons and refusals.path.exists():
        click.echo(f"refused rows: {refusals.path}", err=True)
    click.echo(" ".join(f"{name}={getattr(tally, name)}" for name in COUNTS))
