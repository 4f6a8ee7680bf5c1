"""Orders, invoices and their import in a browser: items, the total as one types, a file sent, every width."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW, WIDE

KEY = "13181017921427000125650010000000309887251170"


def add_item(page, name, many, price):
    page.get_by_role("button", name="Adicionar item").click()
    row = page.get_by_role("group", name="Itens").get_by_role("row").last
    row.get_by_role("textbox", name="Descrição").fill(name)
    row.get_by_role("textbox", name="Quantidade").fill(many)
    row.get_by_role("textbox", name="Preço unitário").fill(price)


@pytest.mark.req("S-22", "S-23", "S-64")
def test_an_order_is_made_from_the_record_and_found_there_again(open_page, server):
    pk = server.ids["partner"]
    page = open_page("supervisor", f"/orders/entity/{pk}")
    expect(page.get_by_text("Esta entidade ainda não tem pedidos")).to_be_visible()
    page.get_by_role("link", name="Adicionar pedido").click()
    page.get_by_label("Número do pedido").fill("W-77")
    add_item(page, "Queijo prato", "2,5", "1.234,56")
    add_item(page, "Frete", "1", "10,10")
    total = page.get_by_label("Total")
    expect(total).to_have_value("3.096,50")
    expect(total).not_to_be_editable()
    page.get_by_role("group", name="Itens").get_by_role("textbox", name="Quantidade").first.fill("-1")
    page.get_by_role("button", name="Salvar").click()
    wrong = page.get_by_role("group", name="Itens").get_by_role("textbox", name="Quantidade").first
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("-1")
    expect(page.get_by_text("A quantidade deve ser maior que zero.").first).to_be_visible()
    assert_accessible(page)
    wrong.fill("3")
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url(f"**/orders/entity/{pk}")
    summary = page.locator("summary", has_text="W-77")
    expect(page.get_by_role("cell", name="Queijo prato")).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="Queijo prato")).to_be_visible()
    expect(page.get_by_role("region", name="Itens do pedido W-77")).to_contain_text("R$ 3.713,78")
    assert_accessible(page)
    page.get_by_role("link", name="Notas", exact=True).click()
    page.get_by_role("link", name="Nova nota fiscal").click()
    page.get_by_label("Número da nota").fill("501")
    page.get_by_label("Chave de acesso").fill(KEY[:-1] + "9")
    page.get_by_label("Total").fill("3.713,78")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("O dígito verificador da chave de acesso não confere")).to_be_visible()
    page.get_by_label("Chave de acesso").fill(KEY)
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url(f"**/invoices/entity/{pk}")
    invoices = page.get_by_role("region", name="Notas fiscais")
    expect(invoices.get_by_role("cell", name="R$ 3.713,78")).to_be_visible()
    page.get_by_label("Número").fill("W-")
    page.get_by_role("button", name="Pesquisar", exact=True).click()
    expect(page.get_by_text("Nenhuma nota fiscal encontrada")).to_be_visible()
    expect(page.locator("summary", has_text="W-77")).to_be_visible()


@pytest.mark.req("S-22", "S-23")
def test_the_icons_of_the_record_lead_to_sales_and_notes(open_page, server):
    page = open_page("attendant", "/attendances/2026000203")
    tools = page.get_by_role("toolbar", name="Atalhos da entidade")
    tools.get_by_role("link", name="Vendas").click()
    expect(page.get_by_role("heading", name="Vendas")).to_be_visible()
    page.go_back()
    tools.get_by_role("link", name="Notas").click()
    expect(page.get_by_role("heading", name="Pedidos e notas fiscais")).to_be_visible()
    page.go_back()
    page.get_by_role("group", name="Botões de conclusão").get_by_role("link", name="Vendas").click()
    expect(page.get_by_role("heading", name="Vendas")).to_be_visible()


def test_a_file_is_sent_matched_tried_and_imported(open_page, server):
    page = open_page("configurator", "/products/list/")
    page.get_by_role("link", name="Importar CSV").click()
    page.get_by_label("Arquivo CSV").set_input_files(
        {"name": "produtos.csv", "mimeType": "text/csv", "buffer": "Ref;Título\nX1;Ricota\nX2;\n".encode("cp1252")})
    expect(page.get_by_text("produtos.csv")).to_be_visible()  # which file it is, beside the button
    page.get_by_role("button", name="Enviar arquivo").click()
    expect(page.get_by_role("heading", name="produtos.csv")).to_be_visible()
    page.get_by_role("button", name="Importar", exact=True).click()
    expect(page.get_by_text("Escolha a coluna que tem este dado.").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Código do produto").select_option("Ref")
    page.get_by_label("Nome do produto").select_option("Título")
    page.get_by_role("button", name="Conferir sem gravar").click()
    expect(page.get_by_role("heading", name="Conferência: nada foi gravado ainda")).to_be_visible()
    expect(page.get_by_role("region", name="Linhas recusadas").get_by_role("row").last).to_contain_text("3")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Baixar linhas recusadas").click()
    assert fetched.value.suggested_filename == "produtos.csv.recusadas.csv"
    page.get_by_role("button", name="Importar", exact=True).click()
    expect(page.get_by_role("heading", name="Importação concluída")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Produtos").last.click()
    expect(page.get_by_role("link", name="Ricota", exact=True)).to_be_visible()


@pytest.mark.req("B-29")
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_no_screen_of_orders_has_a_barrier_or_scrolls_sideways(open_page, server, size, dark):
    pk = server.ids["entity"]
    page = open_page("supervisor", f"/orders/entity/{pk}", size=size, dark=dark)
    for address in (f"/orders/entity/{pk}", f"/invoices/entity/{pk}?since=2026-03-10&until=2026-03-01", "/orders/list/",
                    "/orders/add", "/invoices/add", "/orders/import/"):
        page.goto(address)
        if address == "/orders/add":
            add_item(page, "Queijo", "1", "2,00")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
    content = b"Pedido;CPF;Data;Total\n1;000;x;y\n2;52998224725;1/1/2026;3\n"
    page.get_by_label("Arquivo CSV").set_input_files({"name": "pedidos.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Enviar arquivo").click()
    expect(page.get_by_role("heading", name="pedidos.csv")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
