"""Products, orders and invoices out of CSV files, from the command line: read, refused, changed and left alone."""
import csv
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.models.log import LogEntry
from app.models.order import Invoice, Order
from app.models.product import Product
from tests.support.world import add_entity

ORDERS = """Pedido;CPF/CNPJ;Data;Situação;Produto;Descrição do item;Quantidade;Preço unitário
900;529.982.247-25;10/03/2026;Faturado;P-01;;2,5;1.234,56
901;15350946056;2026-03-11;;;Frete;1;R$ 20,00
900;52998224725;10/03/2026;Faturado;;Entrega;1;13,40
"""
KEY = "13181017921427000125650010000000309887251170"
INVOICES = f"""Nota fiscal;Série;CNPJ/CPF;Data de emissão;Valor total;Chave de acesso;Pedido
000.501;001;529.982.247-25;12/03/2026;3.099,80;{KEY};900
502;;15350946056;13/03/2026;10,00;;
"""


@pytest.fixture
def load(flask, tmp_path, world):
    """`load("orders", text or bytes, *options)`: the counts of the last line; `load.path` is the file."""
    def run(register, content, *options, name="dados.csv"):
        run.path = tmp_path / name
        run.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        last = flask(f"import-{register}", run.path, *options).last
        return tuple(int(pair.split("=")[1]) for pair in last.split())
    return run


@pytest.fixture
def refused(load):
    """The rows of the file of refused rows: [(line, reason, cells…)]."""
    def read():
        text = load.path.with_name(load.path.name + ".recusadas.csv").read_text("utf-8-sig")
        return [tuple(row) for row in csv.reader(text.splitlines(), delimiter=";")][1:]
    return read


@pytest.fixture
def products(session, seeding):
    with seeding():
        session.add_all([Product(code="P-01", name="Queijo minas"), Product(code="P-02", name="Manteiga")])


def order(session, number) -> Order:
    session.expire_all()
    return session.scalar(select(Order).where(Order.number == number))


def log_count(session) -> int:
    return session.scalar(select(func.count()).select_from(LogEntry))


def test_products_are_imported_updated_and_left_alone(load, session):
    first = "Código;Nome;Ativo\nA1;Queijo minas;Sim\nA2;Manteiga;Não\n"
    assert load("products", first) == (2, 2, 0, 0, 0)
    rows = {row.code: (row.name, row.active) for row in session.scalars(select(Product))}
    assert rows == {"A1": ("Queijo minas", True), "A2": ("Manteiga", False)}
    entries = log_count(session)
    assert load("products", first) == (2, 0, 0, 2, 0)
    assert log_count(session) == entries
    assert load("products", first.replace("Manteiga", "Manteiga com sal").replace("Sim", "")) == (2, 0, 1, 1, 0)
    assert log_count(session) == entries + 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_any_encoding_and_delimiter_gives_the_same(load, session, encoding, mark):
    text = f'Código{mark}Descrição\r\nA1{mark}"Pão{mark}de queijo"\r\n\r\nA2{mark}Açaí\r\n'
    assert load("products", text.encode(encoding)) == (2, 2, 0, 0, 0)
    assert set(session.scalars(select(Product.name))) == {f"Pão{mark}de queijo".replace("\t", " "), "Açaí"}


def test_the_sep_line_of_excel_and_cells_of_several_lines_are_read(load, session):
    text = 'sep=,\nCódigo,Nome,Descrição\nA1,Queijo,"Primeira linha\nsegunda; com ""aspas"""\nA2,Manteiga,\n'
    assert load("products", text) == (2, 2, 0, 0, 0)
    stored = session.scalar(select(Product.description).where(Product.code == "A1"))
    assert stored == 'Primeira linha\nsegunda; com "aspas"'


def test_hostile_rows_are_refused_by_line_and_take_no_other_with_them(load, session, refused):
    rows = [b"C\xf3digo;Nome", b"A1;Bom", b"A2;com\x00zero", b"A3;" + b"x" * 1024 ** 2, b'A4;"nunca fecha', b"A5;a;b;c",
            b"A6;" + b"y" * 201, b";sem codigo", b"A7;=1+1",
            b"A8;\"'; DROP TABLE product; --\"", b"A9;<script>1</script>"]
    assert load("products", b"\r\n".join(rows) + b"\r\n") == (10, 4, 0, 0, 6)
    assert set(session.scalars(select(Product.name))) == {
        "Bom", "=1+1", "'; DROP TABLE product; --", "<script>1</script>"}
    told = {row[0]: row[1] for row in refused()}
    assert set(told) == {"3", "4", "5", "6", "7", "8"}
    assert "caracteres" in told["3"]
    assert "aspas" in told["5"]
    assert "4 colunas" in told["6"]
    assert "Código do produto" in told["8"]
    assert len(load.path.with_name("dados.csv.recusadas.csv").read_bytes()) < 10_000


