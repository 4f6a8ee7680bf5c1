"""The list of records against a recount in Python: every filter, order and page, on whatever way it is found."""
from datetime import date, timedelta
from random import Random
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.models.custom_record import CustomRecord
from app.queries import custom_records as reads
from app.queries import record_asked, record_pages
from app.queries.catalogue import catalogue
from app.queries.custom_menus import by_menu
from app.queries.field_filters import FieldFilter
from app.services import custom_records, field_index, field_questions, list_views
from app.text import normalise, searchable
from tests.support.clock import NOON

ZONE = "America/Sao_Paulo"
HOODS = ("Vila Nova", "Centro", "Jardim São João", "Boa Vista", "Águas Claras", "Vila São José")
DAY = date(2026, 3, 1)
ORDERS = ("id", "bairro", "regiao", "causas", "casas", "custo", "dia", "inicio", "programada", "documento")


@pytest.fixture
def many(session, stoppages, staff, viewer_for, world):
    """Sixty records of three people, in the order of their days; [(id, owner, values)]."""
    random = Random(7)  # noqa: S311
    people = [viewer_for(staff(name, department=department)) for name, department in (
        ("eva", world.department), ("rui", world.department), ("leo", world.child_department))]
    made = []
    for number in range(60):
        values = {"bairro": random.choice(HOODS), "regiao": random.choice(("n", "s", None)),
                  "causas": random.choice(([], ["obra"], ["falha"], ["obra", "falha"])),
                  "casas": random.choice((None, number % 9, 1000 - number * 2)),
                  "custo": random.choice((None, f"{number}.50", "-3.25")),
                  "dia": (DAY + timedelta(days=number // 4)).isoformat() if number % 5 else None,
                  "inicio": f"2026-03-{1 + number // 4:02d}T{number % 24:02d}:30:00+00:00",
                  "programada": random.choice((True, False, None)), "documento": None}
        actor = people[number % 3]
        record = custom_records.add_record(session, stoppages.form_id, {k: v for k, v in values.items() if v},
                                           actor=actor, now=NOON)
        made.append((record.id, actor, record.values))
    session.commit()
    return made


@pytest.fixture(params=["walks", "long ranges", "few"])
def way(request, monkeypatch):
    """Few are gathered and sorted, or nothing is few and every walk is too short at first; then what answers a range
    is gathered, or is too much for that."""
    if request.param != "few":
        for module, name, value in ((record_asked, "FEW", 2), (record_asked, "FEW_SORTED", 2),
                                    (record_pages, "LOOK", 8), (record_pages, "GLANCE", 8), (record_pages, "SOME", 3)):
            monkeypatch.setattr(module, name, value)
    if request.param == "long ranges":
        monkeypatch.setattr(record_pages, "SORTED", 2)
    return request.param


def questions(form) -> dict[str, tuple]:
    """{name: (filter, what it means of the values)}"""
    def ask(query, means):
        (one,) = field_questions.read(None, form.searchable, MultiDict(parse_qsl(query)), viewer=None, timezone=ZONE,
                                      words=True)
        return one, means

    def text(typed):
        return ask(f"cf_bairro=*{typed}*",
                   lambda v: all(piece in normalise(v["bairro"]) for piece in normalise(typed).split()))

    def day(v):
        return date.fromisoformat(v["dia"]) if "dia" in v else None

    def filled(key, there):
        (one,) = field_questions.filled(form.searchable, [key], there)
        return one
    return {
        "none": (None, lambda _v: True), "vila": text("vila"), "são j": text("são j"), "bo": text("bo"),
        "all of it": ask("cf_bairro=CENTRO", lambda v: v["bairro"] == "Centro"),
        "two beginnings": ask("cf_bairro=vila n*&cf_bairro=aguas*&cf_bairro=centro", lambda v: v["bairro"] in (
            "Vila Nova", "Águas Claras", "Centro")),
        "region n": ask("cf_regiao=n", lambda v: v.get("regiao") == "n"),
        "both regions": ask("cf_regiao=n&cf_regiao=s", lambda v: v.get("regiao") is not None),
        "works": ask("cf_causas=obra", lambda v: "obra" in v.get("causas", ())),
        "failure": ask("cf_causas=falha", lambda v: "falha" in v.get("causas", ())),
        "any cause": ask("cf_causas=obra&cf_causas=falha", lambda v: bool(v.get("causas"))),
        "houses": ask("cf_casas_from=3&cf_casas_to=950", lambda v: 3 <= v.get("casas", -1) <= 950),
        "cheap": ask("cf_custo_to=0", lambda v: float(v.get("custo", 1)) <= 0),
        "one day": ask("cf_dia_from=2026-03-01&cf_dia_to=01/03/2026", lambda v: day(v) == DAY),
        "first days": ask("cf_dia_to=2026-03-04", lambda v: day(v) is not None and day(v) <= DAY + timedelta(days=3)),
        "moments": ask("cf_inicio_from=2026-03-01&cf_inicio_to=2026-03-03",
                       lambda v: "2026-03-01T03" <= v["inicio"] < "2026-03-04T03"),
        "two days": ask("cf_inicio=2026-03-02&cf_inicio=2026-03-05", lambda v: any(
            f"2026-03-0{n}T03" <= v["inicio"] < f"2026-03-0{n + 1}T03" for n in (2, 5))),
        "planned": ask("cf_programada=true", lambda v: v.get("programada") is True),
        "no region": (filled("regiao", False), lambda v: v.get("regiao") is None),
        "some cause": (filled("causas", True), lambda v: bool(v.get("causas")))}


def in_order(form, rows, order, desc) -> list[int]:
    """The ids as a list has them: by the first key of the value and the number; what is empty comes last."""
    if order == "id":
        return sorted((pk for pk, _values in rows), reverse=desc)
    keyed = [(field_index.rows(form.by_key[order], values.get(order))[0], pk) for pk, values in rows]
    filled = sorted((each for each in keyed if each[0] is not None), reverse=desc)
    return [pk for _key, pk in filled + sorted((each for each in keyed if each[0] is None), reverse=desc)]


def walk(session, viewer, access, filters, **options) -> tuple[list[int], list[int]]:
    """The ids of all pages, forwards and then back again."""
    ids, back, page, after = [], [], None, None
    while page is None or after:
        page = reads.list_records(session, viewer, access, filters, size=7, after=after, **options)
        ids += [row.id for row in page.rows]
        after, last = page.next, page
    back, before = [row.id for row in last.rows], last.previous
    while before:
        page = reads.list_records(session, viewer, access, filters, size=7, before=before, **options)
        back = [row.id for row in page.rows] + back
        before = page.previous
    return ids, back


def test_every_filter_in_every_order_is_what_a_recount_says(session, many, stoppages, way):
    viewer = many[0][1]
    access = by_menu(catalogue(session), viewer, stoppages.menu_id)
    form, wrong, random = access.form, [], Random(way)  # noqa: S311
    for name, (question, means) in questions(form).items():
        rows = [(pk, values) for pk, _actor, values in many if means(values)]
        filters = reads.RecordFilter(fields=(question,) if question else ())
        assert rows, name
        orders = ORDERS if question is None else (question.field.key, *random.sample(ORDERS, 2))
        for order in orders:
            desc = random.random() < 0.5
            wanted = in_order(form, rows, order, desc)
            if walk(session, viewer, access, filters, order=order, desc=desc) != (wanted, wanted):
                wrong.append((name, order, desc))
        narrowed = reads.narrow(session, viewer, access, filters)
        assert reads.count_records(session, narrowed) == reads.Count(len(rows), False), name
    assert wrong == []


EDGES = ("z", "zz", "ZZ Top", "zza", "\uffff", "\uffffa", "\U0001f600x", "100%", "100x", "a_b", "axb", "Água", "agua b",
         "AGUAR", "ab\\c", "*", "ação", "acao", "straße", "STRASSE 2", "o'neil", "oneil")


def test_the_beginning_of_a_text_is_what_a_recount_says(session, stoppages, add, viewer_for, ana, way):
    made = {add(bairro=value): value for value in EDGES}
    access = by_menu(catalogue(session), viewer_for(ana), stoppages.menu_id)
    for typed in (*(value for value in EDGES if value != "*"), "a", "%", "_", "ç", "Stras", "1", "acã"):
        wanted = [pk for pk, value in made.items() if normalise(value).startswith(normalise(typed))]
        asked = field_questions.read(None, access.form.searchable, MultiDict({"cf_bairro": f"{typed}*"}), viewer=None,
                                     timezone=ZONE)
        for order, desc in (("id", True), ("bairro", False), ("casas", False)):
            found = walk(session, viewer_for(ana), access, reads.RecordFilter(fields=asked), order=order, desc=desc)
            assert found[0] == found[1], (typed, order)
            assert sorted(found[0]) == wanted, (typed, order)
        narrowed = reads.narrow(session, viewer_for(ana), access, reads.RecordFilter(fields=asked))
        assert reads.count_records(session, narrowed).n == len(wanted), typed


def test_several_filters_and_words_together(session, many, stoppages, another_menu, way):
    random, viewer = Random(3), many[0][1]  # noqa: S311
    own = another_menu("Minhas", records_of="own")
    sector = another_menu("Do setor", records_of="department")
    for _round in range(40):
        menu, whose = random.choice(((stoppages.menu_id, (0, 1, 2)), (own, (0,)), (sector, (0, 1))))
        access = by_menu(catalogue(session), viewer, menu)
        offered = questions(access.form)
        chosen = random.sample(sorted(offered), random.randint(0, 3))
        q, order = random.choice(("", "", "vila", "zona norte", "obra")), random.choice(("id", "casas", "bairro"))
        kept = [(pk, values) for number, (pk, _actor, values) in enumerate(many) if number % 3 in whose
                and all(offered[name][1](values) for name in chosen) and has_words(access.form, values, q)]
        filters = reads.RecordFilter(q, tuple(one for name in chosen if (one := offered[name][0])))
        desc = random.random() < 0.5
        ids, back = walk(session, viewer, access, filters, order=order, desc=desc)
        assert ids == back == in_order(access.form, kept, order, desc), (chosen, q, order, desc)


def has_words(form, values, q) -> bool:
    words = f" {field_index.search_text(form.every, values)} "
    *whole, last = searchable(q).split() or [""]
    return all(f" {word} " in words for word in whole) and f" {last}" in words


@pytest.mark.parametrize(("q", "found"), [
    ("#{pk}", 1), ("#999999", 0), ("#x", 0), ("xyzzyx", 0), ("de", 0), ("vila são j", 1)])
def test_what_is_searched_for(session, stoppages, add, viewer_for, ana, q, found):
    pk = add(bairro="Vila São José")
    add(bairro="Centro")
    access = by_menu(catalogue(session), viewer_for(ana), stoppages.menu_id)
    page = reads.list_records(session, viewer_for(ana), access, reads.RecordFilter(q.format(pk=pk)))
    assert [row.id for row in page.rows] == [pk] * found


def test_words_follow_what_is_saved(session, stoppages, add, viewer_for, ana):
    pk, viewer = add(bairro="Vila Nova"), viewer_for(ana)
    custom_records.change_record(session, pk, {"bairro": "Centro"}, actor=viewer, now=NOON)
    session.commit()
    access = by_menu(catalogue(session), viewer, stoppages.menu_id)
    assert reads.list_records(session, viewer, access, reads.RecordFilter("vila")).rows == []
    assert len(reads.list_records(session, viewer, access, reads.RecordFilter("centro")).rows) == 1


def test_records_of_another_form_are_never_met(session, stoppages, add, seeding, viewer_for, ana, world):
    from tests.records.conftest import role
    from tests.support import forms
    add(bairro="Vila Nova")
    with seeding():
        other = forms.form("Outro", *(type(each)(key=each.key, name=each.name, type=each.type, searchable=True)
                                      for each in stoppages.form.fields[:1]), slug="outro")
        menu = forms.menu("Outro", other, role(session, "Attendant"))
        session.add_all([other, menu])
        session.flush()
        menu_id, form_id = menu.id, other.id
    viewer = viewer_for(ana)
    mine = custom_records.add_record(session, form_id, {"bairro": "Vila Nova"}, actor=viewer, now=NOON).id
    session.commit()
    access = by_menu(catalogue(session), viewer, menu_id)
    for filters in (reads.RecordFilter(), reads.RecordFilter("vila"),
                    reads.RecordFilter(fields=(FieldFilter(access.form.searchable[0], keys=("vila nova",)),))):
        for order in ("id", "bairro"):
            page = reads.list_records(session, viewer, access, filters, order=order)
            assert [row.id for row in page.rows] == [mine]


def test_a_page_asks_a_fixed_number_of_queries(session, many, stoppages, browser, queries):
    browser.get(stoppages.root)
    sizes = {}
    for size in (5, 50):
        queries.clear()
        page = browser.get(f"{stoppages.root}?size={size}").text
        sizes[page.count("<tr data-id")] = len(queries)
    assert set(sizes) == {5, 50}
    assert len(set(sizes.values())) == 1


def test_the_address_of_the_page_asks_the_same(session, many, stoppages, browser):
    def ids(query):
        page = browser.get(f"{stoppages.root}?size=200&{query}")
        assert page.status_code == 200, query
        return page.text.count("<tr data-id")

    assert ids("") == 60
    assert ids("cf_regiao=n") == sum(values.get("regiao") == "n" for _pk, _who, values in many)
    assert ids("cf_regiao=n&cf_regiao=s") == sum("regiao" in values for _pk, _who, values in many)
    assert ids("cf_casas_from=3&cf_casas_to=950&cf_custo_to=") == sum(
        3 <= v.get("casas", -1) <= 950 for _pk, _who, v in many)
    assert ids("cf_custo_to=-1,00") == sum(v.get("custo") == "-3.25" for _pk, _who, v in many)
    assert ids("cf_dia_from=01/03/2026&cf_dia_to=2026-03-02") == sum(
        v.get("dia") in ("2026-03-01", "2026-03-02") for _pk, _who, v in many)
    assert ids("cf_programada=true") == sum(v.get("programada") is True for _pk, _who, v in many)
    assert ids("cf_bairro=*vila*") == sum("Vila" in values["bairro"] for _pk, _who, values in many)
    assert ids("cf_bairro=vila") == 0
    assert ids("empty=regiao") == sum("regiao" not in v for _pk, _who, v in many)
    assert ids("filled=regiao&order=-casas") == sum("regiao" in v for _pk, _who, v in many)


@pytest.mark.parametrize(("query", "status"), [
    ("order=nonsense", 400), ("order=obs", 400), ("after=x", 400), ("cf_casas_from=x", 400),
    ("cf_dia_from=31/02/2026", 400), ("cf_casas_from=9&cf_casas_to=1", 400), ("attendance=999999", 404),
    ("cf_regiao=zzz", 400), ("filled=nonsense", 422), ("cf_nonsense=1", 400), ("cf_casas.from=1", 400)])
def test_an_address_that_says_nothing_is_refused(stoppages, browser, query, status):
    assert browser.get(f"{stoppages.root}?{query}").status_code == status


@pytest.mark.req("B-40")
def test_a_saved_view_outlives_a_field_and_what_was_typed_stays_beside_its_refusal(
        session, stoppages, add, browser, ana, seeding, viewer_for):
    add(bairro="Vila Nova", casas=3)
    with seeding():
        view = list_views.save_view(session, f"records-{stoppages.menu_id}", name="Minha",
                                    query="cf_bairro=*vila*&cf_sumiu=1", columns=[], actor=viewer_for(ana), now=NOON)
    page = browser.get(f"{stoppages.root}?{view.query}&view={view.id}")
    assert page.status_code == 200
    assert page.text.count("<tr data-id") == 1
    assert 'value="vila"' in page.text
    assert "cf_sumiu" in page.text
    told = browser.get(f"{stoppages.root}?cf_casas_from=tr%C3%AAs").text
    assert told.count("<tr data-id") == 0
    assert 'value="três"' in told
    assert "Valor inválido." in told


def test_the_records_of_one_attendance(session, stoppages, add, browser, world):
    pk = add(attendance=world.attendance.id)
    add()
    record = session.get(CustomRecord, pk)
    assert record.entity_id == world.attendance.entity_id
    page = browser.get(f"{stoppages.root}?attendance={world.attendance.protocol}").text
    assert page.count("<tr data-id") == 1
    assert session.scalar(select(CustomRecord.id).where(CustomRecord.attendance_id.is_not(None))) == pk
