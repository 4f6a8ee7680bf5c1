"""Changes to many attendances at once: each by its own rules and log entry, refused rows told, large ones as jobs."""
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.database import utc_now
from app.jobs import work
from app.models.attendance import Attendance
from app.models.job import Job, JobState
from app.models.label import AttendanceLabel
from app.models.log import LogEntry
from app.models.notification import Notification
from app.services import many_attendances as service
from tests.lists.conftest import LIST, by_script

pytestmark = pytest.mark.req("B-40")
MANY = "/attendances/many"


def rows_of(attendances) -> list[str]:
    return [f"{each.id}:{each.version}" for each in attendances]


def send(browser, action, attendances, **values):
    return by_script(browser, f"{MANY}/{action}", {"row": rows_of(attendances), "query": "phase=open", **values})


def entries(session, attendance) -> list[LogEntry]:
    return list(session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == attendance.id).order_by(LogEntry.seq)))


@pytest.fixture
def bia(staff):
    return staff("bia", name="Bia")


def test_chosen_ones_go_to_an_operator_who_is_told_once_and_each_has_its_entry(
        browser, session, many, bia, world, ana):
    made = many(5, assignee=ana)
    answer = send(browser, "forward", made, operator_id=bia.id, department_id=world.department.id, reason="Férias")
    assert (answer.status_code, answer.json) == (200, {"location": f"{LIST}?phase=open"})
    session.expire_all()
    for each in made:
        assert (each.assignee, each.department) == (bia, world.department)
        assert [(entry.action, entry.changes["reason"][1]) for entry in entries(session, each)] == [
            ("forward", "Férias")]
    told = session.scalars(select(Notification)).all()
    assert [(each.user_id, each.kind, each.values["count"]) for each in told] == [(bia.id, "assigned", 5)]
    assert "Feitos: 5." in browser.get(LIST).text


def test_who_loses_them_is_told_once_too(browser, session, many, bia, staff):
    carla = staff("carla")
    send(browser, "forward", many(3, assignee=carla), operator_id=bia.id, reason="Folga")
    told = session.scalars(select(Notification).where(Notification.user_id == carla.id)).all()
    assert [(each.kind, each.values["count"]) for each in told] == [("transferred", 3)]


def test_only_allowed_changes_of_situation_are_made_and_each_refusal_says_why(browser, session, many, world):
    fresh, pending = many(1)[0], world.attendance
    answer = send(browser, "situation", [fresh, world.closed_attendance, pending],
                  situation_id=world.situations["pending"].id)
    assert answer.json["told"] == "Feitos: 2. Não feitos: 1"
    assert [(row["number"], "encerrado" in row["reason"]) for row in answer.json["refused"]] == [
        (world.closed_attendance.protocol, True)]
    session.expire_all()
    assert (fresh.phase, pending.phase, world.closed_attendance.phase) == ("pending", "pending", "closed")
    back = send(browser, "situation", [fresh], situation_id=world.situations["open"].id)
    assert "não pode passar" in back.json["refused"][0]["reason"]


def test_what_somebody_changed_meanwhile_is_refused_and_the_others_are_done(browser, session, many, world, people_save):
    made = many(3)
    posted = rows_of(made)
    people_save(made[1])
    answer = by_script(browser, f"{MANY}/situation", {
        "row": posted, "query": "", "situation_id": world.situations["closed"].id, "sure": 3})
    assert [row["number"] for row in answer.json["refused"]] == [made[1].protocol]
    assert "Outra pessoa alterou" in answer.json["refused"][0]["reason"]
    session.expire_all()
    assert [each.phase for each in made] == ["closed", "in_progress", "closed"]


@pytest.fixture
def chief(sign_in, staff):
    return sign_in(staff("chefe", "Supervisor", name="Chefe"))


