"""One box finds an entity, whatever the accents, case, punctuation or ninth digit."""
import re

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.engine import Engine

from app.models.entity import EContact, Entity, EntityKind, EntityRole, Phone
from app.queries import search
from app.security.permissions import ADMIN, ATTENDANT
from app.views.entities import choices
from tests.support.world import add_entity


@pytest.fixture
def attendant(make_user, viewer_for, world):
    return viewer_for(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def people(seeding, session, world):
    """More people of Azul, by the name they are called in the tests."""
    with seeding():
        return {
            "maria": add_entity(session, world.company, "Maria da Silva", phone="+5551987001122"),
            "social": add_entity(session, world.company, "José Souza", social_name="Josefa Souza"),
            "firm": add_entity(session, world.company, "Água & Luz Ltda.", trade_name="Hidro-Luz",
                               document="12ABC34501DE35", kind=EntityKind.COMPANY, email="contato@agualuz.example.com"),
            "number": add_entity(session, world.company, "Posto 24 Horas"),
        }


def names(session, viewer, typed, **options):
    return [row.name for row in search.find_entities(session, viewer, typed, **options).rows]


@pytest.mark.req("S-03", "B-16")
@pytest.mark.parametrize("typed", ["joao", "JOÃO", "joão per", "pereira joao", "  Pereira,  JOAO "])
def test_a_name_is_found_whatever_accents_case_and_order(session, world, attendant, typed):
    assert names(session, attendant, typed) == ["João Pereira"]


@pytest.mark.req("S-03")
@pytest.mark.parametrize(("typed", "found"), [
    ("silva maria", ["Maria da Silva"]), ("da silva", ["Maria da Silva"]), ("maria pereira", []),
    ("josefa", ["José Souza"]), ("hidro luz", ["Água & Luz Ltda."]), ("agua luz ltda", ["Água & Luz Ltda."]),
    ("ltda.", ["Clínica Boa Vista Ltda.", "Água & Luz Ltda."]), ("posto 24", ["Posto 24 Horas"]),
    ("jo", ["João Pereira", "José Souza"]), ("si", ["Maria da Silva"]), ("pe jo", ["João Pereira"]), ("lv", []),
    ("jo x", []), ("a_", []), ("100%", []), ("ma_ia", []), ('"maria"', ["Maria da Silva"]),
    ("maria* OR joao", []), ("x' OR 1=1 --", [])])
def test_every_word_must_be_somewhere_in_the_names(session, people, attendant, typed, found):
    assert sorted(names(session, attendant, typed)) == sorted(found)


@pytest.mark.req("S-03", "B-16")
@pytest.mark.parametrize("typed", ["529.982.247-25", "52998224725", "529982", "529.9", "529 982 247 25"])
def test_a_cpf_is_found_with_or_without_punctuation(session, world, attendant, typed):
    assert names(session, attendant, typed) == ["Ana Lúcia Conceição"]


@pytest.mark.req("B-16")
@pytest.mark.parametrize("typed", ["12.ABC.345/01DE-35", "12abc34501de35", "12ABC", "12.abc.3"])
def test_an_alphanumeric_cnpj_is_found(session, people, attendant, typed):
    assert names(session, attendant, typed) == ["Água & Luz Ltda."]


@pytest.mark.req("B-16")
@pytest.mark.parametrize("typed", [
    "11987654321", "1187654321", "(11) 98765-4321", "+55 (11) 98765-4321", "5511987654321", "011987654321",
    "98765-4321", "8765-4321", "1198765", "118765"])
def test_a_phone_is_found_with_or_without_the_ninth_digit(session, world, attendant, typed):
    assert names(session, attendant, typed) == ["Ana Lúcia Conceição"]


@pytest.mark.parametrize("typed", ["ana@example.com", "ANA@EXAMPLE.COM", "ana@ex", "ana@"])
def test_an_email_is_found_from_its_beginning(session, world, attendant, typed):
    assert names(session, attendant, typed) == ["Ana Lúcia Conceição"]


@pytest.mark.req("S-04")
@pytest.mark.parametrize("typed", ["ninguém assim", "00000000000", "nada@example.com", "zzz", "12", "ZZ999", "\x00"])
def test_what_is_not_there_is_not_found(session, world, attendant, typed):
    assert typed == "\x00" or names(session, attendant, typed) == []


@pytest.mark.parametrize("typed", ["Zilda Alheia", "zilda", "111.444.777-35", "21976543210", "zilda@example.com", ""])
def test_rows_of_another_company_are_not_found(session, world, attendant, typed):
    assert "Zilda Alheia" not in names(session, attendant, typed)
    assert names(session, None, typed) == []


@pytest.mark.req("S-03")
@pytest.mark.parametrize("few", [1000, 3])
@pytest.mark.parametrize("ahead", [5000, 7])
@pytest.mark.parametrize("typed", ["", "paulo", "pa", "li", "lima"])
def test_pages_go_forward_and_back_without_loss(session, seeding, world, attendant, monkeypatch, typed, few, ahead):
    """Whichever of the ways to read matches is taken: as few, or as many."""
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "AHEAD", ahead)
    with seeding():
        for i in range(40):
            add_entity(session, world.company, f"Paulo {'Lima' if i % 2 else 'Melo'} {i // 4:02}")
    everyone = names(session, attendant, typed, limit=100)
    assert len(everyone) >= 20
    assert "Paulo Lima 05" in everyone
    seen, key, keys = [], None, []
    while True:
        page = search.find_entities(session, attendant, typed, limit=6, after=key)
        seen += [row.name for row in page.rows]
        keys.append(page)
        if page.next is None:
            break
        key = page.next
    assert seen == everyone
    back = search.find_entities(session, attendant, typed, limit=6, before=keys[-1].previous)
    assert [row.id for row in back.rows] == [row.id for row in keys[-2].rows]
    assert keys[0].previous is None


