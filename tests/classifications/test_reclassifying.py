"""Old records reclassified by a mapping: simultaneous, logged, resumable, one run at a time, undone exactly."""
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work, utc_now
from app.errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from app.models.classification import Motive, Occurrence, Subclassification
from app.models.job import JobState
from app.models.log import LogEntry
from app.models.reclassification import Reclassification, Reclassified
from app.queries.reclassification import Narrowed
from app.services import audit
from app.services.reclassification import mapping, runs, steps
from tests.support.clock import DAY, NOON

pytestmark = pytest.mark.req("B-23")
ALL = Narrowed(timezone="America/Sao_Paulo")
MOTIVES, CLASSIFICATIONS = "motives", "classifications"


@pytest.fixture
def actor(sue, viewer_for):
    return viewer_for(sue)


@pytest.fixture
def start(session, actor, today):
    """`start([(old, new)], tree=…, narrowed=…)`: a run, queued; old and new are paths of rows."""
    def act(rows, tree=MOTIVES, narrowed=ALL, by=None):
        with unit_of_work(session):
            return runs.start(session, tree, paths(rows), narrowed, actor=by or actor, day=today, now=utc_now())
    return act


@pytest.fixture
def count(session, actor, today):
    """`count(rows)`: what each row would change."""
    return lambda rows, tree=MOTIVES, narrowed=ALL: runs.preview(
        session, tree, paths(rows), narrowed, actor=actor, day=today)


def paths(rows) -> list[mapping.Row]:
    """(old, new) or (old, new, True) of rows of the tables, one or a tuple of them."""
    def ids(path):
        return tuple(node.id for node in (path if isinstance(path, tuple) else (path,)))
    return [mapping.Row(ids(old), ids(new), bool(exact)) for old, new, *exact in rows]


def has(case) -> tuple:
    return case.motive_id, case.occurrence_id, case.cause_id


def entries(session, case) -> list[LogEntry]:
    return list(session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == case.id).order_by(LogEntry.seq)))


# ---- what a run does

def test_what_has_the_old_path_gets_the_new_one_and_each_has_its_entry(session, world, case, start, run_jobs, sue):
    cases = [case(motive=world.motive, occurrence_id=world.occurrence.id, cause_id=world.cause.id, phase=phase)
             for phase in ("open", "closed")]
    stays = case(motive=world.other_motive)
    versions = [each.version for each in cases]
    run = start([((world.motive, world.occurrence), (world.other_motive, world.other_occurrence))])
    run_jobs()
    for each, version in zip(cases, versions, strict=True):
        assert has(each) == (world.other_motive.id, world.other_occurrence.id, None)
        assert (each.version, each.changed_by_id) == (version + 1, sue.id)
        entry = entries(session, each)[-1]
        assert (entry.action, entry.actor_id) == ("reclassify", sue.id)
        assert entry.changes["motive"][:2] == [{"id": world.motive.id, "text": "Reclamação"},
                                               {"id": world.other_motive.id, "text": "Dúvida"}]
        assert entry.changes["cause"][:2] == [{"id": world.cause.id, "text": "Valor a maior"}, None]
    assert entries(session, stays) == []
    kept = session.get(Reclassification, run.id)
    assert (kept.counts, kept.job.state) == ([2], JobState.DONE)


def test_rows_of_one_mapping_hold_at_once_and_do_not_chain(world, case, start, count, run_jobs):
    first, second = case(motive=world.motive), case(motive=world.other_motive)
    exchange = [(world.motive, world.other_motive), (world.other_motive, world.motive)]
    assert count(exchange) == [2, 1]  # world.attendance has the first one
    start(exchange)
    run_jobs()
    assert (first.motive_id, second.motive_id) == (world.other_motive.id, world.motive.id)


