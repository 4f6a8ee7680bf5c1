"""The holes of generated views, closed: each with the request that went through FAB's own."""
import re
import threading
import time

import pytest
from sqlalchemy import select, update

from app.models.classification import Motive
from app.models.company import Department, Unit
from app.models.log import LogEntry


@pytest.fixture
def configurator(world, make_user, sign_in):
    return sign_in(make_user("cora", "Configurator", companies=[world.company]))


@pytest.fixture
def supervisor(world, make_user, sign_in):
    return sign_in(make_user("sue", "Supervisor", companies=[world.company]))


def names(page) -> list[str]:
    """The first cell of every row of a list."""
    return re.findall(r'class="b-name"[^>]*>([^<]*)<', page.text)


# ---- rows

@pytest.mark.parametrize("address", ["show", "edit"])
def test_a_row_that_one_may_not_see_does_not_exist(supervisor, world, address):
    assert supervisor.get(f"/units/{address}/{world.other_unit.id}").status_code == 404
    assert supervisor.get(f"/units/{address}/{world.unit.id}").status_code == 200
    for bad in ("0", "x", "-1", "9" * 30, "1%20or%201=1"):
        assert supervisor.get(f"/units/{address}/{bad}").status_code == 404


def test_a_row_that_one_may_not_see_is_neither_changed_nor_deleted(supervisor, world, session):
    form = {"company": world.company.id, "name": "Minha", "active": "y", "version": "1"}
    assert supervisor.post(f"/units/edit/{world.other_unit.id}", form).status_code == 404
    assert supervisor.post(f"/units/delete/{world.other_unit.id}").status_code == 404
    assert session.get(Unit, world.other_unit.id).name == "Matriz Verde"


def test_a_list_shows_only_rows_that_one_may_see(supervisor, world):
    assert names(supervisor.get("/units/list/")) == ["Centro"]  # Ouvidoria is restricted, Matriz Verde a neighbour's


def test_related_rows_of_others_are_not_in_the_page(supervisor, world):
    for address in ("/units/add", f"/units/edit/{world.unit.id}", "/units/list/", "/departments/add"):
        page = supervisor.get(address).text
        assert "Verde" not in page


def test_a_preset_in_the_address_writes_nothing(supervisor, world, session):
    address = f"/departments/add?_flt_0_company={world.other_company.id}&company={world.other_company.id}"
    assert "Verde" not in supervisor.get(address).text
    answer = supervisor.post(address, {"name": "Preset", "active": "y"})
    assert answer.status_code == 422
    assert session.scalar(select(Department).where(Department.name == "Preset")) is None


def test_what_is_not_in_the_form_is_not_written(configurator, session):
    form = {"name": "Novo", "active": "y", "id": "7777", "version": "50", "created_at": "1999-01-01", "name_key": "x"}
    assert configurator.post("/motives/add", form).status_code == 302
    made = session.scalars(select(Motive).where(Motive.name == "Novo")).one()
    assert made.id != 7777
    assert (made.version, made.name_key) == (1, "novo")
    assert made.created_at.year > 2000


def test_uploads_have_no_route_and_deletes_no_get(configurator, world):
    assert configurator.get("/motives/download/x.txt").status_code == 404
    assert configurator.get(f"/motives/delete/{world.motive.id}").status_code == 405
    assert configurator.post(f"/motives/delete/{world.motive.id}", csrf=False).status_code == 400


# ---- addresses

@pytest.mark.parametrize(("query", "status"), [
    ("_oc_MotiveView=version", 400), ("_oc_MotiveView=nada", 400), ("_oc_MotiveView=name&_od_MotiveView=side", 400),
    ("_oc_MotiveView=name&_od_MotiveView=desc", 200),
    ("psize_MotiveView=abc", 400), ("psize_MotiveView=-5", 400), ("psize_MotiveView=0", 200),
    ("page_MotiveView=abc", 400), ("page_MotiveView=99", 200), ("page_MotiveView=" + "9" * 30, 400),
    ("mypage_x=abc", 200), ("_flt_9_name=x", 200), ("_flt_99_name=x", 200), ("_flt_0_version=1", 200),
    ("_flt_0_active=maybe", 200), ("_flt_0_name=%00", 200), ("_flt_0_name=" + "x" * 3000, 200)])
def test_bad_parameters_are_refused_or_ignored_never_an_error(configurator, world, query, status):
    assert configurator.get(f"/motives/list/?{query}").status_code == status


def test_the_size_of_a_page_is_clamped(configurator, session, seeding):
    with seeding():
        session.add_all([Motive(name=f"M{number:04}") for number in range(230)])
    assert len(names(configurator.get("/motives/list/?psize_MotiveView=100000000"))) == 200
    first = configurator.get("/motives/list/?psize_MotiveView=100")
    last = configurator.get("/motives/list/?psize_MotiveView=100&page_MotiveView=2")
    assert len(names(first)) == 100
    assert 'aria-current="page">1<' in first.text
    assert not set(names(first)) & set(names(last))
    assert "Quantidade de registros: <span class=\"b-count\">232<" in first.text