def test_a_page_key_of_elsewhere_is_refused(session, world, attendant):
    with pytest.raises(ValueError, match="page key"):
        search.find_entities(session, attendant, "", after="bm9uc2Vuc2U")


def test_a_page_of_results_costs_the_same_queries_whatever_their_number(session, people, attendant, world, queries):
    counts = []
    for typed in ("joao", "", "jo", "j", "11987654321"):
        session.expunge_all()
        queries.clear()
        rows = search.find_entities(session, attendant, typed).rows
        assert [(row.main_phone, row.main_econtact, row.active_roles) for row in rows]
        counts.append(len(queries))
    assert max(counts) <= 7, counts


TYPED = ("joao pereira", "529.982.247-25", "11987654321", "ana@example.com", "12ABC345", "jo", "de", "tal de", "")


def test_only_indexes_are_read(session, world, make_user, viewer_for):
    """On a register large enough for a plan to matter."""
    viewer = viewer_for(make_user(None, ADMIN))
    _crowd(session, world, 3000)
    plans, explaining = [], []
    prefix = "EXPLAIN QUERY PLAN "
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))  # a table this small is cheaper read whole
        prefix = "EXPLAIN "

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")) and not explaining:
            explaining.append(1)
            plan = connection.exec_driver_sql(prefix + statement, parameters)
            plans.append((statement, "\n".join(" ".join(map(str, row)) for row in plan)))
            explaining.clear()

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        for typed in TYPED:
            session.expunge_all()
            assert search.find_entities(session, viewer, typed).rows or typed == "12ABC345"
            assert len(choices(session, viewer, typed, world.company.id, 21, 20)) <= 21
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    assert plans
    for statement, plan in plans:
        whole = [line for line in plan.splitlines() if _reads_a_table(line)]
        assert not whole, f"{statement}\n{plan}"


def _reads_a_table(line) -> bool:
    tables = ("entity", "phone", "econtact", "entity_role")
    return any(line.endswith(f"SCAN {table}") or f"Seq Scan on {table} " in line for table in tables)


def _crowd(session, world, size):
    """Many people at once, straight into the tables."""
    rows = range(size)
    first = session.scalar(select(func.max(Entity.id))) + 1
    names = [f"fulano {i:05} de tal" for i in rows]
    session.execute(insert(Entity), [
        {"id": first + i, "company_id": world.company.id, "name": names[i].title(), "name_key": names[i],
         "search_text": names[i], "document": f"{i + 10**10:011}"} for i in rows])
    session.execute(insert(EntityRole), [
        {"entity_id": first + i, "role_type_id": world.role_types["customer"].id} for i in rows])
    session.execute(insert(Phone), [
        {"entity_id": first + i, "number": f"+5531{i + 10**7}", "search_digits": f"31{i + 10**7}"} for i in rows])
    addresses = [f"fulano{i}@example.com" for i in rows]
    session.execute(insert(EContact), [
        {"entity_id": first + i, "value": addresses[i], "value_key": addresses[i]} for i in rows])
    session.execute(text("ANALYZE"))


@pytest.mark.req("B-16", "S-03")
@pytest.mark.parametrize("typed", ["davila", "d'avila", "D’ÁVILA", "d avila", "davila sa", "s.a. davila"])
def test_punctuation_between_letters_is_no_obstacle(attendant, world, session, seeding, typed):
    with seeding():
        add_entity(session, world.company, "Joana D'Ávila & Filhos S.A.", role=world.role_types["customer"])
    session.commit()
    found = search.find_entities(session, attendant, typed).rows
    assert [row.name for row in found] == ["Joana D'Ávila & Filhos S.A."]


def test_the_box_and_the_filters_are_asked_together(make_user, sign_in, world):
    """Both buttons send one form: what was typed in either is never thrown away."""
    make_user("ana", ATTENDANT, companies=[world.company])
    page = sign_in("ana").get("/entities/list/?q=ana&_flt_0_active=y").text
    (box,) = re.findall(r'<input(?![^>]*id="search-q")[^>]* name="q"[^>]*>', page)
    assert 'form="filter_form"' in box
    assert 'value="ana"' in box
    assert '<button class="btn btn-primary b-as-is" form="filter_form">' in page