def test_the_longest_old_path_holds_and_exact_means_that_very_path(
        session, seeding, world, case, start, count, run_jobs):
    with seeding():
        third = Motive(name="Elogio")
        session.add(third)
    session.flush()
    bare, deep = case(motive=world.motive), case(motive=world.motive, occurrence_id=world.occurrence.id)
    rows = [(world.motive, third), ((world.motive, world.occurrence), world.other_motive)]
    assert count(rows) == [2, 1]
    assert count([(world.motive, third, True)]) == [2]
    start([(world.motive, (world.motive, world.occurrence), True)])
    run_jobs()
    assert (has(bare), has(deep)) == ((world.motive.id, world.occurrence.id, None),) * 2
    start(rows)
    run_jobs()
    assert has(deep) == (world.other_motive.id, None, None)


@pytest.mark.parametrize(("narrowed", "reached"), [
    (Narrowed(date(2026, 3, 2), date(2026, 3, 2), None, "America/Sao_Paulo"), {"on the day"}),
    (Narrowed(None, date(2026, 3, 2), None, "America/Sao_Paulo"), {"on the day", "before"}),
    (Narrowed(phase="closed"), {"before"}), (Narrowed(phase="not_closed"), {"on the day", "after"})])
def test_a_filter_narrows_by_local_day_and_phase(world, case, start, count, run_jobs, narrowed, reached):
    days = {"before": datetime(2026, 3, 2, 2, 59, tzinfo=UTC), "on the day": datetime(2026, 3, 3, 2, 59, tzinfo=UTC),
            "after": datetime(2026, 3, 3, 3, 0, tzinfo=UTC)}
    made = {name: case(motive=world.other_motive, opened_at=at, phase="closed" if name == "before" else "open")
            for name, at in days.items()}
    rows = [(world.other_motive, world.motive)]
    assert count(rows, narrowed=narrowed) == [len(reached)]
    start(rows, narrowed=narrowed)
    run_jobs()
    assert {name for name, each in made.items() if each.motive_id == world.motive.id} == reached


def test_tickets_are_reclassified_and_no_deadline_moves(
        session, seeding, world, ticket_case, start, actor, run_jobs):
    with seeding():
        fast = Subclassification(name="Urgente", classification=world.classification, return_days=0)
        session.add(fast)
    plain, whole = ticket_case(), ticket_case(motive=True)
    with seeding():
        plain.due_at, plain.return_days = NOON + 5 * DAY, 5
    session.flush()
    run = start([((world.classification, world.subclassification), (world.classification, fast))], CLASSIFICATIONS)
    run_jobs()
    for each in (plain, whole):
        assert (each.subclassification_id, each.default_motive_id) == (fast.id, None)
        assert entries(session, each.attendance)[-1].changes["subclassification"][1]["text"] == "Urgente"
    assert (plain.due_at, plain.return_days) == (NOON + 5 * DAY, 5)
    with unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())
    run_jobs()
    assert [(each.subclassification_id, each.default_motive_id) for each in (plain, whole)] == [
        (world.subclassification.id, None), (world.subclassification.id, world.default_motive.id)]


def test_nobody_reclassifies_what_he_does_not_see(session, seeding, world, case, start, count, run_jobs):
    foreign = world.other_attendance, world.restricted_attendance
    with seeding():
        for each in foreign:
            each.motive = world.motive
    session.flush()
    assert count([(world.motive, world.other_motive)]) == [1]
    start([(world.motive, world.other_motive)])
    run_jobs()
    assert [each.motive_id for each in foreign] == [world.motive.id] * 2


# ---- what is refused

@pytest.mark.parametrize("how", ["expired", "future", "off"])
@pytest.mark.parametrize("level", [0, 1])
def test_a_target_out_of_use_is_refused(world, start, out_of_use, how, level):
    target = (world.other_motive, world.other_occurrence)
    out_of_use(target[level], how)
    with pytest.raises(Invalid) as refusal:
        start([(world.motive, target)])
    assert refusal.value.field == "rows.0.new"
    assert str(refusal.value).startswith(target[level].name)


def test_an_old_path_may_be_out_of_use(world, case, start, out_of_use, run_jobs):
    old = case(motive=out_of_use(world.motive, "off"))
    start([(world.motive, world.other_motive)])
    run_jobs()
    assert old.motive_id == world.other_motive.id


