"""Long work: queued, done once, told how far it is, cancelled, taken again when its worker died."""
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.errors import Conflict, Invalid
from app.files.store import store_of
from app.jobs import runner, work
from app.models.job import Job, JobState
from app.models.notification import Notification
from app.services import jobs
from tests.jobs.test_runner import until
from tests.support.apps import fresh_app
from tests.support.people import make_user

pytestmark = pytest.mark.req("B-40")
LONG_AGO = timedelta(days=9)


@pytest.fixture(autouse=True)
def store(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path))


@pytest.fixture
def kind(monkeypatch):
    """`kind(run)`: a kind of job called "test" that does this."""
    return lambda run: monkeypatch.setitem(jobs.KINDS, "test", jobs.Kind("Teste", run))


@pytest.fixture
def me(make_user, world):
    return make_user("ana", "Attendant", companies=[world.company])


@pytest.fixture
def ask(session, me, viewer_for):
    """`ask(**arguments)`: a queued job of mine."""
    def queue(**arguments):
        with unit_of_work(session):
            return jobs.start(session, "test", arguments, actor=viewer_for(me), now=utc_now()).id
    return queue


@pytest.fixture
def run(session, app):
    return lambda **options: work.run_waiting(session, app.config, **options)


def state_of(session, pk):
    session.expire_all()
    return session.get(Job, pk)


def write_file(w):
    with w.file("lista.csv") as out:
        out.write(b"oi")
    w.progress(3, 3)
    return {"rows": 3}


def test_a_job_runs_once_tells_its_person_and_its_file_is_fetched(session, kind, ask, run, me, sign_in):
    kind(write_file)
    pk = ask()
    assert (run(), run()) == (1, 0)
    job = state_of(session, pk)
    assert (job.state, job.done, job.total, job.result) == (JobState.DONE, 3, 3, {"rows": 3})
    told = session.scalars(select(Notification).where(Notification.user_id == me.id)).all()
    assert [(each.kind, each.values["job"]) for each in told] == [("job", pk)]
    browser = sign_in(me)
    assert "lista.csv" in browser.get("/jobs/").text
    answer = browser.get(f"/jobs/{pk}/file")
    assert (answer.data, answer.headers["Content-Disposition"]) == (b"oi", "attachment; filename=lista.csv")


def test_a_colleague_sees_nothing_of_it(kind, ask, run, make_user, world, sign_in):
    kind(write_file)
    pk = ask()
    run()
    other = sign_in(make_user("bia", "Supervisor", companies=[world.company]))
    assert "lista.csv" not in other.get("/jobs/").text
    assert [other.get(f"/jobs/{pk}/{what}").status_code for what in ("state", "file")] == [404, 404]
    assert other.post(f"/jobs/{pk}/cancel").status_code == 404


def test_a_cancelled_job_stops_at_its_next_step_and_leaves_no_file(session, app, kind, ask, run, me, sign_in):
    browser, seen = sign_in(me), []

    def slow(w):
        with w.file("lista.csv") as out:
            out.write(b"oi")
        w.progress(1, 10)
        assert browser.post(f"/jobs/{w.id}/cancel").status_code == 302
        seen.append(browser.get(f"/jobs/{w.id}/state").json["state_text"])
        w.progress(2, 10)
        seen.append("went on")

    kind(slow)
    pk = ask()
    run()
    assert (seen, state_of(session, pk).state) == (["Sendo cancelado"], JobState.CANCELLED)
    assert list(store_of(app.config).names("job", older_than=utc_now() + timedelta(hours=1))) == []
    assert browser.get(f"/jobs/{pk}/file").status_code == 404


def test_one_that_waits_is_cancelled_at_once_and_cannot_be_cancelled_twice(session, kind, ask, run, me, sign_in):
    kind(write_file)
    pk, browser = ask(), sign_in(me)
    browser.post(f"/jobs/{pk}/cancel")
    assert (run(), state_of(session, pk).state) == (0, JobState.CANCELLED)
    assert "já terminou" in browser.post(f"/jobs/{pk}/cancel", follow_redirects=True).text


