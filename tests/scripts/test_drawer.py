""""Scripts de atendimento" beside an attendance: only what is offered, in order, found by words, filled in."""
import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR
from tests.orders.conftest import text


def test_it_stands_at_the_corner_of_an_attendance_and_in_the_help(attendant, world):
    for address in (f"/attendances/{world.attendance.protocol}", f"/attendances/new?entity={world.entity.id}",
                    "/provider-central/"):
        page = attendant.get(address).text
        assert 'data-scripts-open aria-controls="scripts"' in page
        assert 'id="scripts" role="region"' in page
        assert "<td>Scripts de atendimento</td><td><kbd>Alt</kbd> <kbd>S</kbd></td>" in page


@pytest.mark.req("M-61", "M-93", "M-60")
def test_only_active_scripts_of_the_own_department_and_those_above_it_are_offered(attendant, scripts):
    page = attendant.get("/attendance-scripts/").text
    assert page.index("Saudação") < page.index("Cobrança em atraso")  # by their order
    for title in ("Entrega", "Da Verde", "Antiga"):
        assert title not in page
    for key in ("beside", "other", "off"):
        assert attendant.get(f"/attendance-scripts/{scripts[key].id}").status_code == 404


@pytest.mark.req("M-93")
def test_who_keeps_scripts_is_offered_those_of_his_own_department_alone(make_user, sign_in, scripts, world):
    keeper = sign_in(make_user("cora", CONFIGURATOR, companies=[world.company], department=world.department))
    page = keeper.get("/attendance-scripts/").text
    assert "Saudação" in page
    assert "Cobrança em atraso" not in page  # of a department inside his
    assert keeper.get(f"/attendance-scripts/{scripts['own'].id}").status_code == 404


@pytest.mark.req("M-61")
def test_without_a_script_the_drawer_says_what_to_do(make_user, sign_in, world, attendant):
    assert "Ainda não há script para o seu órgão" in text(attendant.get("/attendance-scripts/"))
    assert "Configurações › Script de Atendimento" in text(attendant.get("/attendance-scripts/"))
    alone = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert "Você não está em nenhum órgão" in text(alone.get("/attendance-scripts/"))
    keeper = sign_in(make_user(None, CONFIGURATOR, companies=[world.company], department=world.department))
    assert 'href="/scripts/add"' in keeper.get("/attendance-scripts/").text


@pytest.mark.req("M-61")
@pytest.mark.parametrize(("words", "found"), [
    ("COBRANCA", True), ("fatura sobre", True), ("saud", False), ("100%", False), ("fat_ra", False), ("\0", True)])
def test_words_of_title_and_text_find_a_script(attendant, scripts, words, found):
    page = attendant.get("/attendance-scripts/", query_string={"q": words}).text
    assert ("Cobrança em atraso" in page) is found


@pytest.mark.req("M-61")
def test_a_script_is_read_with_its_line_breaks_escaped_and_filled_in(attendant, scripts, world):
    own, above = (f"/attendance-scripts/{scripts[key].id}" for key in ("own", "above"))
    page = attendant.get(f"{own}?attendance={world.attendance.id}").text
    assert "Olá, Ana.\nÉ sobre a &lt;b&gt;fatura&lt;/b&gt;." in page
    assert "Olá, João." in attendant.get(f"{own}?entity={world.second_entity.id}").text  # not opened yet
    assert "Olá, — (primeiro nome)." in attendant.get(own).text  # nobody to name
    assert "aqui é Ana Teste." in attendant.get(above).text
    for foreign in (f"attendance={world.other_attendance.id}", f"attendance={world.restricted_attendance.id}",
                    f"entity={world.other_entity.id}", "attendance=x"):
        assert attendant.get(f"{own}?{foreign}").status_code == 404


def test_a_name_with_braces_is_not_looked_at_again(attendant, scripts, world, seeding):
    with seeding():
        world.entity.name = "{{atendente}} <i>"
    page = attendant.get(f"/attendance-scripts/{scripts['own'].id}?attendance={world.attendance.id}").text
    assert "Olá, {{atendente}}." in page


def test_a_list_and_a_script_ask_few_statements(attendant, scripts, world, queries):
    attendant.get("/attendance-scripts/")
    queries.clear()
    attendant.get("/attendance-scripts/")
    assert len(queries) <= 4  # session, scripts, departments
    queries.clear()
    attendant.get(f"/attendance-scripts/{scripts['own'].id}")
    assert len(queries) <= 3


@pytest.mark.req("G-03")
def test_portals_and_strangers_have_no_scripts(client, make_user, sign_in, scripts, world):
    assert "/login/" in client().get("/attendance-scripts/").headers["Location"]
    outside = sign_in(make_user(None, "Provider", entity=world.provider))
    assert outside.get("/attendance-scripts/").status_code == 403
    boss = sign_in(make_user(None, SUPERVISOR, companies=[world.company], department=world.other_department))
    assert "Da Verde" not in boss.get("/scripts/list/").text