def test_what_makes_no_mapping_is_refused_row_by_row(session, world, start, actor, today):
    motive, other = world.motive, world.other_motive
    with pytest.raises(InvalidMany) as refusal:
        start([(motive, motive), (motive, other), (motive, (other, world.occurrence)), (motive, other)])
    assert [(each.field, str(each)) for each in refusal.value.errors] == [
        ("rows.0.new", "O caminho novo é igual ao antigo."),
        ("rows.1.old", "Este caminho antigo já está em outra linha."),
        ("rows.2.old", "Este caminho antigo já está em outra linha."), ("rows.2.new", "Este caminho não existe."),
        ("rows.3.old", "Este caminho antigo já está em outra linha.")]
    with pytest.raises(Invalid, match="ao menos uma linha"):
        start([])
    with pytest.raises(Invalid, match="no máximo 200"):
        start([(motive, other)] * 201)
    with pytest.raises(Invalid, match="subclassificação"):
        start([((world.classification, world.subclassification), world.classification)], CLASSIFICATIONS)
    gone = [mapping.Row((999_999,), (other.id,)), mapping.Row((), (other.id,)), mapping.Row((motive.id,), ())]
    with pytest.raises(InvalidMany) as refusal:
        runs.preview(session, MOTIVES, gone, ALL, actor=actor, day=today)
    assert [each.field for each in refusal.value.errors] == ["rows.0.old", "rows.1.old", "rows.2.new"]
    for tree, narrowed, field in (("x", ALL, "tree"), (MOTIVES, Narrowed(phase="x"), "phase"),
                                  (MOTIVES, Narrowed(today, today - timedelta(days=1)), "opened_to")):
        with pytest.raises(Invalid) as refusal:
            runs.preview(session, tree, paths([(motive, other)]), narrowed, actor=actor, day=today)
        assert refusal.value.field == field


def test_only_who_may_and_only_what_he_sees(session, world, ana, make_user, viewer_for, start, case, run_jobs):
    case(motive=world.motive)
    with pytest.raises(Forbidden):
        start([(world.motive, world.other_motive)], by=viewer_for(ana))
    run = start([(world.motive, world.other_motive)])
    run_jobs()
    stranger = viewer_for(make_user("vera", "Supervisor", companies=[world.other_company]))
    with pytest.raises(NotFound), unit_of_work(session):
        runs.undo(session, run.id, actor=stranger, now=NOON)


def test_two_runs_at_once_are_refused_and_so_is_undoing_while_one_goes_on(
        session, world, case, start, actor, make_user, viewer_for, run_jobs):
    case(motive=world.motive)
    run = start([(world.motive, world.other_motive)])
    colleague = viewer_for(make_user("cris", "Configurator", companies=[world.company]))
    for attempt in (lambda: start([(world.other_motive, world.motive)], by=colleague),
                    lambda: start([((world.classification, world.subclassification), (
                        world.classification, world.subclassification, world.default_motive))], CLASSIFICATIONS)):
        with pytest.raises(Conflict, match="em andamento"):
            attempt()
    with pytest.raises(Conflict, match="em andamento"), unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=NOON)
    run_jobs()
    assert start([(world.other_motive, world.motive)], by=colleague).id


def test_a_target_that_is_removed_while_it_runs_ends_the_run_and_what_was_done_can_be_undone(
        session, seeding, world, case, start, actor, run_jobs, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    made = [case(motive=world.motive) for _n in range(5)]
    with seeding():
        target = Motive(name="Vai sumir")
        session.add(target)
    session.flush()
    run = start([(world.motive, target)])
    real, done = steps.Runner.apply, []

    def stop_after_two(self, **options):
        if len(done) == 2:
            session.info["unlogged"] = True
            session.get(Motive, target.id).active = False
            session.flush()
            session.info["unlogged"] = False
        done.append(1)
        return real(self, **options)
    monkeypatch.setattr(steps.Runner, "apply", stop_after_two)
    run_jobs()
    kept = session.get(Reclassification, run.id)
    assert kept.job.state == JobState.FAILED
    assert kept.job.error == "Linha 1: “Vai sumir” não está mais em uso."
    assert kept.changed == sum(each.motive_id == target.id for each in [*made, world.attendance]) == 4
    with unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())
    run_jobs()
    assert {each.motive_id for each in made} == {world.motive.id}


