"""One box finds an entity, whatever the accents, case, punctuation or ninth digit."""
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.models.entity import EContact, EntityKind, EntityRole, Phone
from app.queries import search
from app.security.permissions import ADMIN, ATTENDANT
from tests.support.world import add_entity


@pytest.fixture
def attendant(make_user, viewer_for, world):
    return viewer_for(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def people(seeding, session, world):
    """More people of Azul, by the name they are called in the tests."""
    with seeding():
        made = {
            "maria": add_entity(session, world.company, "Maria da Silva", phone="+5551987001122"),
            "social": add_entity(session, world.company, "José Souza", social_name="Josefa Souza"),
            "firm": add_entity(session, world.company, "Água & Luz Ltda.", trade_name="Hidro-Luz",
                               document="12ABC34501DE35", kind=EntityKind.COMPANY, email="contato@agualuz.example.com"),
            "number": add_entity(session, world.company, "Posto 24 Horas"),
        }
    return made


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
    ("jo", ["João Pereira", "José Souza"]), ("100%", []), ("ma_ia", []), ('"maria"', ["Maria da Silva"]),
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
@pytest.mark.parametrize("typed", ["", "paulo", "pa", "lima"])
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
    for typed in ("joao", "", "jo", "11987654321"):
        session.expunge_all()
        queries.clear()
        rows = search.find_entities(session, attendant, typed).rows
        assert [(row.main_phone, row.main_econtact, row.active_roles) for row in rows]
        counts.append(len(queries))
    assert max(counts) <= 6, counts


@pytest.mark.parametrize("typed", ["joao pereira", "529.982.247-25", "11987654321", "ana@example.com", "12ABC345", "jo"])
def test_only_indexes_are_read(session, seeding, world, make_user, viewer_for, typed):
    """On a register large enough for a plan to matter."""
    viewer = viewer_for(make_user(None, ADMIN))
    with seeding():
        for i in range(3000):
            entity = add_entity(session, world.company, f"Fulano {i:04} de Tal", document=f"{i + 10**10:011}")
            entity.roles.append(EntityRole(role_type=world.role_types["customer"]))
            digits = f"31{i + 10**7:08}"
            entity.phones.append(Phone(number="+55" + digits, search_digits=digits))
            entity.econtacts.append(EContact(value=f"fulano{i}@example.com"))
    session.execute(text("ANALYZE"))
    plans, asked = [], []
    prefix = "EXPLAIN QUERY PLAN " if session.get_bind().dialect.name == "sqlite" else "EXPLAIN "

    def explain(connection, cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")) and not asked:
            asked.append(1)
            plans.extend(" ".join(map(str, row)) for row in connection.exec_driver_sql(prefix + statement, parameters))
            asked.clear()

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        assert search.find_entities(session, viewer, typed).rows or typed == "12ABC345"
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    whole = [step for step in plans if any(
        f"{how} {table}" in step and "USING" not in step
        for how in ("SCAN", "Seq Scan on") for table in ("entity", "phone", "econtact")) and "VIRTUAL" not in step]
    assert plans
    assert not whole, "\n".join(plans)
