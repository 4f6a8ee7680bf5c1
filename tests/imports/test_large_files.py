"""A file of many rows: little more of it than its bytes stands in memory, whatever becomes of the rows."""
import tracemalloc

import pytest

from app.services.imports import sheet
from app.services.imports.loading import Loading, Tally
from app.services.imports.orders import OrderImporter
from app.services.imports.products import ProductImporter
from app.services.imports.refused import refused_csv
from tests.support.clock import NOON

ROWS = 10_000
MEGABYTE = 1024 ** 2


@pytest.fixture
def traced():
    """`traced(act)`: (what `act` answers, how many megabytes it took at most)."""
    def run(act):
        tracemalloc.start()
        try:
            return act(), tracemalloc.get_traced_memory()[1] / MEGABYTE
        finally:
            tracemalloc.stop()
    return run


def file(**columns) -> bytes:
    rows = (";".join(each.format(n=number) for each in columns.values()) for number in range(ROWS))
    return "\n".join([";".join(columns), *rows]).encode()


def test_rows_are_read_a_batch_at_a_time(traced):
    more = {f"Outra {number}": "coisa qualquer" for number in range(9)}
    data = file(Código="C{n}", Nome="Produto número {n}", **more)
    assert len(data) > MEGABYTE

    def read():
        loading = Loading(ProductImporter(), sheet.read(data), now=NOON)
        return sum(len(record.rows) for batch in loading.batches() for record in batch)
    rows, megabytes = traced(read)
    assert rows == ROWS
    assert megabytes < 4, "its cells and values would be more than ten"


def test_the_decimal_mark_is_told_without_keeping_the_numbers(traced):
    content = sheet.read(file(
        Pedido="{n}", CPF="52998224725", Data="10/03/2026", Total="{n}00", Quantidade="{n}", Preço="{n}000"))
    loading, megabytes = traced(lambda: Loading(OrderImporter(), content, now=NOON))
    assert loading.decimal == ","
    assert megabytes < 0.5, "its numbers would be more than one"


def test_refused_rows_are_kept_as_their_reasons_and_read_again_for_their_file(
        session, viewer_for, make_user, traced):
    data = file(Código="C{n}", Nome="", Descrição="palavra " * 20)
    actor = viewer_for(make_user(None, "Admin"))

    def refuse():
        content, tally = sheet.read(data), Tally()
        loading = Loading(ProductImporter(), content, now=NOON)
        for batch in loading.batches():
            tally.add(loading.check(session, batch, actor=actor))
        return tally.refused, sum(piece.count(b"\n") for piece in refused_csv(content, tally.reasons))
    (refused, lines), megabytes = traced(refuse)
    assert (refused, lines) == (ROWS, ROWS + 1)
    assert megabytes < 6, "its cells and refusals would be more than ten"