def test_the_job_of_a_worker_that_died_is_taken_again_where_it_had_come(session, kind, ask, run):
    begun = []

    def counting(w):
        begun.append(w.kept.get("at", 0))
        for at in range(w.kept.get("at", 0), 4):
            w.progress(at + 1, 4, at=at + 1)
            if at == 1 and len(begun) == 1:
                raise SystemExit("killed")

    kind(counting)
    pk = ask()
    with pytest.raises(SystemExit):
        run()
    assert (run(), state_of(session, pk).state) == (0, JobState.RUNNING), "its lease holds"
    job = state_of(session, pk)
    job.lease_until = utc_now() - timedelta(seconds=1)
    session.commit()
    run(worker="another")
    assert (begun, state_of(session, pk).state, state_of(session, pk).done) == ([0, 2], JobState.DONE, 4)


def test_a_worker_whose_lease_went_to_another_writes_nothing_more(session, kind, ask, run):
    def robbed(w):
        with unit_of_work(w.session):
            w.session.get(Job, w.id).worker = "another"
        w.progress(5, 5)
        raise AssertionError("it went on")

    kind(robbed)
    pk = ask()
    run()
    assert (state_of(session, pk).state, state_of(session, pk).done) == (JobState.RUNNING, 0)


def test_after_three_mishaps_it_is_given_up_and_the_person_is_told(session, kind, ask, run, me):
    tries = []

    def broken(w):
        tries.append(w.id)
        raise ZeroDivisionError("a secret of the server")

    kind(broken)
    pk = ask()
    run()
    job = state_of(session, pk)
    assert (len(tries), job.state) == (3, JobState.FAILED)
    assert "secret" not in job.error
    assert session.scalar(select(Notification).where(Notification.user_id == me.id)).values["state"] == "failed"


def test_a_refusal_is_told_in_its_own_words_and_not_tried_again(session, kind, ask, run):
    def refused(_work):
        raise Invalid("Esta lista não existe mais.")

    kind(refused)
    pk = ask()
    assert run() == 1
    assert (state_of(session, pk).state, state_of(session, pk).error) == (
        JobState.FAILED, "Esta lista não existe mais.")


def test_a_stopping_process_gives_the_job_back_without_a_try_used_up(session, kind, ask, run):
    stopping = []
    kind(lambda w: (stopping.append(True), w.progress(1)))
    pk = ask()
    run(stopping=lambda: bool(stopping))
    assert (state_of(session, pk).state, state_of(session, pk).attempts) == (JobState.QUEUED, 0)


def test_nobody_fills_the_queue_alone(session, kind, ask):
    kind(write_file)
    for _n in range(jobs.MAX_OPEN):
        ask()
    with pytest.raises(Conflict):
        ask()


def test_a_result_is_kept_for_a_week(session, app, kind, ask, run, me, sign_in):
    kind(write_file)
    pk = ask()
    run()
    name = state_of(session, pk).stored_name
    work.forget_old(session, app.config, utc_now())
    with store_of(app.config).open(name) as kept:
        assert kept.read() == b"oi"
    job = state_of(session, pk)
    job.finished_at = utc_now() - LONG_AGO
    session.commit()
    work.forget_old(session, app.config, utc_now())
    with pytest.raises(FileNotFoundError):
        store_of(app.config).open(name)
    browser = sign_in(me)
    assert browser.get(f"/jobs/{pk}/file").status_code == 404
    assert "não está mais" in browser.get("/jobs/").text


def test_long_work_holds_up_no_mail(databases, monkeypatch):
    """Two clocks: while one job is at work, the other thread goes on."""
    from app.extensions import db
    from app.services.grants import viewer_of

    entered, leave = threading.Event(), threading.Event()

    def wait(_work):
        entered.set()
        leave.wait(30)

    monkeypatch.setitem(jobs.KINDS, "test", jobs.Kind("Teste", wait))
    with fresh_app(databases) as own_app, own_app.app_context():
        user = make_user(db.session, "ana")
        db.session.commit()
        ticks = []
        crew = runner.Crew(
            runner.Runner(own_app, (runner.Job("tick", 0.05, lambda *_: ticks.append(1)),)),
            runner.Runner(own_app, runner.LONG_WORK, wake_up=jobs.wake_up, name="work")).start()
        try:
            with unit_of_work(db.session):
                pk = jobs.start(db.session, "test", {}, actor=viewer_of(db.session, user), now=utc_now()).id
            assert entered.wait(30)
            before = len(ticks)
            until(lambda: len(ticks) > before + 3)
            leave.set()
            until(lambda: (db.session.rollback(), db.session.get(Job, pk).state)[1] == JobState.DONE)
        finally:
            leave.set()
            crew.stop()
