"""The registers of orders and invoices: items in the form, the total of them, refusals at their fields."""
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import access_keys
from app.models.log import LogEntry
from app.models.order import Invoice, Order

from .conftest import order_form, refused, text

KEY = "13181017921427000125650010000000309887251170"  # of a published invoice
KEY_WITH_LETTERS = "3526050X0J92JY000196570010000006041448679011"


def stored(session, number) -> Order:
    session.expire_all()
    return session.scalar(select(Order).where(Order.number == number))


@pytest.fixture
def order(supervisor, session, world, products):
    cheese = {"product": products["P-01"].id, "quantity": "2,5", "unit_price": "1.234,56"}
    freight = {"description": "Frete", "quantity": "1", "unit_price": "R$ 20,00"}
    form = order_form(world.entity, "1001", cheese, freight, total="9,99", notes="Urgente")
    response = supervisor.post("/orders/add", form)
    assert response.status_code == 302, refused(response)
    return stored(session, "1001")


@pytest.mark.req("S-22")
def test_an_order_keeps_its_items_and_its_total_is_their_sum(order, supervisor, world):
    assert [(str(item.product or item.description), item.quantity, item.unit_price) for item in order.items] == [
        ("Queijo minas padrão", Decimal("2.5"), Decimal("1234.56")), ("Frete", Decimal("1"), Decimal("20"))]
    assert order.total == Decimal("3106.40")
    assert (order.company_id, order.entity_id) == (world.company.id, world.entity.id)
    page = text(supervisor.get(f"/orders/show/{order.id}"))
    for shown in ("R$ 3.106,40", "R$ 3.086,40", "2,5", "Queijo minas padrão", "10/03/2026", "Aberto", "Urgente"):
        assert shown in page, shown


@pytest.mark.req("S-22")
def test_items_are_changed_added_and_removed_in_the_form_of_the_order(order, supervisor, session, world, products):
    page = supervisor.get(f"/orders/edit/{order.id}")
    assert 'value="1.234,56"' in page.text
    assert 'value="2,5"' in page.text
    keeps = order.items[0].id
    form = order_form(
        world.entity, "1001", {"id": keeps, "product": products["P-01"].id, "quantity": "3", "unit_price": "10"},
        {"product": products["P-02"].id, "quantity": "0,125", "unit_price": "8,88"}, version=order.version)
    assert supervisor.post(f"/orders/edit/{order.id}", form).status_code == 302
    changed = stored(session, "1001")
    assert [(item.id == keeps, item.product.code, item.total) for item in changed.items] == [
        (True, "P-01", Decimal("30")), (False, "P-02", Decimal("1.11"))]
    assert changed.total == Decimal("31.11")
    entry = session.scalars(select(LogEntry).where(
        LogEntry.target == "sales_order", LogEntry.target_id == order.id).order_by(LogEntry.seq.desc())).first()
    assert entry.changes["total"][:2] == ["3106.40", "31.11"]
    page = text(supervisor.get(f"/logs/sales_order/{order.id}"))
    assert "R$ 3.106,40" in page
    assert "Manteiga com sal" in page


def test_an_order_without_items_keeps_the_total_that_was_typed(supervisor, session, world):
    assert supervisor.post("/orders/add", order_form(world.entity, "7", total="R$ 1.050,10")).status_code == 302
    assert stored(session, "7").total == Decimal("1050.10")
    assert "R$ 1.050,10" in text(supervisor.get("/orders/list/"))


@pytest.mark.req("S-22")
@pytest.mark.parametrize(("column", "value", "words"), [
    ("quantity", "-1", "A quantidade deve ser maior que zero."), ("quantity", "0", "deve ser maior que zero."),
    ("quantity", "muito", "Não é um número"), ("quantity", "NaN", "Não é um número"),
    ("quantity", "1,2345", "no máximo três casas decimais"), ("quantity", "99999999999999", "grande demais"),
    ("unit_price", "-0,01", "O valor não pode ser negativo."), ("unit_price", "1.5", "Não é um número"),
    ("unit_price", "1,005", "no máximo duas casas decimais"), ("unit_price", "1e3", "Não é um número"),
    ("unit_price", "9" * 40, "grande demais"), ("product", "999999", "Escolha inválida"),
    ("description", "x" * 201, "200")])
def test_a_wrong_item_is_refused_at_its_field_and_what_was_typed_stays(
        supervisor, session, world, column, value, words):
    good = {"description": "Queijo", "quantity": "1", "unit_price": "5"}
    response = supervisor.post("/orders/add", order_form(world.entity, "1001", good, {**good, column: value}))
    assert response.status_code == 422
    assert words.lower() in refused(response)[f"items-1-{column}"].lower()
    assert "items-0-quantity" not in refused(response)
    if column in ("quantity", "unit_price"):
        assert f'value="{value}"' in response.text
    assert stored(session, "1001") is None


