"""Internal notes: staff write them, mentions reach colleagues who may see the record, portals never see either."""

import pytest
from sqlalchemy import select

from app.models.attendance import Attendance
from app.models.desk import Draft
from app.models.log import LogEntry
from app.models.note import AttendanceNote
from app.models.notification import Notification
from app.queries import mentions
from app.security.permissions import Perm
from app.security.visibility import visible
from app.services import notes

JSON = {"Accept": "application/json"}


@pytest.fixture
def ana(make_user, world):
    return make_user("ana", "Attendant", companies=[world.company])


@pytest.fixture
def bia(make_user, world):
    return make_user("bia.souza", "Attendant", companies=[world.company])


@pytest.fixture
def browser(ana, sign_in):
    return sign_in(ana)


def write(browser, attendance, text, key="", **options):
    return browser.post(f"/notes/{attendance.id}/add", {"text": text, "request_key": key}, **options)


def told(session):
    return [
        (row.user_id, row.kind, row.attendance_id)
        for row in session.scalars(select(Notification).order_by(Notification.id))
    ]


@pytest.mark.req("B-39")
def test_a_note_stands_on_the_record_with_who_wrote_it_and_in_the_log(browser, world, session, ana):
    assert write(browser, world.attendance, "  Ligar\r\namanhã <b>cedo</b> ").status_code == 302
    note = session.scalar(select(AttendanceNote))
    assert (note.text, note.author_id, note.attendance_id) == ("Ligar\namanhã <b>cedo</b>", ana.id, world.attendance.id)
    page = browser.get(f"/attendances/{world.attendance.protocol}").text
    assert "amanhã &lt;b&gt;cedo&lt;/b&gt;" in page
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "attendance"))
    assert entry.changes["internal_note"][:2] == [None, note.text]
    assert "Nota interna" in browser.get(f"/logs/attendance/{world.attendance.id}").text


@pytest.mark.req("B-39")
def test_a_mention_tells_the_colleague_once_and_never_the_writer(browser, world, session, ana, bia):
    text = "@bia.souza, veja com a @ana. De novo: @BIA.SOUZA."
    assert write(browser, world.attendance, text, headers=JSON).status_code == 201
    assert told(session) == [(bia.id, "mentioned", world.attendance.id)]
    row = session.scalar(select(Notification))
    assert (row.values["text"], row.actor_name) == (text, "Ana Teste (ana)")
    html = browser.get(f"/attendances/{world.attendance.protocol}").text
    assert '<b class="b-mention">@bia.souza</b>, veja' in html
    assert '<b class="b-mention">@BIA.SOUZA</b>.' in html


@pytest.mark.req("B-39")
@pytest.mark.parametrize("name", ["ninguem", "vera", "cliente", "inativa", "config", "fora"])
def test_a_mention_of_who_may_not_see_the_record_is_refused_with_the_same_words(
    browser, world, session, make_user, name
):
    make_user("vera", "Attendant", companies=[world.other_company])
    make_user("cliente", "Customer", entity=world.entity)
    make_user("inativa", "Attendant", companies=[world.company], active=False)
    make_user("config", "Configurator", companies=[world.company])
    make_user("fora", "Attendant")
    answer = write(browser, world.attendance, f"Oi @{name}", headers=JSON)
    assert answer.status_code == 422
    assert answer.json["error"]["fields"]["text"] == (
        f"@{name} não é um colega que possa ver este atendimento. Escolha na lista ou escreva o nome sem @."
    )
    page = write(browser, world.attendance, f"Oi @{name}")
    assert page.status_code == 422
    assert f">Oi @{name}</textarea>" in page.text
    assert "não é um colega" in page.text
    assert session.scalar(select(AttendanceNote)) is None
    assert told(session) == []


@pytest.mark.req("B-39")
def test_an_address_is_no_mention(browser, world, session):
    assert write(browser, world.attendance, "Escrever a zilda@example.com e x.@y", headers=JSON).status_code in (
        201,
        422,
    )
    assert notes.mentioned("Escrever a zilda@example.com") == []
    assert notes.mentioned("(@ana) @bia.souza, @c+d@e.com!") == ["ana", "bia.souza", "c+d@e.com"]