def test_a_formula_in_a_refused_row_is_disarmed(load, refused):
    assert load("products", "Código;Nome\n=cmd();\n") == (1, 0, 0, 0, 1)
    assert refused()[0][2] == "'=cmd()"


@pytest.mark.parametrize(("content", "words"), [
    (b"", "vazio"), (b"\n\n", "vazio"), (b"PK\x03\x04rest", "planilha"), ("Código;Nome\nA;B".encode("utf-16"), "UTF-8"),
    (b"Nome;Outro\nA;B\n", "Código do produto"), (b"x" * (20 * 1024 ** 2 + 1), "20 MB"),
    (b"Codigo;Nome\n" + b"A;B\n" * 100_001, "100000")])
def test_what_is_no_such_file_is_refused_in_words(app, session, tmp_path, content, words):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    session.commit()
    result = app.test_cli_runner().invoke(args=["import-products", str(path)])
    assert result.exit_code != 0
    assert words in result.output
    assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_two_rows_of_one_code_agree_or_the_second_is_refused(load, session, refused):
    text = "Código;Nome\nA1;Queijo\nA1;Queijo\nA1;Outro\nA2;queijo\n"
    assert load("products", text) == (4, 1, 0, 1, 2)
    told = {row[0]: row[1] for row in refused()}
    assert "Linha 2" in told["4"] or "linha 2" in told["4"]
    assert "A1" in told["5"]
    assert load("products", text) == (4, 0, 0, 2, 2)


@pytest.mark.req("S-22")
def test_orders_are_put_together_of_their_lines(load, session, products, world):
    assert load("orders", ORDERS) == (3, 3, 0, 0, 0)
    first = order(session, "900")
    assert [(str(x.product or x.description), x.quantity, x.unit_price) for x in first.items] == [
        ("Queijo minas", Decimal("2.5"), Decimal("1234.56")), ("Entrega", Decimal(1), Decimal("13.4"))]
    assert (first.total, first.state, first.entity_id, first.company_id) == (
        Decimal("3099.80"), "invoiced", world.entity.id, world.company.id)
    assert order(session, "901").state == "open"
    entries = log_count(session)
    assert load("orders", ORDERS) == (3, 0, 0, 3, 0)
    assert log_count(session) == entries
    kept = [item.id for item in first.items]
    assert load("orders", ORDERS.replace("2,5", "3").replace("Frete", "Frete novo")) == (3, 0, 3, 0, 0)
    changed = order(session, "900")
    assert (changed.total, [item.id for item in changed.items]) == (Decimal("3717.08"), kept)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("2,5;", "0;", "maior que zero"), ("2,5;", "-1;", "maior que zero"), ("2,5;", "dois;", "não é um número"),
    ("2,5;", "1.2.3;", "não é um número"), ("1.234,56", "-1,00", "negativo"), ("1.234,56", "1e3", "não é um número"),
    ("10/03/2026;Faturado;P-01", "31/02/2026;Faturado;P-01", "não é uma data"),
    ("10/03/2026;Faturado;P-01", "11/03/2026;Faturado;P-01", "não combinam"),
    ("Faturado;P-01", "Comido;P-01", "não é uma situação"), ("P-01", "P-99", "P-99"),
    ("529.982.247-25", "529.982.247-26", "CPF ou CNPJ"), ("529.982.247-25", "45317828791", "•••.178.287-••")])
def test_an_order_with_a_wrong_line_is_refused_whole_with_the_reason(
        load, session, products, refused, old, new, words):
    outcome = load("orders", ORDERS.replace(old, new, 1))
    told = refused()
    assert any(words in row[1] for row in told), told
    assert outcome == (3, 3 - len(told), 0, 0, len(told))
    assert order(session, "901") is not None
    assert order(session, "900") is None or len(order(session, "900").items) == 1  # another person: another order


def test_zeros_that_a_spreadsheet_dropped_are_put_back(load, session, world, seeding):
    with seeding():
        add_entity(session, world.company, "Zero à frente", document="02936571065")
    assert load("orders", "Pedido;CPF;Data;Total\n1;2936571065;10/03/2026;5,00\n") == (1, 1, 0, 0, 0)
    assert order(session, "1").entity.name == "Zero à frente"


@pytest.mark.parametrize(("amounts", "option", "total"), [
    (("1.234,56", "7"), (), "1234.56"), (("1,234.56", "7"), (), "1234.56"), (("1234.5", "7"), (), "1234.5"),
    (("1.234", "0,5"), (), "1234"), (("1.234", "0.50"), (), None), (("1.234", "7"), (), "1234"),
    (("1,234", "7"), ("--decimal", "."), "1234"), (("12,34", "7"), ("--decimal", "."), None)])