def test_wildcards_and_quotes_are_letters(configurator, session, seeding):
    with seeding():
        session.add_all([Motive(name="100% pago"), Motive(name="a_b"), Motive(name="D'Ávila <b>")])
    assert names(configurator.get("/motives/list/?_flt_0_name=%25")) == ["100% pago"]
    assert names(configurator.get("/motives/list/?_flt_0_name=_")) == ["a_b"]
    assert names(configurator.get("/motives/list/?_flt_0_name=d%27avila")) == ["D&#39;Ávila &lt;b&gt;"]
    assert configurator.get("/lookup/motive?q=%25").json["results"][0]["text"] == "100% pago"


def test_a_search_reads_ids_through_the_form(configurator, world):
    root = "/occurrences/list/"
    assert names(configurator.get(f"{root}?_flt_0_motive={world.motive.id}")) == ["Cobrança indevida"]
    chosen = configurator.get(f"{root}?_flt_0_motive={world.motive.id}").text
    assert f'<option value="{world.motive.id}" selected>Reclamação</option>' in chosen
    assert "Dúvida" not in re.search(r'id="filter_form".*?</form>', chosen, re.S)[0]
    for bad in ("999999", "abc", "1 or 1=1", "-1"):
        page = configurator.get(root, query_string={"_flt_0_motive": bad})
        assert page.status_code == 200
        assert names(page) == []
        assert "Nenhum registro encontrado" in page.text


def test_an_empty_argument_is_no_filter(configurator, world):
    assert len(names(configurator.get("/motives/list/?_flt_0_name=&_flt_0_active="))) == 2


def test_booleans_are_searched_both_ways(configurator, world, seeding):
    with seeding():
        world.other_motive.active = False
    assert names(configurator.get("/motives/list/?_flt_0_active=y")) == ["Reclamação"]
    assert names(configurator.get("/motives/list/?_flt_0_active=n")) == ["Dúvida"]


# ---- saving

def test_two_savers_at_once_both_values_are_shown(configurator, world, session):
    pk = world.motive.id
    def save(**form):
        return configurator.post(f"/motives/edit/{pk}", {"active": "y", **form})

    assert save(name="Queixa", version="1").status_code == 302
    page = save(name="Protesto", version="1")
    assert page.status_code == 409
    assert 'value="Protesto"' in page.text
    assert "Valor gravado agora: Queixa" in page.text
    assert 'name="version" value="2"' in page.text
    assert save(name="Protesto", version="2").status_code == 302
    for stripped in ("", "abc", "99"):
        assert save(name="X", version=stripped).status_code == 409
    session.expire_all()
    assert session.get(Motive, pk).name == "Protesto"


def test_a_race_between_check_and_write_is_a_refusal_too(configurator, world, session, monkeypatch):
    from app.services import records

    pk, plain = world.motive.id, records.check_related

    def overtaken(session, item, actor):
        session.execute(update(Motive).where(Motive.id == pk).values(version=9).execution_options(
            synchronize_session=False))
        return plain(session, item, actor)

    monkeypatch.setattr(records, "check_related", overtaken)
    page = configurator.post(f"/motives/edit/{pk}", {"name": "Novo nome", "active": "y", "version": "1"})
    assert page.status_code == 409
    assert 'value="Novo nome"' in page.text


def test_nothing_changed_writes_nothing(configurator, world, session):
    entries = select(LogEntry).where(LogEntry.target == "motive", LogEntry.target_id == world.motive.id)
    form = {"name": "Reclamação", "active": "y", "version": "1"}
    assert configurator.post(f"/motives/edit/{world.motive.id}", form).status_code == 302
    session.expire_all()
    assert world.motive.version == 1
    assert session.scalars(entries).all() == []


def test_a_raw_exception_is_never_shown(configurator, session, monkeypatch):
    from app.services import records

    def broken(*_args, **_options):
        raise RuntimeError("SELECT secret FROM somewhere")

    monkeypatch.setattr(records, "record", broken)
    configurator.app.config["PROPAGATE_EXCEPTIONS"] = False
    configurator.app.testing = False
    try:
        answer = configurator.post("/motives/add", {"name": "Falha", "active": "y"})
    finally:
        configurator.app.testing = True
        configurator.app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_is_needed_and_fits(configurator, session, name):
    answer = configurator.post("/motives/add", {"name": name, "active": "y"})
    assert answer.status_code == 422
    assert 'id="name-err"' in answer.text
    assert name.strip() in answer.text
    assert session.scalar(select(LogEntry).where(LogEntry.target == "motive")) is None


def test_a_nul_in_a_text_is_no_error(configurator, session):
    assert configurator.post("/motives/add", {"name": "Nu\0lo", "active": "y"}).status_code == 302
    assert session.scalar(select(Motive.name).where(Motive.name_key == "nulo")) == "Nulo"
    assert configurator.get("/lookup/motive?q=%00nul").json["results"][0]["text"] == "Nulo"