def test_reopening_is_asked_about_by_number_and_done_by_who_may(chief, browser, session, many, world):
    fresh, closed, working = many(1)[0], world.closed_attendance, world.situations["in_progress"].id
    asked = send(chief, "situation", [fresh, closed], situation_id=working)
    assert (asked.status_code, asked.json["field"], asked.json["sure"], asked.json["label"]) == (
        409, "sure", 1, "Reabrir")
    assert asked.json["error"] == (
        "1 atendimento encerrado será reaberto com a situação “Em andamento”. Reabrir?")
    session.expire_all()
    assert (fresh.phase, closed.phase) == ("open", "closed")
    refused = send(browser, "situation", [fresh, closed], situation_id=working)  # an attendant: no question, a reason
    assert refused.json["told"] == "Feitos: 1. Não feitos: 1"
    assert refused.json["refused"][0]["reason"] == "Este atendimento está encerrado; só um supervisor pode reabri-lo."
    session.expire_all()
    assert send(chief, "situation", [closed], situation_id=working, sure=2).status_code == 409, "of another number"
    assert send(chief, "situation", [closed], situation_id=working, sure=1).status_code == 200
    session.expire_all()
    assert closed.phase == "in_progress"
    assert entries(session, closed)[-1].action == "reopen"


def test_closing_many_is_asked_about_as_closing_one_is(browser, session, many, world):
    made = many(2)
    asked = send(browser, "situation", made, situation_id=world.situations["closed"].id)
    assert (asked.status_code, asked.json["sure"], asked.json["label"]) == (409, 2, "Encerrar")
    assert asked.json["error"].startswith("Encerrar 2 atendimentos com a situação “Encerrado”?")
    session.expire_all()
    assert {each.phase for each in made} == {"open"}


def test_what_was_closed_while_nobody_was_asked_is_not_reopened(session, many, world, viewer_for, staff):
    closed = world.closed_attendance
    outcome = service.change(session, "situation", [(closed.id, closed.version)],
                             {"situation_id": world.situations["in_progress"].id},
                             actor=viewer_for(staff("chefe", "Supervisor")), now=utc_now())
    assert outcome.done == 0
    assert outcome.refused[0]["reason"].startswith("Alguém encerrou ou reabriu este atendimento")


@pytest.fixture
def people_save(session, staff, viewer_for, world):
    """A colleague puts an attendance in progress."""
    from app.database import unit_of_work
    from app.services import attendances

    colleague = staff("colega")

    def save(attendance):
        with unit_of_work(session):
            attendances.save_attendance(
                session, attendance.id, version=None, values={"situation_id": world.situations["in_progress"].id},
                actor=viewer_for(colleague), now=utc_now())
    return save


@pytest.mark.req("B-29")
def test_a_foreign_row_in_the_request_is_as_if_it_did_not_exist(browser, session, world, many, bia):
    foreign = [world.other_attendance, world.restricted_attendance]
    answer = send(browser, "forward", [*foreign, *many(1)], operator_id=bia.id, reason="x")
    assert answer.json["told"].startswith("Feitos: 1.")
    assert [(row["number"], row["address"]) for row in answer.json["refused"]] == [
        (f"#{each.id}", None) for each in foreign]
    session.expire_all()
    assert [each.assignee_id for each in foreign] == [None, None]
    assert world.other_attendance.protocol not in answer.text


def test_an_operator_of_another_company_gets_nothing(browser, world, make_user, many):
    stranger = make_user("verde", "Attendant", companies=[world.other_company])
    answer = send(browser, "forward", many(1), operator_id=stranger.id, reason="x")
    assert (answer.status_code, answer.json["field"]) == (422, "operator_id"), "not even a colleague"


@pytest.mark.parametrize(("action", "values", "field"), [
    ("forward", {"reason": "x"}, "operator_id"), ("forward", {"operator_id": "me"}, "operator_id"),
    ("forward", {"operator_id": 999999, "reason": "x"}, "operator_id"),
    ("forward", {"department_id": 999999, "reason": "x"}, "department_id"),
    ("situation", {}, "situation_id"), ("situation", {"situation_id": 99999}, "situation_id"), ("labels", {}, "add"),
    ("labels", {"add": [999999]}, "add")])
