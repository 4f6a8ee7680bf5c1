"""The list of records against a recount in Python: every filter, order and page, on whatever way it is found."""
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from app.lowcode import filters as asked
from app.models.custom_record import CustomRecord
from app.queries import custom_records as reads
from app.queries import record_asked, record_pages
from app.queries.catalogue import catalogue
from app.queries.custom_menus import by_menu
from app.queries.field_filters import FieldFilter
from app.services import custom_records, field_index
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


@pytest.fixture(params=["walks", "few"])
def way(request, monkeypatch):
    """Few are gathered and sorted, or nothing is few and every walk is too short at first."""
    if request.param == "walks":
        for module, name, value in ((record_asked, "FEW", 2), (record_asked, "FEW_SORTED", 2),
                                    (record_pages, "LOOK", 8), (record_pages, "SOME", 3)):
            monkeypatch.setattr(module, name, value)
    return request.param


def questions(form) -> dict[str, tuple]:
    """{name: (filter, what it means of the values)}"""
    f = form.by_key

    def text(typed):
        return (asked.text_in(f["bairro"], typed),
                lambda v: all(piece in normalise(v["bairro"]) for piece in normalise(typed).split()))

    def day(v):
        return date.fromisoformat(v["dia"]) if "dia" in v else None
    return {
        "none": (None, lambda _v: True), "vila": text("vila"), "são j": text("são j"), "be": text("bo"),
        "region n": (asked.any_of(f["regiao"], ["n"]), lambda v: v.get("regiao") == "n"),
        "both regions": (asked.any_of(f["regiao"], ["n", "s"]), lambda v: v.get("regiao") is not None),
        "works": (asked.any_of(f["causas"], ["obra"]), lambda v: "obra" in v.get("causas", ())),
        "any cause": (asked.any_of(f["causas"], ["obra", "falha"]), lambda v: bool(v.get("causas"))),
        "houses": (asked.between(f["casas"], 3, 950, timezone=ZONE), lambda v: 3 <= v.get("casas", -1) <= 950),
        "cheap": (asked.between(f["custo"], None, 0, timezone=ZONE), lambda v: float(v.get("custo", 1)) <= 0),
        "one day": (asked.between(f["dia"], DAY, DAY, timezone=ZONE), lambda v: day(v) == DAY),
        "first days": (asked.between(f["dia"], None, DAY + timedelta(days=3), timezone=ZONE),
                       lambda v: day(v) is not None and day(v) <= DAY + timedelta(days=3)),
        "moments": (asked.between(f["inicio"], DAY, DAY + timedelta(days=2), timezone=ZONE),
                    lambda v: "2026-03-01T03" <= v["inicio"] < "2026-03-04T03"),
        "planned": (asked.any_of(f["programada"], [True]), lambda v: v.get("programada") is True),
        "no region": (asked.is_filled(f["regiao"], False), lambda v: v.get("regiao") is None),
        "some cause": (asked.is_filled(f["causas"], True), lambda v: bool(v.get("causas")))}


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
    assert ids("cf_casas.from=3&cf_casas.to=950") == sum(3 <= v.get("casas", -1) <= 950 for _pk, _who, v in many)
    assert ids("cf_custo.to=-1,00") == sum(v.get("custo") == "-3.25" for _pk, _who, v in many)
    assert ids("cf_dia.from=01/03/2026&cf_dia.to=2026-03-02") == sum(
        v.get("dia") in ("2026-03-01", "2026-03-02") for _pk, _who, v in many)
    assert ids("cf_programada=true") == sum(v.get("programada") is True for _pk, _who, v in many)
    assert ids("empty=regiao") == sum("regiao" not in v for _pk, _who, v in many)
    assert ids("filled=regiao&order=-casas") == sum("regiao" in v for _pk, _who, v in many)


@pytest.mark.parametrize(("query", "status"), [
    ("order=nonsense", 400), ("order=obs", 400), ("after=x", 400), ("cf_casas.from=x", 422),
    ("cf_dia.from=31/02/2026", 422), ("cf_casas.from=9&cf_casas.to=1", 422), ("attendance=999999", 404),
    ("cf_regiao=zzz", 422), ("filled=nonsense", 422), ("cf_nonsense=1", 200)])
def test_an_address_that_says_nothing_is_refused(stoppages, browser, query, status):
    assert browser.get(f"{stoppages.root}?{query}").status_code == status


def test_the_records_of_one_attendance(session, stoppages, add, browser, world):
    pk = add(attendance=world.attendance.id)
    add()
    record = session.get(CustomRecord, pk)
    assert record.entity_id == world.attendance.entity_id
    page = browser.get(f"{stoppages.root}?attendance={world.attendance.protocol}").text
    assert page.count("<tr data-id") == 1
    assert session.scalar(select(CustomRecord.id).where(CustomRecord.attendance_id.is_not(None))) == pk