@pytest.mark.req("B-39")
def test_of_a_restricted_unit_only_its_members_are_mentioned(browser, world, session, make_user, sign_in, bia):
    member = make_user("marta", "Attendant", companies=[world.company], units=[world.restricted_unit])
    inside = sign_in(member)
    assert write(inside, world.restricted_attendance, "@bia.souza", headers=JSON).status_code == 422
    offered = inside.get(f"/notes/{world.restricted_attendance.id}/colleagues?q=").json["people"]
    assert [each["login"] for each in offered] == []
    assert write(browser, world.restricted_attendance, "Oi", headers=JSON).status_code == 404


@pytest.mark.req("B-39")
def test_the_list_of_colleagues_finds_by_name_and_user_name_without_accents(browser, world, make_user, bia):
    make_user("jose", "Supervisor", companies=[world.company], name="José Antônio")
    make_user("vera", "Attendant", companies=[world.other_company])

    def found(q):
        return [each["login"] for each in browser.get(f"/notes/{world.attendance.id}/colleagues?q={q}").json["people"]]

    assert found("antonio") == ["jose"]
    assert found("bia.s") == ["bia.souza"]
    assert set(found("")) == {"bia.souza", "jose"}
    assert found("vera") == []
    assert browser.get(f"/notes/{world.other_attendance.id}/colleagues").status_code == 404


@pytest.mark.req("B-39")
def test_whom_one_may_mention_is_who_sees_the_record_by_the_rule_of_rows(session, world, make_user, viewer_for):
    """`mentions` is `visible` turned round: the two must never differ."""
    people = [
        make_user(f"p{number}", role, **more)
        for number, (role, more) in enumerate(
            (
                ("Attendant", {"companies": [world.company]}),
                ("Attendant", {"companies": [world.other_company]}),
                ("Attendant", {"companies": [world.company], "units": [world.restricted_unit]}),
                ("Attendant", {}),
                ("Supervisor", {"companies": [world.company, world.other_company]}),
                ("Configurator", {"companies": [world.company]}),
                ("Admin", {}),
                ("Admin", {"units": [world.restricted_unit]}),
                ("Customer", {"entity": world.entity}),
            )
        )
    ]
    root = viewer_for(make_user("root", "Admin"))
    for attendance in (world.attendance, world.restricted_attendance, world.other_attendance):
        may = {
            each.login
            for each in mentions.named(session, root, attendance, {user.username for user in people}).values()
        }
        seeing = set()
        for user in people:
            viewer = viewer_for(user)
            sees = session.scalar(
                select(Attendance.id).where(Attendance.id == attendance.id, visible(Attendance, viewer))
            )
            if sees and viewer.may(Perm.ATTENDANCE_READ) and viewer.entity_id is None:
                seeing.add(user.username)
        assert may == seeing
        assert may


@pytest.mark.req("B-39")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Escreva a nota."),
        (" \n ", "Escreva a nota."),
        ("\0", "Escreva a nota."),
        ("x" * 4001, "No máximo 4000 caracteres; há 4001."),
    ],
)
def test_an_empty_or_too_long_note_is_refused_beside_its_text(browser, world, session, text, words):
    answer = write(browser, world.attendance, text, headers=JSON)
    assert (answer.status_code, answer.json["error"]["message"]) == (422, words)
    assert session.scalar(select(AttendanceNote)) is None


@pytest.mark.req("B-39")
def test_the_same_request_again_writes_and_tells_once(browser, world, session, bia):
    for _ in range(2):
        assert write(browser, world.attendance, "@bia.souza veja", key="k", headers=JSON).status_code == 201
    assert len(session.scalars(select(AttendanceNote)).all()) == len(told(session)) == 1


@pytest.mark.req("B-39", "G-06")
def test_notes_are_for_the_staff_of_the_company(browser, world, session, make_user, sign_in, client):
    write(browser, world.attendance, "Segredo da casa")
    for other in (
        sign_in(make_user("vera", "Attendant", companies=[world.other_company])),
        sign_in(make_user("cliente", "Customer", entity=world.entity)),
        sign_in(make_user("prestador", "Provider", entity=world.provider)),
        client(),
    ):
        for address in (f"/notes/{world.attendance.id}", f"/notes/{world.attendance.id}/colleagues", "/portal/"):
            assert "Segredo da casa" not in other.get(address).text
        assert write(other, world.attendance, "x").status_code in (302, 403, 404)
    assert write(browser, world.attendance, "sem marca", csrf=False).status_code == 400
    assert len(session.scalars(select(AttendanceNote)).all()) == 1