def test_a_row_with_nothing_but_a_wrong_number_is_no_blank_row(supervisor, session, world):
    response = supervisor.post("/orders/add", order_form(world.entity, "1001", {"quantity": "-3", "unit_price": ""}))
    assert "items-0-quantity" in refused(response)
    blank = order_form(world.entity, "1002", {"product": "", "description": " ", "quantity": "1", "unit_price": ""})
    assert supervisor.post("/orders/add", blank).status_code == 302
    assert stored(session, "1002").items == []


def test_an_item_is_a_product_or_words(supervisor, world, products):
    response = supervisor.post("/orders/add", order_form(world.entity, "1001", {"quantity": "2", "unit_price": "5"}))
    assert refused(response)["items-0-product"] == "Escolha um produto ou descreva o item."
    gone = order_form(world.entity, "1001", {"product": products["P-03"].id, "quantity": "2", "unit_price": "5"})
    assert "items-0-product" in refused(supervisor.post("/orders/add", gone))


def test_all_refusals_are_told_at_once(supervisor, world):
    form = order_form(world.entity, "", {"description": "Queijo", "quantity": "-1", "unit_price": "5"}, entity="",
                      ordered_on="0001-01-01")
    assert set(refused(supervisor.post("/orders/add", form))) >= {"entity", "number", "ordered_on", "items-0-quantity"}


def test_a_number_is_taken_once_in_a_company(order, supervisor, session, world):
    response = supervisor.post("/orders/add", order_form(world.second_entity, " 1001 ", total="1,00"))
    assert response.status_code == 409
    assert refused(response)["number"] == "Já existe um pedido com este número."
    assert 'value="1,00"' in response.text


@pytest.mark.req("B-29")
def test_an_order_of_an_entity_of_another_company_is_impossible(supervisor, session, world, actor):
    response = supervisor.post("/orders/add", order_form(world.other_entity))
    assert response.status_code == 422
    assert "entity" in refused(response)

    from app.errors import Invalid
    from app.services import orders
    from tests.support.clock import NOON

    with pytest.raises(Invalid) as refusal:
        orders.create(session, {"entity": world.other_entity.id, "number": "1", "ordered_on": NOON.date()}, actor=actor,
                      now=NOON)
    assert refusal.value.field == "entity"
    made = orders.create(session, {"entity": world.entity.id, "company_id": world.other_company.id, "number": "1",
                                   "ordered_on": NOON.date()}, actor=actor, now=NOON)
    assert made.company_id == world.company.id
    session.rollback()


@pytest.mark.req("B-29")
def test_orders_of_another_company_do_not_exist(order, make_user, sign_in, world):
    stranger = sign_in(make_user("zoe", "Supervisor", companies=[world.other_company]))
    assert stranger.get(f"/orders/show/{order.id}").status_code == 404
    assert stranger.get(f"/orders/edit/{order.id}").status_code == 404
    assert stranger.post(f"/orders/delete/{order.id}").status_code == 404
    assert "1001" not in text(stranger.get("/orders/list/"))
    assert stranger.get("/lookup/order?q=1001").json["results"] == []


@pytest.mark.req("B-29")
def test_an_attendant_reads_and_does_not_write(order, attendant, session):
    assert "R$ 3.106,40" in text(attendant.get(f"/orders/show/{order.id}"))
    assert attendant.get("/orders/add").status_code == 403
    assert attendant.post(f"/orders/delete/{order.id}").status_code == 403
    assert "/orders/edit" not in attendant.get(f"/orders/show/{order.id}").text
    assert "/orders/import" not in attendant.get("/orders/list/").text


def test_a_stale_save_shows_both_values(order, supervisor, session, world):
    form = order_form(world.entity, "1001", total="5,00", notes="Primeira", version=order.version)
    assert supervisor.post(f"/orders/edit/{order.id}", form).status_code == 302
    response = supervisor.post(f"/orders/edit/{order.id}", {**form, "notes": "Segunda"})
    assert response.status_code == 409
    assert "Valor gravado agora: Primeira" in response.text


# ---- invoices

def invoice_form(entity, number="20417", **more) -> dict:
    return {"entity": entity.id, "order": "", "number": number, "series": "1", "access_key": "", "total": "10,00",
            "issued_on": "2026-03-11", **more}


def issued(session, number) -> Invoice:
    session.expire_all()
    return session.scalar(select(Invoice).where(Invoice.number == number))