def test_what_can_be_done_to_no_row_is_refused_at_its_field(browser, session, many, action, values, field):
    answer = send(browser, action, many(2), **values)
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_a_reason_is_asked_unless_one_takes_it_oneself(browser, session, many, bia, ana):
    made = many(2)
    answer = send(browser, "forward", made, operator_id=bia.id)
    assert (answer.status_code, answer.json["field"]) == (422, "reason")
    assert send(browser, "forward", made, operator_id=ana.id).json == {"location": f"{LIST}?phase=open"}
    assert session.scalar(select(Notification)) is None, "nobody tells himself"


def test_no_row_and_too_many_rows_are_refused(browser, world, many):
    situation = world.situations["closed"].id
    assert by_script(browser, f"{MANY}/situation", {"situation_id": situation}).status_code == 422
    rows = [f"{n}:1" for n in range(1, service.MOST + 2)]
    answer = by_script(browser, f"{MANY}/situation", {"row": rows, "situation_id": situation})
    assert (answer.status_code, "No máximo 200" in answer.json["error"]) == (422, True)
    assert by_script(browser, f"{MANY}/explode", {"row": rows}).status_code == 404


def test_who_only_reads_changes_nothing(sign_in, staff, session, seeding, many, world):
    from flask_appbuilder.security.sqla.models import Role

    reader = sign_in(staff("leitor"))
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    with seeding():
        role.permissions = [each for each in role.permissions
                            if not (each.view_menu.name == "attendance" and each.permission.name == "can_write")]
    made = many(1)
    assert send(reader, "situation", made, situation_id=world.situations["closed"].id).status_code == 403
    assert "data-bulk" not in reader.get(LIST).text


@pytest.mark.req("B-38")
def test_labels_are_put_on_and_taken_off(browser, session, many, labels):
    made = many(3)
    vip, legal = labels["VIP"].id, labels["Jurídico"].id
    send(browser, "labels", made, add=[vip])
    send(browser, "labels", made[:2], add=[legal, vip], remove=[vip])
    session.expire_all()
    assert [sorted(str(each) for each in row.labels) for row in made] == [
        ["Jurídico", "VIP"], ["Jurídico", "VIP"], ["VIP"]], "who is added and taken off at once stays"
    send(browser, "labels", made, remove=[vip])
    session.expire_all()
    assert [[str(each) for each in row.labels] for row in made] == [["Jurídico"], ["Jurídico"], []]
    assert [entry.changes["labels"][:2] for entry in entries(session, made[0])] == [
        [[], ["VIP"]], [["VIP"], ["Jurídico", "VIP"]], [["Jurídico", "VIP"], ["Jurídico"]]]


# ---- everything under the filters

@pytest.fixture
def run(session, app):
    return lambda **options: work.run_waiting(session, app.config, **options)


def everything(browser, action, query="phase=open", **values):
    return by_script(browser, f"{MANY}/{action}", {"everything": "1", "query": query, **values})


def test_all_of_the_filter_is_a_job_that_reaches_every_one_and_tells_once(
        browser, session, many, run, bia, world, monkeypatch):
    monkeypatch.setattr(service, "MOST", 10)
    many(35)
    answer = everything(browser, "forward", operator_id=bia.id, reason="Mutirão")
    assert answer.json["location"] == "/jobs/"
    run()
    job = session.scalar(select(Job))
    assert (job.state, job.done, job.total, job.result["changed"]) == (JobState.DONE, 36, 36, 36)
    assert session.scalar(select(func.count()).where(Attendance.assignee_id == bia.id)) == 36
    told = session.scalars(select(Notification).where(Notification.user_id == bia.id)).all()
    assert [each.values["count"] for each in told] == [36]
    assert world.other_attendance.assignee_id is None


