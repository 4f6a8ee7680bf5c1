"""A protocol is found by any piece of it, through an index; what was said is shown with the words that were found."""
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.queries import home, protocols, words
from app.security.permissions import ADMIN, ATTENDANT
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-27")


@pytest.fixture
def viewer(make_user, viewer_for, world):
    return viewer_for(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def several(session, seeding, world):
    """Protocols of two years, and one of other people."""
    with seeding():
        for protocol in ("2025-0000018277", "2026-0000010182", "2026-0000018200"):
            add_attendance(session, world, world.entity, protocol=protocol)
        add_attendance(session, world, world.other_entity, protocol="2026-0000090182")
    session.commit()


@pytest.mark.parametrize(("typed", "expected"), [
    ("0182", ["2026-0000010182", "2026-0000018200", "2025-0000018277"]),  # its end first, then its middle, the newest
    ("10182", ["2026-0000010182"]), ("01827", ["2025-0000018277"]), ("25-00", ["2025-0000018277"]), ("182", []),
    ("018%", []), ("01_2", []), ('0182"', []), ("----", []), ("9018", [])])
def test_a_piece_of_four_digits_finds_the_protocols_that_have_it(session, viewer, several, typed, expected):
    found = [row.protocol for row in home.by_number(session, viewer, typed)]
    assert found == expected
    assert len(protocols.with_piece(session, viewer, typed, limit=9)) == len(expected)


def test_it_is_found_in_the_palette_the_search_and_the_list(attendant, several):
    groups = attendant.get("/search/palette?q=10182").json["groups"]
    assert [item["text"] for item in groups[0]["items"]] == ["2026-0000010182"]
    assert attendant.get("/search?q=10182").location == "/attendances/2026-0000010182"
    listed = attendant.get("/attendances/list?q=10182").text
    assert "2026-0000010182" in listed
    assert "2026-0000018200" not in listed


def test_the_index_follows_a_protocol_that_changes_or_goes(session, seeding, viewer, world):
    world.attendance.protocol = "2026-0000077123"
    with seeding():
        session.flush()
    assert protocols.with_piece(session, viewer, "77123", limit=9) == [world.attendance.id]
    assert protocols.with_piece(session, viewer, "0101", limit=9) == []
    with seeding():
        world.attendance.protocol = None
    session.flush()
    assert protocols.with_piece(session, viewer, "77123", limit=9) == []


def test_no_table_is_read_whole(session, make_user, viewer_for, several):
    viewer, plans, explaining = viewer_for(make_user(None, ADMIN)), [], []
    postgresql = session.get_bind().dialect.name == "postgresql"
    if postgresql:
        session.execute(text("SET LOCAL enable_seqscan = off"))  # a table this small is cheaper read whole

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")) and not explaining:
            explaining.append(1)
            prefix = "EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN "
            plan = connection.exec_driver_sql(prefix + statement, parameters)
            plans.append("\n".join(" ".join(map(str, row)) for row in plan))
            explaining.clear()

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        assert protocols.with_piece(session, viewer, "0182", limit=9)
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    said = "\n".join(plans)
    assert "SCAN attendance" not in said
    assert "Seq Scan on attendance" not in said
    assert ("trgm_attendance_protocol" if postgresql else "protocol_fts VIRTUAL TABLE") in said


# ---- the excerpt

class Page:
    def __init__(self, description, answer=None):
        self.description, self.answer = description, answer


LONG = ("O cliente ligou de manhã e contou com calma toda a história da compra que fez no mês passado, e só no fim "
        "disse que a geladeira não está refrigerando e que exige a devolução do dinheiro imediatamente, por escrito.")


def said(page, typed):
    pieces = words.excerpt(page, typed)
    return "".join(text for text, _hit in pieces), [text for text, hit in pieces if hit]


def test_the_excerpt_has_the_hit_and_is_cut_between_words():
    text, hits = said(Page(LONG), "devolucao dinh")
    assert hits == ["devolução", "dinheiro"]
    assert text.startswith("…")
    inside = text.strip("…").split()
    assert set(inside) <= set(LONG.split())
    assert len(text) <= 120


@pytest.mark.parametrize(("page", "typed", "hits"), [
    (Page("Nada disso", "Trocamos a GELADEIRA ontem"), "geladeira", ["GELADEIRA"]),
    (Page("geladeiras e geladeira"), "geladeira nova", ["geladeira"]), (Page("x" * 400), "outra", []),
    (Page("Oﬃce Straße"), "strasse", ["Straße"]), (Page("<b>dinheiro</b>"), "dinheiro", ["dinheiro"])])
def test_hits_are_whole_words_or_beginnings_wherever_they_stand(page, typed, hits):
    assert said(page, typed)[1] == hits


def test_the_palette_is_given_the_excerpt_in_pieces(session, seeding, attendant, world):
    with seeding():
        add_attendance(session, world, world.entity, description=LONG)
    groups = attendant.get("/search/palette?q=devolucao").json["groups"]
    item = next(group for group in groups if group["label"] == "No texto dos atendimentos")["items"][0]
    assert ["devolução", True] in item["said"]
    assert item["about"] == "".join(text for text, _hit in item["said"])
