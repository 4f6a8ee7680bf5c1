"""Labels: the register of configurators, on the record, as a column and filter of the list, on the entity's list."""
import pytest
from sqlalchemy import select

from app.models.label import AttendanceLabel, Label
from app.models.log import LogEntry
from tests.lists.conftest import LIST, by_script, protocols

pytestmark = pytest.mark.req("B-38")


@pytest.fixture
def put(browser):
    """`put(attendance, label)`: as the record's page does."""
    return lambda attendance, label, verb="add": browser.post(
        f"/attendances/{attendance.address}/labels", {verb: label.id})


def test_a_configurator_keeps_the_labels_and_one_in_use_is_switched_off_not_deleted(
        sign_in, staff, session, world, put, browser):
    configurator = sign_in(staff("conf", "Configurator"))
    answer = configurator.post("/labels/add", {"name": "VIP", "colour": "#f2b01e", "position": "1", "active": "y"})
    assert answer.status_code == 302, answer.text
    label = session.scalar(select(Label))
    assert (label.name, label.colour) == ("VIP", "#f2b01e")
    assert put(world.attendance, label).status_code == 200
    refused = configurator.post(f"/labels/delete/{label.id}")
    assert refused.status_code == 409
    assert "não excluído" in refused.text
    configurator.post(f"/labels/edit/{label.id}", {"name": "VIP", "colour": "#f2b01e", "position": "1",
                                                   "version": label.version})
    assert "VIP" in browser.get(f"/attendances/{world.attendance.address}").text, "it stays on what it is on"
    session.expire_all()
    assert put(world.closed_attendance, label).json["error"] == "Esta etiqueta não é mais oferecida."
    assert browser.post("/labels/add", {"name": "Minha", "colour": "#f2b01e"}).status_code == 403


@pytest.mark.parametrize(("name", "colour"), [("vip", "#b3261e"), ("Nova", "#123456"), ("", "#b3261e")])
def test_a_label_needs_a_name_of_its_own_and_a_colour_of_the_palette(sign_in, staff, session, labels, name, colour):
    configurator = sign_in(staff("conf", "Configurator"))
    answer = configurator.post("/labels/add", {"name": name, "colour": colour, "position": "1", "active": "y"})
    assert answer.status_code in (409, 422)
    assert len(session.scalars(select(Label)).all()) == 3


def test_on_the_record_without_leaving_it_and_without_touching_what_others_type(browser, session, world, labels, put):
    record = f"/attendances/{world.attendance.address}"
    version = world.attendance.version
    assert "Acrescentar etiqueta" in browser.get(record).text
    panel = put(world.attendance, labels["VIP"]).text
    assert "Retirar a etiqueta VIP" in panel
    assert ">VIP</option>" not in panel
    assert "VIP" in browser.get(record).text
    session.expire_all()
    assert world.attendance.version == version, "a form that is open elsewhere may still be saved"
    assert "Retirar a etiqueta VIP" not in put(world.attendance, labels["VIP"], "remove").text
    changes = [each.changes["labels"][:2] for each in session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance").order_by(LogEntry.seq))]
    assert changes == [[[], ["VIP"]], [["VIP"], []]]
    assert "Etiquetas alteradas" in browser.get(f"/logs/attendance/{world.attendance.id}").text


def test_the_same_label_twice_is_there_once(session, world, labels, put):
    for _ in range(2):
        assert put(world.attendance, labels["VIP"]).status_code == 200
    assert len(session.scalars(select(AttendanceLabel)).all()) == 1
    assert len(session.scalars(select(LogEntry).where(LogEntry.action == "label")).all()) == 1


@pytest.mark.req("B-29")
def test_a_record_one_may_not_see_bears_no_label_of_ones_own(browser, session, world, labels, put):
    for hidden in (world.other_attendance, world.restricted_attendance):
        assert put(hidden, labels["VIP"]).status_code == 404
        assert browser.get(f"/attendances/{hidden.address}/labels").status_code == 404
    assert session.scalar(select(AttendanceLabel)) is None


@pytest.fixture
def labelled(session, seeding, many, labels):
    """Thirty attendances: every second VIP, every third Jurídico, so every sixth both."""
    made = many(30)
    with seeding():
        for n, each in enumerate(made):
            for name, step in (("VIP", 2), ("Jurídico", 3)):
                if n % step == 0:
                    each.labels.append(AttendanceLabel(label=labels[name], opened_at=each.opened_at))
    session.commit()
    return made


@pytest.mark.parametrize("order", ["-opened_at", "opened_at", "-closed_at", "-id"])
def test_the_list_finds_whoever_bears_one_of_several_labels_once(browser, labels, labelled, order):
    both = f"label={labels['VIP'].id}&label={labels['Jurídico'].id}&order={order}"
    wanted = [each.protocol for n, each in enumerate(labelled) if n % 2 == 0 or n % 3 == 0]
    found = protocols(browser.get(f"{LIST}?{both}&size=100"))
    assert sorted(found) == sorted(wanted)
    if "opened" in order:
        assert found == (wanted if order.startswith("-") else wanted[::-1])
    assert f'class="b-num">{len(wanted)}' in browser.get(f"{LIST}?{both}").text


def test_pages_of_a_labelled_list_lose_and_repeat_nothing_and_filters_hold_together(
        browser, labels, labelled, world):
    import re

    both = f"label={labels['VIP'].id}&label={labels['Jurídico'].id}&phase=not_closed&q=lucia"
    seen, url = [], f"{LIST}?{both}&size=3"
    while url:
        page = browser.get(url).text
        seen += protocols(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following and LIST + following[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 20
    assert protocols(browser.get(f"{LIST}?label={labels['VIP'].id}&phase=closed")) == []
    assert protocols(browser.get(f"{LIST}?label={labels['Retorno'].id}")) == []
    assert browser.get(f"{LIST}?label=abc").status_code == 422


def test_labels_are_seen_in_the_list_in_the_export_and_with_the_entity(browser, labelled, world):
    page = browser.get(f"{LIST}?columns=protocol,labels&phase=open&size=200").text
    row = page.split(labelled[0].protocol + "</a>")[1].split("</tr>")[0]
    assert row.index("VIP") < row.index("Jurídico"), "in the order of the register"
    text = browser.get("/lists/attendances/export.csv?columns=protocol,labels&phase=open").data.decode()
    assert f"{labelled[0].protocol};VIP, Jurídico\r\n" in text
    assert "VIP" in browser.get(f"/attendances/entity/{world.entity.id}").text


def test_a_walk_along_the_index_of_labels(session, labels, labelled, queries, browser):
    """The page is read from the label's own index, in its order: nothing is sorted."""
    from sqlalchemy import text

    queries.clear()
    page = browser.get(f"{LIST}?label={labels['VIP'].id}")
    walk = next(each for each in queries if "attendance_label" in each and "LIMIT" in each and "count(" not in each)
    if session.get_bind().dialect.name != "sqlite":  # the plan of a small table says nothing there
        assert len(protocols(page)) == 15
        return
    plan = " ".join(row[3] for row in session.execute(text("EXPLAIN QUERY PLAN " + walk.replace("?", "1"))))
    assert "ix_attendance_label_label" in plan
    assert "TEMP B-TREE" not in plan


def test_the_labels_of_a_view_by_script(browser, labels):
    answer = by_script(browser, "/lists/attendances/views", {
        "name": "VIPs", "query": f"label={labels['VIP'].id}", "columns": "protocol"})
    page = browser.get(answer.json["location"]).text
    assert f'<option selected value="{labels["VIP"].id}">VIP</option>' in page