def test_rows_that_the_change_takes_out_of_the_filter_are_not_missed(
        browser, session, many, run, world, monkeypatch):
    monkeypatch.setattr(service, "MOST", 10)
    many(35)
    everything(browser, "situation", situation_id=world.situations["pending"].id)
    run()
    assert session.scalar(select(func.count()).where(
        Attendance.phase == "open", Attendance.company_id == world.company.id,
        Attendance.id != world.restricted_attendance.id)) == 0


def test_of_everything_under_the_filters_the_closed_ones_are_counted_before_they_are_reopened(
        chief, session, many, run, world):
    many(3)
    values = {"query": "", "situation_id": world.situations["in_progress"].id}
    asked = everything(chief, "situation", **values)
    assert (asked.status_code, asked.json["sure"], session.scalar(select(Job))) == (409, 1, None)
    assert everything(chief, "situation", query="phase=not_closed",
                      situation_id=values["situation_id"]).json["location"] == "/jobs/", "none of them is closed"
    assert everything(chief, "situation", **values, sure=1).json["location"] == "/jobs/"
    run()
    run()
    session.expire_all()
    assert world.closed_attendance.phase == "in_progress"


def test_refused_rows_of_a_job_are_listed_with_their_reason(browser, session, run, world, ana):
    everything(browser, "forward", query="phase=closed", operator_id=ana.id)
    run()
    job = session.scalar(select(Job))
    assert (job.state, job.result["changed"]) == (JobState.DONE, 0)
    page = browser.get("/jobs/").text
    assert world.closed_attendance.protocol in page
    assert "Este atendimento está encerrado." in page


def test_what_can_be_done_to_no_row_starts_no_job(browser, session):
    assert everything(browser, "forward", reason="x").json["field"] == "operator_id"
    assert session.scalar(select(Job)) is None


def test_a_cancelled_job_leaves_what_is_done_and_begins_nothing_more(
        browser, session, many, run, bia, monkeypatch):
    monkeypatch.setattr(service, "MOST", 10)
    many(35)
    everything(browser, "forward", operator_id=bia.id, reason="x")
    pk, each, calls = session.scalar(select(Job.id)), service.each, []

    def cancelling(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            session.get(Job, pk).cancel_asked = True
        return each(*arguments, **options)

    monkeypatch.setattr(service, "each", cancelling)
    run()
    session.expire_all()
    assert session.get(Job, pk).state == JobState.CANCELLED
    assert session.scalar(select(func.count()).where(Attendance.assignee_id == bia.id)) in (10, 20)


def test_a_killed_worker_costs_no_row_and_doubles_none(browser, session, many, run, bia, monkeypatch):
    monkeypatch.setattr(service, "MOST", 10)
    many(35)
    everything(browser, "forward", operator_id=bia.id, reason="x")
    each, calls = service.each, []

    def dying(*arguments, **options):
        calls.append(1)
        outcome = each(*arguments, **options)
        if len(calls) == 3:
            raise SystemExit("killed in the third page, before it was stored")
        return outcome

    monkeypatch.setattr(service, "each", dying)
    with pytest.raises(SystemExit):
        run()
    job = session.scalar(select(Job))
    assert (job.state, job.done) == (JobState.RUNNING, 20)
    job.lease_until = utc_now() - timedelta(seconds=1)
    session.commit()
    run(worker="another")
    session.expire_all()
    job = session.scalar(select(Job))
    assert (job.state, job.done, job.result["changed"], job.result["refused"]) == (JobState.DONE, 36, 36, [])
    assert session.scalar(select(func.count()).where(LogEntry.action == "forward")) == 36


@pytest.mark.req("B-38")
def test_a_label_for_everything_found_by_name(browser, session, many, run, labels):
    many(12)
    everything(browser, "labels", query="q=lucia&phase=open", add=[labels["VIP"].id])
    run()
    assert session.scalar(select(func.count()).select_from(AttendanceLabel)) == 13
