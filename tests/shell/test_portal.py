"""/portal/: a provider's or a customer's own attendances."""
import pytest

from tests.support.clock import HOUR, NOON
from tests.support.world import add_attendance


def test_a_customer_sees_his_own_attendances_with_their_answer(person, world, seeding):
    with seeding():
        world.attendance.details[0].description = "Fui cobrada duas vezes"
        world.attendance.details[0].answer = "O valor <b>foi</b> estornado"
        world.attendance.details[0].answered_at = NOON + HOUR
    page = person("customer").get("/portal/")
    assert page.status_code == 200
    for told in (world.attendance.protocol, "Conta com valor errado", "Fui cobrada duas vezes",
                 "O valor &lt;b&gt;foi&lt;/b&gt; estornado", "16/03/2026 12:00"):
        assert told in page.text
    for others in (world.closed_attendance, world.restricted_attendance, world.other_attendance):
        assert others.protocol not in page.text


def test_a_provider_without_attendances_is_told_so(person):
    page = person("provider").get("/portal/attendances")
    assert "Nenhum atendimento ainda" in page.text


@pytest.mark.parametrize("address", ["/attendances/", "/search?q=ana", "/settings/", "/motives/list/"])
def test_a_portal_user_has_no_other_page(person, address):
    assert person("customer").get(address).status_code == 403


@pytest.mark.parametrize("name", ["attendant", "configurator"])
def test_the_portal_is_not_for_staff(person, name):
    assert person(name).get("/portal/").status_code == 403


def test_a_supervisor_holds_the_right_to_give_it_and_finds_no_case_there(person, world):
    page = person("supervisor").get("/portal/")
    assert page.status_code == 200
    assert world.attendance.protocol not in page.text


def test_the_list_goes_on_by_key_without_loss_in_a_fixed_number_of_queries(person, world, seeding, session, queries):
    with seeding():
        for number in range(45):
            add_attendance(session, world, world.entity, protocol=f"K{number:03}", opened_at=NOON - number // 3 * HOUR)
    browser = person("customer")
    browser.get("/portal/")
    seen, address, pages = [], "/portal/", 0
    while address:
        queries.clear()
        page = browser.get(address).text
        assert len([s for s in queries if s.startswith("SELECT")]) <= 5
        seen += [part.split("<")[0] for part in page.split('<b class="b-mono">')[1:]]
        found = page.split('href="/portal/?after=')
        address = f"/portal/?after={found[1].split(chr(34))[0]}" if len(found) > 1 else None
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 46


@pytest.mark.parametrize("key", ["x", "W10", "eyJhIjoxfQ"])
def test_a_made_up_page_key_is_refused(person, key):
    assert person("customer").get(f"/portal/?after={key}").status_code == 400


def test_a_page_outside_the_portal_leads_back_to_it_and_sends_nobody_to_a_supervisor(person):
    page = person("customer").get("/settings/")
    assert page.status_code == 403
    assert "Esta página não faz parte do portal." in page.text
    assert 'href="/portal/">Meus atendimentos</a>' in page.text
    assert "supervisor" not in page.text


def test_an_empty_portal_says_what_will_stand_there(person):
    page = person("provider").get("/portal/attendances")
    assert "o atendimento aparecerá aqui com o protocolo, a situação" in page.text
