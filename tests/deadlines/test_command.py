"""`flask deadline` as support runs it: lines in, lines out, one after the other."""
import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import event

from app.extensions import db
from tests.support.server import ROOT

from .test_arithmetic import WEEK, case


@pytest.fixture
def run(app):
    """`run(line, …)`: (answers, exit code) of the command in this process."""
    def call(*lines):
        text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
        result = app.test_cli_runner().invoke(args=["deadline"], input=text)
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code
    return call


@pytest.mark.req("B-12")
def test_each_line_has_its_deadline_and_why(run):
    given = case("2026-02-13T22:10:00-03:00", "business_days", 4,
                 holidays=[{"date": "2026-02-17", "name": "Carnaval"}],
                 pauses=[("2026-02-18T10:00:00-03:00", "2026-02-19T09:00:00-03:00")])
    (answer,), code = run(given)
    assert code == 0
    assert answer == {"due_at": "2026-02-23T23:59:59-03:00", "steps": [
        "Abertura: sex. 13/02/2026 22:10:00 (America/Sao_Paulo).",
        "Regra: 4 dias úteis, contados do dia seguinte à abertura.",
        "sáb. 14/02/2026 a dom. 15/02/2026: fim de semana, não conta.",
        "seg. 16/02/2026: conta 1 dia, soma 1 de 4 dias.",
        "ter. 17/02/2026: feriado (Carnaval), não conta.",
        "qua. 18/02/2026: à espera do cliente, não conta 1 dia.",
        "qui. 19/02/2026 a sex. 20/02/2026: conta 2 dias, soma 3 de 4 dias.",
        "sáb. 21/02/2026 a dom. 22/02/2026: fim de semana, não conta.",
        "seg. 23/02/2026: conta 1 dia, soma 4 de 4 dias.",
        "Prazo: seg. 23/02/2026 23:59:59."]}


@pytest.mark.req("B-12")
def test_hours_are_told_by_the_hour_and_a_clock_that_stands_has_no_deadline(run):
    hours = case("2026-02-13T17:00:00-03:00", "business_hours", 2.5,
                 pauses=[("2026-02-16T08:30:00-03:00", "2026-02-16T09:00:00-03:00")])
    standing = case("2026-02-13T17:00:00-03:00", "business_hours", 2.5, pauses=[("2026-02-16T08:30:00-03:00", None)])
    (first, second), code = run(hours, standing)
    assert code == 0
    assert first["due_at"] == "2026-02-16T10:00:00-03:00"
    assert first["steps"][2] == "sex. 13/02/2026: conta 1h, soma 1h de 2h30min."
    assert first["steps"][-2] == "seg. 16/02/2026: à espera do cliente, não conta 30min."
    assert second["due_at"] is None
    assert second["steps"][-1].startswith("À espera do cliente desde seg. 16/02/2026 08:30:00")


@pytest.mark.req("B-12")
def test_a_long_way_is_told_in_few_sentences_that_add_up(run):
    holidays = [{"date": f"2026-{month:02}-11", "name": f"Feriado {month}"} for month in range(1, 13)]
    (answer,), _code = run(case("2026-01-02T10:00:00-03:00", "business_days", 200, holidays=holidays))
    assert len(answer["steps"]) <= 28
    middle = [step for step in answer["steps"] if "Feriado 6" in step]
    assert len(middle) == 1
    assert "dias de fim de semana" in middle[0]
    assert answer["steps"][-2].endswith("soma 200 de 200 dias.")


@pytest.mark.req("B-12")
def test_a_broken_line_says_what_is_wrong_and_the_next_goes_on(run):
    good = case("2026-02-13T22:10:00-03:00", "calendar_days", 1)
    answers, code = run(good, "{", "[]", "", {**good, "rule": {"kind": "calendar_days"}},
                        {**good, "rule": {"kind": "calendar_days", "amount": -1}},
                        {**good, "calendar": {"timezone": "UTC", "week": {}}}, "[" * 100_000, good)
    assert code == 1
    assert [set(each) for each in answers] == [{"due_at", "steps"}, *[{"error"}] * 6, {"due_at", "steps"}]
    assert answers[1]["error"] == "Esta linha não é JSON."
    assert answers[3]["error"] == "Falta amount."
    assert "negativa" in answers[4]["error"]
    assert "nunca abre" in answers[5]["error"]


@pytest.mark.req("B-12")
def test_the_week_may_leave_out_closed_days_and_nothing_in_is_nothing_out(run):
    assert run("") == ([], 0)
    (answer,), code = run(case("2026-02-13T22:10:00-03:00", "business_days", 1, week={"wed": WEEK["wed"]}))
    assert (answer["due_at"], code) == ("2026-02-18T23:59:59-03:00", 0)
    assert "seg. 16/02/2026 a ter. 17/02/2026: dia sem expediente, não conta." in answer["steps"]


@pytest.mark.req("B-12")
def test_it_asks_the_database_for_nothing(run, app):
    sent = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    assert run(case("2026-02-13T22:10:00-03:00", "business_days", 1))[1] == 0
    assert sent == []


@pytest.mark.req("B-12")
def test_each_answer_comes_before_the_next_line_is_written(environment, tmp_path):
    """Streaming: a caller may hold the pipe open and ask again."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "run", "deadline"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.db", "LOCALE": "en"})
    try:
        for amount, day in ((1, "14"), (2, "15")):
            process.stdin.write(json.dumps(case("2026-02-13T22:10:00-03:00", "calendar_days", amount)) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert answer["due_at"] == f"2026-02-{day}T23:59:59-03:00"
            assert answer["steps"][0].startswith("Opened on Fri 13/02/2026")
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