# ---- stopped and gone on with

def test_a_run_stopped_half_way_goes_on_where_it_was_and_does_nothing_twice(
        session, world, case, start, run_jobs, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 3)
    made = [case(motive=world.motive) for _n in range(10)]
    run = start([(world.motive, world.other_motive), (world.other_motive, world.motive)])
    asked = []
    run_jobs(stopping=lambda: asked.append(1) or len(asked) > 4)
    changed = sum(each.motive_id == world.other_motive.id for each in made)
    assert 0 < changed < 10
    assert session.get(Reclassification, run.id).job.state == JobState.QUEUED
    run_jobs()
    assert {each.motive_id for each in made} == {world.other_motive.id}
    assert session.get(Reclassification, run.id).counts == [11, 0]
    assert session.scalar(select(func.count()).select_from(Reclassified)) == 11
    assert all(len(entries(session, each)) == 1 for each in made)


def test_cancelling_keeps_what_was_done_and_it_can_be_undone(session, world, case, start, actor, run_jobs, monkeypatch):
    from app.services import jobs

    monkeypatch.setattr(steps, "BATCH", 2)
    made = [case(motive=world.motive) for _n in range(6)]
    run = start([(world.motive, world.other_motive)])
    real, done = steps.Runner.apply, []

    def cancel_after_one(self, **options):
        if done:
            jobs.ask_cancel(session, session.get(Reclassification, run.id).job_id, actor=actor, now=utc_now())
        done.append(1)
        return real(self, **options)
    monkeypatch.setattr(steps.Runner, "apply", cancel_after_one)
    run_jobs()
    kept = session.get(Reclassification, run.id)
    assert (kept.job.state, 0 < kept.changed < 7) == (JobState.CANCELLED, True)
    with unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())
    run_jobs()
    assert {each.motive_id for each in made} == {world.motive.id}


# ---- undone

def test_undoing_gives_back_exactly_what_still_has_it(session, seeding, world, case, start, actor, run_jobs):
    whole = case(motive=world.motive, occurrence_id=world.occurrence.id, cause_id=world.cause.id)
    since = case(motive=world.motive)
    with seeding():
        lost = Occurrence(name="Some depois", motive=world.motive)
        session.add(lost)
        session.flush()
    orphan = case(motive=world.motive, occurrence_id=lost.id)
    run = start([(world.motive, world.other_motive)])
    run_jobs()
    with seeding():
        since.occurrence_id = world.other_occurrence.id
        session.delete(lost)
    session.flush()
    with unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())
    with pytest.raises(Conflict), unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())
    run_jobs()
    assert has(whole) == (world.motive.id, world.occurrence.id, world.cause.id)
    assert has(since) == (world.other_motive.id, world.other_occurrence.id, None)
    assert has(orphan) == (world.other_motive.id, None, None)
    kept = session.get(Reclassification, run.id)
    assert kept.restored == {"restored": 2, "changed": 1, "gone": 1}
    assert [entry.action for entry in entries(session, whole)] == ["reclassify", "unreclassify"]
    with pytest.raises(Conflict, match="já foi desfeita"), unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())


def test_a_run_that_changed_nothing_has_nothing_to_undo(session, world, start, actor, run_jobs):
    run = start([((world.other_motive, world.other_occurrence, world.other_cause), world.motive)])
    run_jobs()
    with pytest.raises(Conflict, match="não há o que desfazer"), unit_of_work(session):
        runs.undo(session, run.id, actor=actor, now=utc_now())


def test_the_log_of_a_reclassified_record_is_whole(session, world, case, start, run_jobs):
    row = case(motive=world.motive)
    start([(world.motive, world.other_motive)])
    run_jobs()
    start([(world.other_motive, world.motive)])
    run_jobs()
    kept = entries(session, row)
    assert [(entry.seq, entry.previous_hash) for entry in kept] == [(1, ""), (2, kept[0].hash)]
    assert audit.verify(session, lambda breach: None).breaches == 0
