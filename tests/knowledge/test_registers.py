"""Sections, categories and items through the screen, and what each refuses."""
import pytest
from sqlalchemy import select

from app.models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from app.models.log import LogEntry
from tests.orders.conftest import refused, text

pytestmark = pytest.mark.req("M-94")


def form(under, **values) -> dict:
    return {"category": under.id, "title": "Esgoto na rua", "kind": "request", "identification": "identified",
            "return_days": "2", "proposed_solution": "Vamos até lá.", "operator_guidance": "", "active": "y", **values}


def test_the_three_levels_are_added_and_an_identified_request_is_green_with_its_label(configurator, attendant, session):
    named = {"active": "y", "position": "0"}
    assert configurator.post("/knowledge-sections/add", {"name": "Rede", **named}).status_code == 302
    section = session.scalar(select(KnowledgeSection))
    below = {"name": "Esgoto", "section": section.id, **named}
    assert configurator.post("/knowledge-categories/add", below).status_code == 302
    category = session.scalar(select(KnowledgeCategory))
    answer = configurator.post("/knowledge-items/add", form(category, operator_guidance="Anote\r\na rua."))
    assert answer.status_code == 302, refused(answer)
    item = session.scalar(select(KnowledgeItem))
    assert (item.identification, item.return_days, item.operator_guidance) == ("identified", 2, "Anote\na rua.")
    listed = configurator.get("/knowledge-items/list/").text
    green = '<span class="b-chip ok{}"><i class="fa-solid fa-user-check" aria-hidden="true"></i>IDENTIFICADA</span>'
    assert green.format("") in listed
    page = attendant.get("/knowledge/").text
    assert green.format(" sm who") in page
    assert 'class="b-item b-know-item req"' in page
    entries = session.scalars(select(LogEntry.action).where(LogEntry.target.startswith("knowledge_"))).all()
    assert entries == ["create"] * 3
    shown = text(configurator.get(f"/logs/knowledge_item/{item.id}"))
    for word in ("IDENTIFICADA", "Solicitação", "Orientação ao operador", "Anote"):
        assert word in shown


@pytest.mark.parametrize(("change", "field", "words"), [
    ({"title": " "}, "title", "obrigatório"), ({"category": ""}, "category", "obrigatório"),
    ({"kind": "order"}, "kind", "inválida"), ({"identification": ""}, "identification", "anônima ou identificada"),
    ({"return_days": "-1"}, "return_days", "0 a 3650"), ({"return_days": "x"}, "return_days", "inteiro"),
    ({"proposed_solution": "x" * 20_001}, "proposed_solution", "20000"),
    ({"kind": "information", "identification": "", "return_days": "", "proposed_solution": " "}, "proposed_solution",
     "obrigatório"),
    ({"kind": "information", "return_days": ""}, "identification", "Só solicitações"),
    ({"kind": "information", "identification": ""}, "return_days", "Só solicitações")])
def test_what_an_item_lacks_is_told_at_its_field(configurator, base, session, change, field, words):
    answer = configurator.post("/knowledge-items/add", form(base["dry"], **change))
    assert answer.status_code == 422
    told = refused(answer)
    assert list(told) == [field]
    assert words in told[field]
    assert session.scalar(select(KnowledgeItem).where(KnowledgeItem.title == "Esgoto na rua")) is None


def test_every_refusal_is_told_at_once(configurator, base):
    answer = configurator.post("/knowledge-items/add", form(base["dry"], title="", identification=""))
    assert set(refused(answer)) == {"title", "identification"}


def test_a_title_stands_once_in_a_category(configurator, base):
    answer = configurator.post("/knowledge-items/add", form(base["dry"], title="AGUA que NÃO chega"))
    assert answer.status_code == 409
    assert "Já existe um item com este título nesta categoria." in refused(answer)["title"]
    elsewhere = form(base["copies"], title="Água que não chega")
    assert configurator.post("/knowledge-items/add", elsewhere).status_code == 302


def test_a_branch_that_holds_something_is_not_deleted_and_says_how_much(configurator, base, session):
    answer = configurator.post(f"/knowledge-categories/delete/{base['dry'].id}")
    assert answer.status_code == 409
    assert "Esta categoria ainda tem itens (3): passe-os para outra categoria" in answer.text
    answer = configurator.post(f"/knowledge-sections/delete/{base['supply'].id}")
    assert answer.status_code == 409
    assert "Esta sessão ainda tem categorias (2)" in answer.text
    several = configurator.post("/knowledge-categories/action_post", {
        "action": "delete_rows", "rowid": [base["dry"].id, base["copies"].id]}, follow_redirects=True)
    assert "Falta de água: Esta categoria ainda tem itens (3)" in several.text
    moved = form(base["copies"], title=base["under"].title, kind="information", identification="", return_days="",
                 version=str(base["under"].version))
    gone = base["old"].id
    assert configurator.post(f"/knowledge-items/edit/{base['under'].id}", moved).status_code == 302
    assert configurator.post(f"/knowledge-categories/delete/{gone}").status_code == 302
    assert session.get(KnowledgeCategory, gone) is None


@pytest.mark.parametrize("asked", [
    "_flt_0_title=AGUA", "_flt_0_proposed_solution=ate+voce", "_flt_0_operator_guidance=boia",
    "_flt_0_identification=identified"])
def test_items_are_searched_whatever_the_accents(configurator, base, asked):
    page = configurator.get(f"/knowledge-items/list/?{asked}").text
    assert "Água que não chega" in page
    assert "Segunda via no portal" not in page


def test_a_row_of_the_lookup_names_its_section(configurator, base):
    found = configurator.get("/lookup/knowledge_category?q=falta").json["results"]
    assert found == [{"id": base["dry"].id, "text": "Falta de água — Abastecimento"}]


@pytest.mark.req("G-03")
def test_attendants_and_supervisors_read_and_do_not_write(attendant, make_user, sign_in, base, world):
    boss = sign_in(make_user("sue", "Supervisor", companies=[world.company]))
    for someone in (attendant, boss):
        for noun, key in (("sections", "bills"), ("categories", "dry"), ("items", "lack")):
            assert someone.get(f"/knowledge-{noun}/show/{base[key].id}").status_code == 200
            assert someone.get(f"/knowledge-{noun}/add").status_code == 403
            assert someone.post(f"/knowledge-{noun}/delete/{base[key].id}").status_code == 403
    assert 'href="/knowledge-items/list/"' not in attendant.get("/knowledge/").text
    assert 'href="/knowledge/"' in attendant.get("/knowledge/").text