def test_the_decimal_mark_is_told_by_the_numbers_or_by_the_person(load, session, amounts, option, total):
    text = "Pedido\tCPF\tData\tTotal\n" + "".join(
        f"{n}\t52998224725\t10/03/2026\t{amount}\n" for n, amount in enumerate(amounts, 1))
    load("orders", text, *option)
    stored = order(session, "1")
    assert (stored and stored.total) == (total and Decimal(total))


def test_a_total_that_is_not_the_sum_of_the_items_is_said(load, session, products, refused):
    text = "Pedido;CPF;Data;Total;Produto;Quantidade;Preço\n7;52998224725;10/03/2026;25,00;P-01;2;10,00\n"
    assert load("orders", text) == (1, 0, 0, 0, 1)
    assert "soma dos itens" in refused()[0][1]
    assert load("orders", text.replace("25,00", "20,00")) == (1, 1, 0, 0, 0)
    assert load("orders", "Pedido;CPF;Data;Total\n7;52998224725;10/03/2026;25,00\n") == (1, 0, 0, 0, 1)
    assert load("orders", "Pedido;CPF;Data;Situação\n7;52998224725;10/03/2026;Cancelada\n") == (1, 0, 1, 0, 0)
    assert (order(session, "7").total, len(order(session, "7").items)) == (Decimal(20), 1)


def test_an_order_of_somebody_else_is_not_taken_over(load, session, refused):
    text = "Pedido;CPF;Data;Total\n7;52998224725;10/03/2026;25,00\n"
    assert load("orders", text) == (1, 1, 0, 0, 0)
    assert load("orders", text.replace("52998224725", "15350946056")) == (1, 0, 0, 0, 1)
    both = text.replace("\n7;", "\n8;") + "8;15350946056;10/03/2026;25,00\n"
    assert load("orders", both, "--dry-run") == (2, 1, 0, 0, 1)
    assert load("orders", both) == (2, 1, 0, 0, 1)
    assert "outra entidade" in refused()[0][1]


def test_a_customer_of_two_companies_needs_the_company(load, session, world, seeding, refused):
    with seeding():
        add_entity(session, world.other_company, "Ana também lá", document="52998224725")
    text = "Pedido;CPF;Data;Total\n7;52998224725;10/03/2026;25,00\n"
    assert load("orders", text) == (1, 0, 0, 0, 1)
    assert "Empresa" in refused()[0][1]
    for company in ("verde", "11.444.777/0001-61", "VD"):
        text = f"Pedido;CPF;Data;Total;Empresa\n{company};52998224725;10/03/2026;25,00;{company}\n"
        assert load("orders", text) == (1, 1, 0, 0, 0)
        assert order(session, company).company_id == world.other_company.id
    assert load("orders", text.replace("VD\n", "Nenhuma\n")) == (1, 0, 0, 0, 1)


@pytest.mark.req("S-23")
def test_invoices_find_their_entity_and_order(load, session, products, world):
    load("orders", ORDERS)
    assert load("invoices", INVOICES) == (2, 2, 0, 0, 0)
    rows = {(row.number, row.series): row for row in session.scalars(select(Invoice))}
    assert set(rows) == {("501", "1"), ("502", "1")}
    first = rows["501", "1"]
    assert (first.order.number, first.access_key, first.total) == ("900", KEY, Decimal("3099.8"))
    assert load("invoices", INVOICES) == (2, 0, 0, 2, 0)
    assert load("invoices", INVOICES.replace("10,00", "11,00")) == (2, 0, 1, 1, 0)


@pytest.mark.req("S-23")
@pytest.mark.parametrize(("old", "new", "words"), [
    (KEY, KEY[:-1] + "1", "dígito verificador"), (KEY, KEY[:-1], "44 dígitos"), (";900", ";999", "999"),
    (";900", ";901", "outra entidade"), ("3.099,80", "", "obrigatório"), ("12/03/2026", "12/13/2026", "não é uma data"),
    ("13/03/2026;10,00;;", f"13/03/2026;10,00;{KEY};", "chave de acesso")])
def test_a_wrong_invoice_is_refused_with_the_reason(load, session, products, refused, old, new, words):
    load("orders", ORDERS)
    assert load("invoices", INVOICES.replace(old, new, 1)) == (2, 1, 0, 0, 1)
    assert words in refused()[0][1]


def test_a_dry_run_counts_and_writes_nothing(load, session, products):
    entries = log_count(session)
    assert load("orders", ORDERS, "--dry-run") == (3, 3, 0, 0, 0)
    assert log_count(session) == entries
    assert order(session, "900") is None
