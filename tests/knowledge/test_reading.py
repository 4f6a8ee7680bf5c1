""""Base de conhecimento" as attendants read it: the tree, the kinds, words of title, solution and guidance."""
import re

import pytest
from sqlalchemy import text as sql

from app.models.knowledge import KnowledgeItem
from app.queries import knowledge as reads
from tests.orders.conftest import text

pytestmark = pytest.mark.req("M-94")
TITLES = re.compile(r'class="b-know-title">.*?<b>([^<]*)</b>', re.DOTALL)
COUNTS = re.compile(r'</i>([^<]+)<span><span class="sr-only">, </span>(\d+)<')


def titles(browser, **asked) -> list[str]:
    page = browser.get("/knowledge/", query_string=asked)
    assert page.status_code == 200
    return TITLES.findall(page.text)


def counts(page) -> str:
    return ", ".join(f"{name} {count}" for name, count in COUNTS.findall(page))


def test_the_tree_has_what_is_active_in_its_order_with_what_it_holds(attendant, base):
    page = attendant.get("/knowledge/").text
    assert "Sessão/Categoria" in page
    assert counts(page) == "Abastecimento 2, Falta de água 2, Contas 1, Segunda via 1"
    assert titles(attendant) == ["Água que não chega", "Denúncia de ligação", "Segunda via no portal"]
    assert titles(attendant, category=base["copies"].id) == ["Segunda via no portal"]
    assert titles(attendant, section=base["supply"].id) == ["Água que não chega", "Denúncia de ligação"]
    for gone in (f"category={base['old'].id}", "category=999", "section=x", f"item={base['off'].id}",
                 f"item={base['under'].id}"):
        assert attendant.get(f"/knowledge/?{gone}").status_code == 404


def test_kinds_are_told_by_word_icon_and_colour(attendant, base):
    page = attendant.get("/knowledge/").text
    assert "ANÔNIMA" in page
    assert page.count("IDENTIFICADA") == 1
    assert '<span class="b-chip info sm">Informação</span>' in page
    assert page.count('<span class="b-chip ok sm">Solicitação</span>') == 2
    assert "Exige pessoa vinculada · resposta em 1 dia" in page
    assert "Sem vínculo de pessoa · resposta no mesmo dia" in page
    assert titles(attendant, kind="information") == ["Segunda via no portal"]
    assert titles(attendant, kind="request") == ["Água que não chega", "Denúncia de ligação"]
    assert attendant.get("/knowledge/?kind=order").status_code == 400


@pytest.mark.parametrize(("words", "found"), [
    ("agua", ["Água que não chega"]), ("EQUIPE voce", ["Água que não chega"]), ("boia chega", ["Água que não chega"]),
    ("nunc", ["Denúncia de ligação"]), ("cpf", ["Segunda via no portal"]), ("ao", None), ("diga", []), ("2024", []),
    ("água inexistente", []), ("100% _", []), ('"', None), ("!!!", None)])
def test_words_are_found_in_title_solution_and_guidance(attendant, base, words, found):
    seen = titles(attendant, q=words)
    if found is None:  # too short to choose by, or no word at all: it must not break
        assert isinstance(seen, list)
    else:
        assert seen == found


def test_words_narrow_the_counts_and_an_empty_answer_says_what_to_do(attendant, base):
    page = attendant.get("/knowledge/?q=agua").text
    assert counts(page) == "Abastecimento 1, Falta de água 1, Contas 0, Segunda via 0"
    assert 'b-know-item req" id=' in page
    assert " open>" in page  # the only one found is read at once
    nothing = text(attendant.get("/knowledge/?q=inexistente"))
    assert "Nada encontrado Tente outras palavras" in nothing


def test_an_item_is_read_with_its_line_breaks_escaped_and_has_a_link_of_its_own(attendant, base):
    page = attendant.get(f"/knowledge/?item={base['portal'].id}").text
    assert "Peça com o CPF.\nVale &lt;b&gt;hoje&lt;/b&gt;." in page
    assert titles(attendant, item=base["portal"].id) == ["Segunda via no portal"]
    page = attendant.get(f"/knowledge/?item={base['lack'].id}").text
    assert "Solução Proposta" in page
    assert "Orientação ao operador" in page


def test_an_empty_base_says_so_to_each(attendant, configurator):
    assert "A base de conhecimento está vazia" in attendant.get("/knowledge/").text
    assert 'href="/knowledge-sections/add"' in configurator.get("/knowledge/").text


def test_many_items_are_pages_with_as_many_statements_as_few(attendant, base, session, seeding, queries):
    attendant.get("/knowledge/")
    queries.clear()
    attendant.get("/knowledge/")
    few = len(queries)
    with seeding():
        session.add_all(KnowledgeItem(title=f"Item {n:03}", category=base["copies"], proposed_solution="Sim.")
                        for n in range(70))
    asked = {"category": base["copies"].id}
    session.commit()
    queries.clear()
    first = attendant.get("/knowledge/", query_string=asked)
    assert len(queries) == few <= 5
    assert len(TITLES.findall(first.text)) == reads.PAGE
    assert 'rel="next"' in first.text
    last = attendant.get("/knowledge/", query_string={**asked, "page": 2})
    assert TITLES.findall(last.text)[-1] == "Segunda via no portal"
    assert 'rel="next"' not in last.text


def test_words_are_found_by_the_trigram_index(session, base):
    """On SQLite FTS5 knows the words as soon as a row changes; on PostgreSQL the index is there to be used."""
    if session.get_bind().dialect.name == "sqlite":
        plan = str(session.execute(sql(
            "EXPLAIN QUERY PLAN SELECT id FROM knowledge_item WHERE id IN (SELECT rowid FROM knowledge_item_fts "
            "WHERE knowledge_item_fts MATCH '\"agua\"')")).all())
        assert "VIRTUAL TABLE INDEX" in plan
        return
    session.execute(sql("SET LOCAL enable_seqscan = off"))
    plan = str(session.execute(sql("EXPLAIN SELECT id FROM knowledge_item WHERE search_text LIKE '%agua%'")).all())
    assert "trgm_knowledge_item_search_text" in plan


def test_a_changed_text_is_found_by_its_new_words_alone(configurator, attendant, base):
    item = base["portal"]
    values = {"category": item.category_id, "title": item.title, "kind": "information", "active": "y",
              "proposed_solution": "Use o aplicativo.", "operator_guidance": "", "version": str(item.version)}
    assert configurator.post(f"/knowledge-items/edit/{item.id}", values).status_code == 302
    assert titles(attendant, q="aplicativo") == ["Segunda via no portal"]
    assert titles(attendant, q="cpf") == []


@pytest.mark.req("G-03")
def test_portals_have_no_base(client, make_user, sign_in, world):
    assert "/login/" in client().get("/knowledge/").headers["Location"]
    outside = sign_in(make_user(None, "Customer", entity=world.entity))
    assert outside.get("/knowledge/").status_code == 403
