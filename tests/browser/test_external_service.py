"""The external service in a browser: picked from the sample by keyboard, the form filled by button and by itself."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible
from tests.support.other_system import ANA, OtherSystem

from .conftest import NARROW, WIDE

CPF, OTHER_CPF = "271.828.182-05", "314.159.265-90"
FILL = "Preencher pelo serviço"


@pytest.fixture(scope="module")
def system():
    """Another system beside the server, which may be asked though it stands on this machine."""
    made = OtherSystem()
    yield made
    made.close()


@pytest.fixture
def configured(open_page, system):
    """The connection data, saved by the screen, and the page of it; inactive again when the test ends."""
    page = open_page("configurator", "/settings/")
    page.get_by_role("link", name="Configuração", exact=True).click()
    page.get_by_label("Nome do serviço").fill("ERP")
    page.get_by_label("URL").fill(f"{system.url}/clientes/{{document}}")
    page.get_by_label("Autenticação").select_option("bearer")
    page.get_by_label("Segredo").fill("segredo-do-erp")
    page.get_by_label("Ativo").check()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Os dados de conexão foram salvos.")).to_be_visible()
    yield page
    page.goto("/settings/service/")
    page.get_by_label("Ativo").uncheck()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Os dados de conexão foram salvos.")).to_be_visible()


def pick(page, path, label):
    """Choose a variable of the sample with the arrow keys and Enter, and the field it fills."""
    page.locator("[role=treeitem][tabindex='0']").focus()
    page.keyboard.press("Home")
    for _ in range(40):
        if page.locator(":focus").get_attribute("data-path") == path:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = page.locator(":focus")
    expect(chosen).to_have_js_property("tagName", "SELECT")
    chosen.select_option(label=label)


@pytest.mark.req("M-76", "M-77", "M-78", "M-79")
def test_a_service_is_configured_mapped_and_fills_the_form(configured, open_page, system):
    page = configured
    assert "segredo-do-erp" not in page.content()
    page.locator("#sample_document").fill(CPF)
    page.get_by_role("button", name="Testar").press("Enter")
    expect(page.get_by_text("O serviço respondeu em")).to_be_visible()
    expect(page.get_by_text("Rua das Acácias")).to_be_visible()
    page.get_by_role("link", name="Campos pessoa").first.click()
    expect(page.get_by_role("treeitem").filter(has_text="logradouro")).to_be_visible()  # remembered without values
    expect(page.get_by_text("Rua das Acácias")).to_have_count(0)
    for path, label in (("cliente.nome", "NOME/RAZÃO SOCIAL"), ("cliente.nascimento", "Data de nascimento"),
                        ("cliente.email", "E-mail principal"), ("telefones[0]", "Telefone principal"),
                        ("enderecos[0].logradouro", "Logradouro"), ("enderecos[0].uf", "Estado")):
        pick(page, path, label)
    expect(page.get_by_role("treeitem").filter(has_text="nome")).to_contain_text("NOME/RAZÃO SOCIAL")
    page.locator("#mappings select").nth(1).select_option(label="NOME/RAZÃO SOCIAL")
    page.get_by_role("button", name="Salvar").click()
    wrong = page.locator("#mappings select").nth(1)
    expect(wrong).to_be_focused()
    expect(page.get_by_text("Este campo já é preenchido por outra variável.")).to_be_visible()
    wrong.select_option(label="Data de nascimento")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Os campos pessoa foram salvos.")).to_be_visible()

    # a new person: by itself as soon as the CPF is typed; what was typed before stays and is offered
    form = open_page("attendant", "/entities/add")
    form.get_by_role("textbox", name="NOME/RAZÃO SOCIAL").fill("Ana digitada")
    form.get_by_role("textbox", name="CPF/CNPJ").press_sequentially(CPF, delay=5)
    expect(form.get_by_label("Data de nascimento")).to_have_value("12/03/1984")
    expect(form.get_by_role("textbox", name="CPF/CNPJ")).to_be_focused()
    expect(form.get_by_role("group", name="Telefones").get_by_role("textbox", name="Telefone")).to_have_value(
        "(35) 99871-2045")
    expect(form.get_by_role("group", name="Endereços").get_by_label("Estado")).to_have_value("MG")
    expect(form.get_by_role("textbox", name="NOME/RAZÃO SOCIAL")).to_have_value("Ana digitada")
    assert_accessible(form)
    use = form.get_by_role("button", name="Usar valor do serviço: NOME/RAZÃO SOCIAL, Ana Lúcia Conceição")
    use.focus()
    form.keyboard.press("Enter")
    expect(form.get_by_role("textbox", name="NOME/RAZÃO SOCIAL")).to_have_value("Ana Lúcia Conceição")
    expect(form.get_by_role("textbox", name="NOME/RAZÃO SOCIAL")).to_be_focused()
    form.get_by_role("button", name="Salvar").click()
    form.wait_for_url("**/entities/list/")

    # the short form: by the button, and the notice where the person is unknown
    asked = len(system.asked)
    system.answer = (404, b"")
    form.goto("/entities/simple/add")
    form.get_by_role("textbox", name="Nome").fill("Outra")
    form.get_by_label("CPF/CNPJ").fill(OTHER_CPF)
    form.get_by_role("button", name=FILL).focus()
    form.keyboard.press("Enter")
    expect(form.get_by_text("O serviço não conhece esta pessoa. Preencha à mão.")).to_be_visible()
    expect(form.get_by_role("textbox", name="Nome")).to_have_value("Outra")
    assert len(system.asked) == asked + 1  # leaving the field and the button are one look-up
    system.answer = (200, ANA)
    form.get_by_role("button", name=FILL).click()
    expect(form.get_by_role("textbox", name="E-mail")).to_have_value("ana.lucia@example.com")
    expect(form.get_by_role("status").filter(has_text="Não cabem neste formulário")).to_contain_text("Logradouro")
    assert_accessible(form)


@pytest.mark.req("M-79")
def test_a_slow_service_lets_one_type_and_save_meanwhile(configured, open_page, system):
    page = configured
    page.goto("/settings/person-fields/")
    if not page.locator("#mappings tbody tr").count():
        page.get_by_role("button", name="Adicionar linha").click()
        page.get_by_label("Variável do serviço").fill("cliente.nome")
        page.get_by_label("Campo da pessoa").select_option(label="NOME/RAZÃO SOCIAL")
        page.get_by_role("button", name="Salvar").click()
    system.answer = system.late(4)
    form = open_page("attendant", "/entities/simple/add")
    form.get_by_label("CPF/CNPJ").fill("529.982.247-25")
    form.get_by_role("textbox", name="Nome").press_sequentially("Digitado enquanto isso")
    expect(form.get_by_text("Consultando ERP…")).to_be_visible()
    form.get_by_label("Telefone").fill("(35) 99111-0001")
    expect(form.get_by_text("O serviço tem outro valor em")).to_be_visible()
    expect(form.get_by_role("textbox", name="Nome")).to_have_value("Digitado enquanto isso")
    system.answer = (200, ANA)


@pytest.mark.req("M-77", "M-78")
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_no_tab_has_a_barrier_or_scrolls_sideways(configured, open_page, size, dark):
    page = open_page("configurator", "/settings/", size=size, dark=dark)
    for path in ("/settings/", "/settings/service/", "/settings/person-fields/"):
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    page.locator("#sample_document").fill(CPF)
    page.get_by_role("button", name="Buscar exemplo").click()
    expect(page.get_by_role("treeitem").first).to_be_visible()
    assert_accessible(page)
