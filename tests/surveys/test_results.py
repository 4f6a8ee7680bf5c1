"""Results of a survey: every figure equals a recount in SQL, of what the person may see and nothing else."""
import json
import random
import re

import pytest
from sqlalchemy import text

from app.queries import survey_results as results
from app.security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, SUPERVISOR
from tests.support.clock import DAY, HOUR, NOON
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("S-68", "B-26")
ZONE = "America/Sao_Paulo"
ALL = results.ResultFilter()


@pytest.fixture
def supervisor(make_user, world):
    return make_user("sue", SUPERVISOR, companies=[world.company], name="Renata")


@pytest.fixture
def operators(make_user, world):
    return [make_user(name, ATTENDANT, companies=[world.company], name=name.capitalize()) for name in ("caio", "iris")]


@pytest.fixture
def crowd(session, seeding, world, answered, operators):
    """Sixty attendances over thirty days, by two operators and two motives, most of them answered at random."""
    chance = random.Random(7)  # noqa: S311 - marks, not secrets
    with seeding():
        rows = [add_attendance(session, world, world.entity, protocol=f"20265{number:05}", phase="closed",
                               motive=(world.motive, world.other_motive)[number % 2],
                               opened_by_id=operators[number % 3 % 2].id,
                               assignee_id=operators[1].id if number % 5 == 0 else None) for number in range(60)]
    for number, attendance in enumerate(rows):
        given = {"Nota": chance.randint(1, 5), "Recomenda?": chance.randint(0, 10),
                 "Resolvido?": chance.choice(["yes", "no"]), "Onde?": chance.choice(["Loja", "Feira"]),
                 "O quê?": chance.choice([["Preço"], ["Preço", "Sabor"], []]),
                 "Comentário": chance.choice(["", f"Texto {number}"]), "Quantos?": chance.choice(["", "1.5", "40"])}
        answered(attendance, given if number % 6 else None, now=NOON + (number // 2) * DAY)
    return rows


RECOUNT = """select coalesce(a.assignee_id, a.opened_by_id) as operator, a.motive_id as motive, q.text as question,
       x.value as value, p.answered_at as answered_at
from survey_participation p join attendance a on a.id = p.attendance_id
left join survey_answer x on x.participation_id = p.id left join survey_question q on q.id = x.question_id
where p.survey_id = :survey and p.answered_at >= :since and p.answered_at < :until"""


def recount(session, survey, *, since=NOON - 400 * DAY, until=NOON + 400 * DAY, **wanted) -> list:
    rows = session.execute(text(RECOUNT), {
        "survey": survey.id, "since": since.replace(tzinfo=None), "until": until.replace(tzinfo=None)}).mappings()
    as_text = session.get_bind().dialect.name == "sqlite"  # there a number comes as one, and all else as its JSON
    return [{**row, "value": json.loads(row["value"]) if as_text and isinstance(row["value"], str) else row["value"]}
            for row in rows
            if row["question"] and all(row[name] == value for name, value in wanted.items())]


def by_hand(rows, question):
    return [row["value"] for row in rows if row["question"] == question]


def expect(session, viewer, survey, asked, rows):
    """All figures of the filter, against these rows."""
    found = {result.question.text: result for result in results.results(session, viewer, survey, asked, ZONE)}
    marks, nps = by_hand(rows, "Nota"), by_hand(rows, "Recomenda?")
    assert found["Nota"].answered == len(marks)
    assert found["Recomenda?"].answered == len(nps) > 5
    assert dict(found["Nota"].counts) == {value: marks.count(value) for value in range(1, 6)}
    assert dict(found["Recomenda?"].counts) == {value: nps.count(value) for value in range(11)}
    assert found["Nota"].mean == pytest.approx(sum(marks) / len(marks))
    assert found["Nota"].score == pytest.approx(100 * sum(mark >= 4 for mark in marks) / len(marks), abs=0.51)
    balance = sum(mark >= 9 for mark in nps) - sum(mark <= 6 for mark in nps)
    assert found["Recomenda?"].score == pytest.approx(100 * balance / len(nps), abs=0.51)
    solved = by_hand(rows, "Resolvido?")
    yes = sum(map(bool, solved))
    assert dict(found["Resolvido?"].counts) == {True: yes, False: len(solved) - yes}
    several = by_hand(rows, "O quê?")
    assert dict(found["O quê?"].counts) == {
        option: sum(option in value for value in several) for option in ("Preço", "Sabor")}
    numbers = by_hand(rows, "Quantos?")
    assert (found["Quantos?"].answered, found["Quantos?"].least, found["Quantos?"].most) == (
        len(numbers), min(numbers), max(numbers))
    assert found["Quantos?"].mean == pytest.approx(sum(numbers) / len(numbers))
    assert found["Comentário"].answered == len(by_hand(rows, "Comentário"))


def test_every_figure_equals_a_recount_in_sql(session, survey, crowd, supervisor, viewer_for, operators, world):
    viewer = viewer_for(supervisor)
    expect(session, viewer, survey, ALL, recount(session, survey))
    expect(session, viewer, survey, results.ResultFilter(operator=operators[1].id),
           recount(session, survey, operator=operators[1].id))
    expect(session, viewer, survey, results.ResultFilter(motive=world.motive.id),
           recount(session, survey, motive=world.motive.id))
    since, until = NOON.date() + 5 * DAY, NOON.date() + 20 * DAY
    midnight = NOON - 12 * HOUR  # 00:00 in São Paulo
    expect(session, viewer, survey, results.ResultFilter(since, until),
           recount(session, survey, since=midnight + 5 * DAY, until=midnight + 21 * DAY))
    assert results.totals(session, viewer, survey.id, ALL, ZONE) == results.Totals(60, 50, 50)


def test_by_operator_and_by_motive_equal_a_recount_in_sql(session, survey, crowd, supervisor, viewer_for, operators,
                                                          world):
    viewer, rows = viewer_for(supervisor), recount(session, survey)
    for found, key in ((results.by_operator(session, viewer, survey, ALL, ZONE), "operator"),
                       (results.by_motive(session, viewer, survey, ALL, ZONE), "motive")):
        assert sum(row.answered for row in found) == 50
        assert len(found) == 2
        for row in found:
            own = [each for each in rows if each[key] == row.pk]
            marks, nps = by_hand(own, "Nota"), by_hand(own, "Recomenda?")
            assert row.answered == len(marks)
            assert row.csat == pytest.approx(100 * sum(mark >= 4 for mark in marks) / len(marks), abs=0.51)
            balance = sum(mark >= 9 for mark in nps) - sum(mark <= 6 for mark in nps)
            assert row.nps == pytest.approx(100 * balance / len(nps), abs=0.51)
    assert {row.name for row in results.by_operator(session, viewer, survey, ALL, ZONE)} == {"Caio Teste", "Iris Teste"}


def test_halves_are_rounded_as_people_do(session):
    from collections import Counter
    assert results.csat(Counter({5: 1, 1: 7})) == 13  # 12.5
    assert results.nps(Counter({0: 1, 8: 7})) == -13
    assert results.csat(Counter()) is None


def test_what_one_may_not_see_is_counted_nowhere(session, survey, answered, world, supervisor, viewer_for, sign_in,
                                                 make_user):
    everywhere = viewer_for(make_user("root", ADMIN, units=[world.restricted_unit]))
    for about, mark, words in ((world.attendance, "5", "À vista"), (world.other_attendance, "1", "Assunto da Verde"),
                               (world.other_entity, "1", ""),
                               (world.restricted_attendance, "1", "Segredo da ouvidoria")):
        answered(about, {"Nota": mark, "Comentário": words}, actor=everywhere)
    viewer = viewer_for(supervisor)
    assert results.totals(session, viewer, survey.id, ALL, ZONE) == results.Totals(1, 1, 1)
    found = results.results(session, viewer, survey, ALL, ZONE)
    assert (found[0].answered, found[0].mean, found[0].score) == (1, 5, 100)
    browser = sign_in(supervisor)
    comment = survey.questions[5].id
    for address in (f"/surveys/results/{survey.id}", f"/surveys/results/{survey.id}/{comment}",
                    f"/surveys/participants/{survey.id}"):
        page = browser.get(address).text
        assert "Segredo" not in page
        assert "Verde" not in page
        assert "Zilda" not in page
    member = make_user("vera", SUPERVISOR, companies=[world.company], units=[world.restricted_unit])
    assert results.totals(session, viewer_for(member), survey.id, ALL, ZONE).answered == 2


def test_texts_page_by_key_under_the_filters_of_the_results(session, survey, seeding, answered, world, supervisor,
                                                            sign_in):
    with seeding():
        rows = [add_attendance(session, world, world.entity, protocol=f"20266{number:05}",
                               motive=(world.motive, world.other_motive)[number % 2]) for number in range(30)]
    for number, attendance in enumerate(rows):
        answered(attendance, {"Nota": "3", "Comentário": f"Comentário {number:02}"})
    browser, comment = sign_in(supervisor), survey.questions[5].id
    summary = browser.get(f"/surveys/results/{survey.id}").text
    assert "Comentário 29" in summary
    assert "Comentário 24" not in summary
    address = f"/surveys/results/{survey.id}/{comment}"
    assert f"{address}?" in summary
    first = browser.get(address).text
    assert re.findall(r"Comentário (\d\d)", first) == [f"{number:02}" for number in range(29, 4, -1)]
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = browser.get(address + following).text
    assert re.findall(r"Comentário (\d\d)", second) == ["04", "03", "02", "01", "00"]
    assert 'rel="prev"' in second
    narrowed = browser.get(f"{address}?motive={world.other_motive.id}").text
    assert len(re.findall(r"Comentário \d\d", narrowed)) == 15
    assert browser.get(f"{address}?after=nonsense").status_code == 400
    assert browser.get(f"/surveys/results/{survey.id}/{survey.questions[0].id}").status_code == 404


def test_a_wrong_period_is_told_at_its_field_and_shows_no_figures(survey, supervisor, sign_in):
    browser = sign_in(supervisor)
    wrong = browser.get(f"/surveys/results/{survey.id}?answered_from=2026-03-02&answered_to=2026-03-01")
    assert wrong.status_code == 422
    assert "O fim do período é anterior ao início" in re.search(r'id="answered_to-err"[^>]*>([^<]*)<', wrong.text)[1]
    assert 'value="02/03/2026"' in wrong.text
    assert "Aplicadas" not in wrong.text
    assert browser.get(f"/surveys/results/{survey.id}?answered_from=ontem").status_code == 422
    assert browser.get(f"/surveys/results/{survey.id}?motive=999999").status_code == 422
    assert browser.get("/surveys/results/999999").status_code == 404


def test_a_configurator_sees_the_figures_and_nobodys_name(survey, answered, world, make_user, sign_in):
    answered(world.attendance, {"Nota": "5", "Comentário": "Muito bom"})
    browser = sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))
    assert "Muito bom" in browser.get(f"/surveys/results/{survey.id}").text
    people = browser.get(f"/surveys/participants/{survey.id}").text
    assert "Ana Lúcia" not in people
    assert f"Entidade {world.entity.id}" in people
    assert "Aplicar a pesquisa a entidades" not in people
    assert browser.post(f"/surveys/participants/{survey.id}", {"documents": "52998224725"}).status_code == 403