@pytest.mark.req("S-23")
def test_an_invoice_of_an_order_with_its_access_key(order, supervisor, session, world):
    page = supervisor.get(f"/invoices/add?entity={world.entity.id}&order={order.id}")
    assert f'<option value="{order.id}" selected>1001</option>' in page.text
    form = invoice_form(world.entity, "000.020.417", order=order.id, access_key=access_keys.shown(KEY), series="001")
    response = supervisor.post("/invoices/add", form)
    assert response.status_code == 302, refused(response)
    invoice = issued(session, "20417")
    assert (invoice.order_id, invoice.series, invoice.access_key, invoice.company_id) == (
        order.id, "1", KEY, world.company.id)
    page = text(supervisor.get(f"/invoices/show/{invoice.id}"))
    assert access_keys.shown(KEY) in page
    assert "20417/1" in text(supervisor.get(f"/orders/show/{order.id}"))


@pytest.mark.req("S-23")
@pytest.mark.parametrize(("key", "words"), [
    (KEY[:-1] + "1", "dígito verificador"), (KEY[:20] + "9" + KEY[21:], "dígito verificador"), (KEY[:-1], "44 dígitos"),
    ("A" * 44, "só dígitos"), (KEY[:2] + "X" + KEY[3:], "só dígitos")])
def test_a_wrong_access_key_says_what_is_wrong(supervisor, session, world, key, words):
    response = supervisor.post("/invoices/add", invoice_form(world.entity, access_key=key))
    assert response.status_code == 422
    assert words in refused(response)["access_key"]
    assert issued(session, "20417") is None


def test_the_key_of_a_company_whose_cnpj_has_letters_is_read(supervisor, session, world):
    form = invoice_form(world.entity, access_key=KEY_WITH_LETTERS.lower())
    assert supervisor.post("/invoices/add", form).status_code == 302
    assert issued(session, "20417").access_key == KEY_WITH_LETTERS


@pytest.mark.req("S-23")
def test_the_order_of_an_invoice_is_of_the_same_entity(order, supervisor, session, world, actor):
    response = supervisor.post("/invoices/add", invoice_form(world.second_entity, order=order.id))
    assert response.status_code == 422
    assert "order" in refused(response)

    from app.errors import DomainError
    from app.services import invoices
    from tests.support.clock import NOON

    values = {"entity": world.second_entity.id, "order": order.id, "number": "1", "issued_on": NOON.date()}
    with pytest.raises(DomainError) as refusal:
        invoices.create(session, values, actor=actor, now=NOON)
    assert refusal.value.field == "order"
    session.rollback()
    assert issued(session, "1") is None


@pytest.mark.req("S-23")
def test_the_entity_of_an_invoice_or_an_invoiced_order_cannot_leave_the_other_behind(order, supervisor, session, world):
    assert supervisor.post("/invoices/add", invoice_form(world.entity, order=order.id)).status_code == 302
    invoice = issued(session, "20417")
    moved = invoice_form(world.second_entity, order=order.id, version=invoice.version)
    assert "order" in refused(supervisor.post(f"/invoices/edit/{invoice.id}", moved))
    moved = order_form(world.second_entity, "1001", total="1", version=order.version)
    response = supervisor.post(f"/orders/edit/{order.id}", moved)
    assert "entity" in refused(response)
    assert supervisor.post(f"/orders/delete/{order.id}").status_code == 409
    session.expire_all()
    assert session.get(Invoice, invoice.id).order_id == order.id


@pytest.mark.req("S-23")
def test_an_invoice_is_registered_once(supervisor, session, world):
    assert supervisor.post("/invoices/add", invoice_form(world.entity, access_key=KEY)).status_code == 302
    again = supervisor.post("/invoices/add", invoice_form(world.second_entity, "020417"))
    assert again.status_code == 409
    assert refused(again)["number"] == "Já existe uma nota com este número e série."
    assert supervisor.post("/invoices/add", invoice_form(world.entity, series="2")).status_code == 302
    key = supervisor.post("/invoices/add", invoice_form(world.entity, "5", access_key=KEY))
    assert refused(key)["access_key"] == "Já existe uma nota com esta chave de acesso."
    negative = supervisor.post("/invoices/add", invoice_form(world.entity, "6", total="-1,00"))
    assert refused(negative)["total"] == "O valor não pode ser negativo."


def test_orders_and_invoices_are_deleted_one_after_the_other(order, supervisor, session, world):
    assert supervisor.post("/invoices/add", invoice_form(world.entity, order=order.id)).status_code == 302
    pk = issued(session, "20417").id
    assert supervisor.post(f"/invoices/delete/{pk}").status_code == 302
    assert supervisor.post(f"/orders/delete/{order.id}").status_code == 302
    assert stored(session, "1001") is None