@pytest.mark.req("B-39")
def test_a_closed_attendance_takes_notes_and_older_ones_are_a_page_away(browser, world, session):
    for number in range(1, 23):
        assert write(browser, world.closed_attendance, f"Nota {number:02}").status_code == 302
    page = browser.get(f"/attendances/{world.closed_attendance.protocol}").text
    assert ("Nota 22" in page, "Nota 03" in page, "Nota 02" in page) == (True, True, False)
    assert "Ver todas as notas" in page
    whole = browser.get(f"/notes/{world.closed_attendance.id}").text
    assert whole.index("Nota 01") < whole.index("Nota 22")
    last = session.scalars(select(AttendanceNote.id).order_by(AttendanceNote.id)).all()[2]
    older = browser.get(f"/notes/{world.closed_attendance.id}?before={last}").text
    assert ("Nota 02" in older, "Nota 03" in older) == (True, False)


def half_typed(browser, attendance, text="Ligar ama"):
    return browser.post(f"/notes/{attendance.id}/draft", json={"text": text})


@pytest.mark.req("B-39")
def test_a_note_that_is_being_typed_is_kept_for_its_writer_until_it_is_added(
    browser, world, session, make_user, sign_in, ana, bia
):
    where = f"/attendances/{world.attendance.protocol}"
    assert half_typed(browser, world.attendance).status_code == 204
    assert ">Ligar ama</textarea>" in sign_in(ana).get(where).text
    page = browser.get(where).text
    assert ">Ligar ama</textarea>" in page
    assert "foi recuperado" not in page  # nothing of the record stands to be confirmed
    assert "Ligar ama" not in sign_in(bia).get(where).text
    assert ">Ligar ama</textarea>" in browser.get(f"/notes/{world.attendance.id}").text
    write(browser, world.attendance, "Ligar amanhã")
    assert "Ligar ama</textarea>" not in browser.get(where).text
    assert session.scalar(select(Draft)) is None


@pytest.mark.req("B-39")
def test_a_note_that_was_emptied_is_no_draft_and_a_wrong_one_is_refused(browser, world, session):
    half_typed(browser, world.attendance)
    assert half_typed(browser, world.attendance, "  \n").status_code == 204
    assert session.scalar(select(Draft)) is None
    assert browser.post(f"/notes/{world.attendance.id}/draft", json={"text": 7}).status_code == 400
    assert browser.post(f"/notes/{world.attendance.id}/draft", {"text": "x"}).status_code == 400
    assert half_typed(browser, world.attendance, "x" * 70_000).status_code == 422
    assert half_typed(browser, world.other_attendance).status_code == 404


@pytest.mark.req("B-39", "G-03")
def test_in_the_log_notes_are_read_by_colleagues_alone(browser, world, session, seeding, make_user, sign_in, api):
    """Also where a role of the portal was given the log and the attendances."""
    from flask_appbuilder.security.sqla.models import PermissionView, Role

    write(browser, world.attendance, "Desconfio da história")
    role = session.scalar(select(Role).where(Role.name == "Customer"))
    pairs = {each.pair for each in (Perm.LOG_READ, Perm.ATTENDANCE_READ)}
    with seeding():
        role.permissions += [each for each in session.scalars(select(PermissionView))
                             if (each.permission.name, each.view_menu.name) in pairs]
    customer = make_user("cida", "Customer", entity=world.entity)
    page = sign_in(customer).get(f"/logs/attendance/{world.attendance.id}")
    answer = api(customer).get(f"/api/v1/attendances/{world.attendance.protocol}/log")
    for told in (page, answer):
        assert told.status_code == 200
        assert "Desconfio" not in told.text
    assert "Desconfio" in browser.get(f"/logs/attendance/{world.attendance.id}").text
