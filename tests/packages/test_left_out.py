"""What stays out of an import: parts that are not one's own, what needs them, and what somebody leaves out (B-21)."""
import io
import re

import pytest
from sqlalchemy import select

from app.models.classification import Motive, Occurrence
from app.models.custom_field import CustomField
from app.models.custom_form import CustomData, CustomForm
from app.models.script import Script
from tests.packages.conftest import changed, link, offered, told
from tests.support.forms import placed

pytestmark = pytest.mark.req("B-21")
URL = "/settings/packages/"


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user("conf", "Configurator", companies=[world.company]))


def sent(browser, data):
    """The address of a package that was sent as a file."""
    return browser.post(URL, {"file": (io.BytesIO(data), "pacote.json")}, content_type="multipart/form-data").location


@pytest.mark.parametrize(("name", "menu"), [
    ("saneamento", "Parada de abastecimento"), ("plano_de_saude", "Autorização prévia"),
    ("provedor_de_internet", "Queda massiva")])
def test_the_first_click_on_import_of_a_ready_made_package_works(configurator, session, name, menu):
    address = configurator.post(f"{URL}examples/{name}").location
    page = configurator.get(address).text
    text = told(page)
    assert "mas de fora porque você não pode alterar: Setores." in text
    assert "itens ficam de fora desta importação" in text
    assert re.search(r"Scripts de atendimento: [^.]+ \. Precisa de “[^”]+”, de “Setores”, que fica de fora\.", text)
    assert "departments" not in text
    form = offered(page)
    assert "departments" not in form["part"]
    assert "scripts" in form["part"]
    assert configurator.post(f"{address}/import", form).status_code == 302
    assert menu in configurator.get("/settings/menus/").text
    assert session.scalars(select(Script)).all() == []
    assert configurator.post(f"{URL}examples/nada").status_code == 404


def test_import_is_disabled_while_something_stands_against_it_and_refused_all_the_same(configurator, session):
    file = configurator.get(f"{URL}export?part=motives&part=occurrences").data

    def act(parts):
        parts["motives"].append({"name": "Esgoto"})
        parts["occurrences"].append({"motive": ["Nenhum"], "name": "Vazamento"})
        parts["occurrences"].append({"motive": ["Nada"], "name": "Entupimento"})
    address = sent(configurator, changed(file, act))
    page = configurator.get(address).text
    assert offered(page) == {}
    assert "Nada pode ser importado enquanto algo o impede." in told(page)
    refused = configurator.post(f"{address}/import", {"part": ["motives", "occurrences"]})
    assert refused.status_code == 409
    assert "(Motivo): “Nenhum” não está aqui nem no pacote." in told(refused.text)
    one = configurator.get(link(page, "Deixar de fora Nenhum › Vazamento")).text
    assert offered(one) == {}  # the other one is left
    assert "Vazamento . Você o deixou de fora." in told(one)
    rest = configurator.get(link(page, "Deixar todos estes de fora")).text
    form = offered(rest)
    assert len(form["without"]) == 2
    back = configurator.get(link(rest, "Incluir de novo Nenhum › Vazamento")).text
    assert offered(back) == {}
    assert configurator.post(f"{address}/import", form).status_code == 302
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is not None
    assert session.scalars(select(Occurrence).where(Occurrence.name.in_(("Vazamento", "Entupimento")))).all() == []


def test_what_needs_an_entry_that_is_left_out_stays_out_down_the_tree(configurator, session):
    file = configurator.get(f"{URL}export?part=motives&part=occurrences&part=causes").data

    def act(parts):
        parts["motives"] = [{"name": "Esgoto"}, {"name": "Água nova"}]
        parts["occurrences"] = [{"motive": ["Esgoto"], "name": "Vazamento"}]
        parts["causes"] = [{"occurrence": ["Esgoto", "Vazamento"], "name": "Raiz"}]
    address = sent(configurator, changed(file, act))
    text = told(configurator.get(f"{address}?part=motives&part=occurrences&part=causes&without=motives.0").text)
    assert "3 itens ficam de fora desta importação" in text
    assert "Ocorrências: Esgoto › Vazamento . Precisa de “Esgoto”, de “Motivos”, que fica de fora." in text
    assert "Causas: Esgoto › Vazamento › Raiz . Precisa de “Esgoto › Vazamento”, de “Ocorrências”" in text
    assert configurator.post(f"{address}/import", {
        "part": ["motives", "occurrences", "causes"], "without": ["motives.0"]}).status_code == 302
    assert session.scalars(select(Motive.name).where(Motive.name.in_(("Esgoto", "Água nova")))).all() == ["Água nova"]


@pytest.mark.parametrize("mark", ["motives.99", "nada.0", "motives", "motives.-1"])
def test_a_mark_of_no_entry_is_refused(configurator, mark):
    address = sent(configurator, changed(configurator.get(f"{URL}export?part=motives").data, lambda parts: parts[
        "motives"].append({"name": "Esgoto"})))
    assert configurator.get(f"{address}?without={mark}").status_code == 400
    assert configurator.post(f"{address}/import", {"part": ["motives"], "without": [mark]}).status_code == 400


def test_where_nothing_is_to_be_imported_the_button_is_disabled_and_the_server_refuses(configurator):
    address = sent(configurator, configurator.get(f"{URL}export?part=motives").data)
    page = configurator.get(address).text
    assert offered(page) == {}
    assert "não há nada a importar" in told(page)
    refused = configurator.post(f"{address}/import", {"part": ["motives"]})
    assert refused.status_code == 409
    assert "Não há nada a importar." in told(refused.text)
    assert "Não importado" in told(configurator.get(address).text)


@pytest.mark.req("M-88")
def test_a_form_whose_variable_is_taken_comes_in_and_its_place_is_left_out_with_a_click(configurator, session, seeding,
                                                                                       world):
    with seeding():
        session.add_all(placed("entity", CustomField(key="plano", name="Plano"), name="Cartão do cliente"))
    session.commit()
    address = configurator.post(f"{URL}examples/plano_de_saude").location
    page = configurator.get(address).text
    assert offered(page) == {}
    assert "já é de “Cartão do cliente”, que aparece no mesmo lugar. Deixe este item de fora" in told(page)
    assert "Duplique" not in page
    rest = configurator.get(link(page, "Deixar de fora Cadastro")).text
    assert configurator.post(f"{address}/import", offered(rest)).status_code == 302
    form = session.scalar(select(CustomForm).where(CustomForm.slug == "dados-do-beneficiario"))
    assert session.scalar(select(CustomData.id).where(CustomData.form_id == form.id)) is None
    # what was advised can be followed: the copy has variables of its own
    copy = configurator.get(f"/settings/forms/add?copy={form.id}")
    assert copy.status_code == 200


@pytest.mark.req("B-20")
def test_a_new_form_says_its_name_and_what_fields_it_brings(configurator):
    text = told(configurator.get(configurator.post(f"{URL}examples/saneamento").location).text)
    assert "Dados do imóvel Novo Campos: " in text
    assert "dados-do-imovel" not in text
    assert "(Texto curto)" in text