def test_script_and_formula_are_text(configurator, session):
    for name in ("<script>alert(1)</script>", '=HYPERLINK("http://x")', '"><img src=x onerror=alert(1)>'):
        assert configurator.post("/motives/add", {"name": name, "active": "y"}).status_code == 302
    page = configurator.get("/motives/list/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_after_saving_one_is_back_where_one_was(configurator, world):
    filtered = "http://localhost/motives/list/?_flt_0_name=recla"
    page = configurator.get(f"/motives/edit/{world.motive.id}", headers={"Referer": filtered})
    back = re.search(r'name="_back" value="([^"]*)"', page.text)[1]
    assert back == "/motives/list/?_flt_0_name=recla"
    for evil in ("//evil.example/motives/", "https://evil.example", "/motives/\\evil", "/users/list/", "javascript:x"):
        form = {"name": "Reclamação", "active": "y", "version": "1", "_back": evil}
        answer = configurator.post(f"/motives/edit/{world.motive.id}", form)
        assert answer.headers["Location"] == "/motives/list/"


# ---- costs

@pytest.mark.req("S-66")
def test_a_list_costs_a_fixed_number_of_queries(configurator, session, seeding, queries):
    def cost(address):
        session.commit()
        queries.clear()
        assert configurator.get(address).status_code == 200
        return len(queries)

    few = cost("/occurrences/list/")
    with seeding():
        from app.models.classification import Occurrence

        motives = [Motive(name=f"M{number}") for number in range(30)]
        session.add_all([Occurrence(name=f"O{number}", motive=motive) for number, motive in enumerate(motives)])
    assert cost("/occurrences/list/") == few <= 6


def test_a_refused_form_costs_no_query_a_choice(configurator, world, session, queries):
    session.commit()
    configurator.get("/occurrences/add")
    queries.clear()
    form = {"motive": world.motive.id, "name": "Cobrança indevida", "active": "y"}
    answer = configurator.post("/occurrences/add", form)
    assert answer.status_code == 409
    assert len(queries) <= 10, queries


# ---- actions and threads, on an application with views of its own (conftest.py)

def test_an_action_runs_only_over_rows_that_one_may_see(probe):
    browser = probe.client("sue")
    unit, other = probe.ids["unit"], probe.ids["other_unit"]
    browser.get("/probe/list/")
    assert browser.post(f"/probe/action/shout/{unit}").text == "Centro"
    assert browser.post(f"/probe/action/shout/{other}").status_code == 404
    assert browser.post(f"/probe/action/nothing/{unit}").status_code == 404
    assert browser.get(f"/probe/action/shout/{unit}").status_code == 405
    answer = browser.post("/probe/action_post", {"action": "shout", "rowid": [unit, other, "x", "9" * 40]})
    assert answer.text == "Centro"
    assert browser.post("/probe/action_post", {"action": "shout"}).status_code == 302
    assert browser.post("/probe/action_post", {"action": "nothing", "rowid": [unit]}).status_code == 404


def test_an_action_asks_its_own_permission(probe):
    browser = probe.client("ana")
    assert 'name="action"' not in browser.get("/probe/list/").text
    assert 'name="action"' in probe.client("sue").get("/probe/list/").text
    assert browser.post(f"/probe/action/shout/{probe.ids['unit']}").status_code == 403
    assert browser.post("/probe/action_post", {"action": "shout", "rowid": [probe.ids["unit"]]}).status_code == 403


def test_threads_do_not_see_each_others_filters(probe, monkeypatch):
    from app.views.search import SearchMixin

    read = SearchMixin.filtered

    def slow(query, asked):
        time.sleep(0.01)  # between reading the filters and using them: where FAB's shared ones were overwritten
        return read(query, asked)

    monkeypatch.setattr(SearchMixin, "filtered", staticmethod(slow))
    wrong = []

    def walk(word, expected):
        browser = probe.client("cora")
        for _ in range(8):
            found = names(browser.get(f"/motives/list/?_flt_0_name={word}"))
            if found != expected:
                wrong.append((word, found))

    wanted = {"recl": ["Reclamação"], "duvi": ["Dúvida"], "nada": [], "d": ["Dúvida"]}
    threads = [threading.Thread(target=walk, args=pair) for pair in wanted.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_every_generated_view_stands_on_this_ground(app):
    from flask_appbuilder.baseviews import BaseCRUDView

    from app.security.filters import Visible
    from app.security.permissions import Perm
    from app.views.base import AppModelView

    nouns = {perm.pair[1] for perm in Perm}
    views = [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, BaseCRUDView)]
    assert len(views) > 10
    for view in views:
        assert isinstance(view, AppModelView), view
        assert view.class_permission_name in nouns, view
        assert Visible in [type(each) for each in view._base_filters.filters], view
        assert "download" in view.exclude_route_methods, view
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not {f"{type(view).__name__}.download" for view in views} & routes  # FAB's own: any file by its name
