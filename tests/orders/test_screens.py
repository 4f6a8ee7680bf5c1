""""Vendas" and "Notas" of an entity: only its own rows, filters, totals, pages by key, and what is said of none."""
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from app.models.order import Invoice, Order, OrderItem
from tests.support.clock import NOON

from .conftest import text

TODAY = NOON.date()
KEY = "13181017921427000125650010000000309887251170"


def add_order(session, entity, number, *, days=0, total="10.00", state="open", products=()):
    order = Order(company=entity.company, entity=entity, number=number, ordered_on=TODAY - timedelta(days), state=state,
                  total=Decimal(total))
    order.items = [OrderItem(product=product, quantity=Decimal(2), unit_price=Decimal("3.50")) for product in products]
    session.add(order)
    return order


def add_invoice(session, entity, number, *, days=0, total="10.00", **more):
    invoice = Invoice(company=entity.company, entity=entity, number=number, issued_on=TODAY - timedelta(days),
                      total=Decimal(total), **more)
    session.add(invoice)
    return invoice


@pytest.fixture
def bought(session, seeding, world, products):
    """Three orders and two invoices of Ana, one of each of João, one of each of the other company."""
    with seeding():
        first = add_order(session, world.entity, "A-1", days=40, total="1000.00", state="invoiced",
                          products=[products["P-01"], products["P-02"]])
        add_order(session, world.entity, "A-2", days=5, total="234.56")
        add_order(session, world.entity, "A-3", days=1, total="99.99", state="cancelled")
        add_invoice(session, world.entity, "501", days=39, total="1000.00", order=first, access_key=KEY)
        add_invoice(session, world.entity, "502", days=3, total="50.00")
        add_order(session, world.second_entity, "J-1")
        add_invoice(session, world.second_entity, "601")
        add_order(session, world.other_entity, "Z-1")
        add_invoice(session, world.other_entity, "701")
    return first


def numbers(response) -> list[str]:
    """The numbers of orders and invoices on the page, in its order."""
    html = re.sub(r'<nav.*?</nav>|<aside.*?</aside>|="[^"]*"', "", response.text, flags=re.DOTALL)  # no ids in links
    return re.findall(r"\b(?:[AJZ]-\d+|[567]0\d)\b", html)


@pytest.mark.req("S-22", "S-64")
def test_sales_of_an_entity_are_its_own_orders_newest_first_each_with_its_items(bought, attendant, world):
    response = attendant.get(f"/orders/entity/{world.entity.id}")
    shown = text(response)
    assert list(dict.fromkeys(n for n in numbers(response) if n[0] in "AJZ")) == ["A-3", "A-2", "A-1"]
    for words in ("Vendas", "Queijo minas padrão", "R$ 3,50", "R$ 7,00", "R$ 1.000,00", "Cancelado", "Faturado",
                  "Pedidos, sem os cancelados 2 R$ 1.234,56", "501"):
        assert words in shown, words
    assert "Novo pedido" not in shown


@pytest.mark.req("S-22")
def test_who_has_no_order_is_told_so(attendant, supervisor, world):
    page = attendant.get(f"/orders/entity/{world.provider.id}")
    assert "Esta entidade ainda não tem pedidos" in text(page)
    assert "/orders/add" not in page.text
    page = supervisor.get(f"/orders/entity/{world.provider.id}")
    assert f"/orders/add?entity={world.provider.id}&amp;return=/orders/entity/{world.provider.id}" in page.text


@pytest.mark.req("S-22")
def test_an_order_is_added_from_there_and_leads_back(supervisor, world):
    back = f"/orders/entity/{world.entity.id}"
    address = f"/orders/add?entity={world.entity.id}&return={back}"
    page = supervisor.get(address)
    assert f'<option value="{world.entity.id}" selected>Ana Lúcia Conceição</option>' in page.text
    response = supervisor.post(address, {"entity": world.entity.id, "number": "X1", "ordered_on": "2026-03-10",
                                         "state": "open", "total": "1,00"})
    assert (response.status_code, response.location) == (302, back)
    assert "X1" in text(supervisor.get(back))
    evil = supervisor.post("/orders/add?return=//evil.example.com", {
        "entity": world.entity.id, "number": "X2", "ordered_on": "2026-03-10", "state": "open", "total": "1,00"})
    assert evil.location.startswith("/")
    assert not evil.location.startswith("//")


@pytest.mark.req("S-22")
def test_many_orders_come_in_pages_without_a_gap(session, seeding, attendant, world):
    with seeding():
        for number in range(60):
            add_order(session, world.entity, f"N-{number:02}", days=number // 3)
    seen, address = [], f"/orders/entity/{world.entity.id}"
    while address:
        page = attendant.get(address)
        found = re.findall(r'b-mono">(N-\d\d)<', page.text)
        assert len(found) <= 25
        seen += found
        link = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = link and link[1].replace("&amp;", "&")
    assert sorted(seen) == [f"N-{number:02}" for number in range(60)]
    assert len(seen) == 60
    assert attendant.get(f"/orders/entity/{world.entity.id}?after=nonsense").status_code == 400


@pytest.mark.req("S-23")
def test_notes_show_orders_and_invoices_of_the_entity_with_totals(bought, attendant, world):
    response = attendant.get(f"/invoices/entity/{world.entity.id}")
    shown = text(response)
    assert set(numbers(response)) == {"A-1", "A-2", "A-3", "501", "502"}
    for words in ("Pedidos, sem os cancelados 2 R$ 1.234,56", "Notas fiscais 2 R$ 1.050,00", "1318 1017"):
        assert words in shown, words


@pytest.mark.req("S-23")
@pytest.mark.parametrize(("asked", "found"), [
    ({"since": TODAY - timedelta(5)}, {"A-2", "A-3", "502"}),
    ({"until": TODAY - timedelta(39)}, {"A-1", "501"}),
    ({"since": TODAY - timedelta(39), "until": TODAY - timedelta(39)}, {"A-1", "501"}),  # the invoice names its order
    ({"number": "a-2"}, {"A-2"}), ({"number": "000.502"}, {"502"}), ({"number": KEY}, {"A-1", "501"}),
    ({"number": "A-1"}, {"A-1", "501"}), ({"state": "invoiced"}, {"A-1", "501"}), ({"state": "cancelled"}, {"A-3"}),
    ({"number": "%"}, set()), ({"number": "J-1"}, set())])
def test_notes_are_narrowed_by_period_number_and_state(bought, attendant, world, asked, found):
    response = attendant.get(f"/invoices/entity/{world.entity.id}", query_string=asked)
    assert response.status_code == 200
    body = response.text.split("</form>", 1)[1].split("<main", 1)[-1]
    body = re.sub(r'value="[^"]*"', "", body)
    assert set(re.findall(r">(?:\s*)([AJZ]-\d|[567]0\d)(?:/1)?<", body)) == found
    if not found:
        assert "Nenhum pedido encontrado" in text(response)
        assert "Nenhuma nota fiscal encontrada" in text(response)


@pytest.mark.req("S-23")
def test_totals_follow_the_filter(bought, attendant, world):
    page = text(attendant.get(f"/invoices/entity/{world.entity.id}", query_string={"since": TODAY - timedelta(6)}))
    assert "Pedidos, sem os cancelados 1 R$ 234,56" in page
    assert "Notas fiscais 1 R$ 50,00" in page


@pytest.mark.req("S-23")
def test_a_period_that_ends_before_it_begins_is_refused_at_its_field(bought, attendant, world):
    response = attendant.get(f"/invoices/entity/{world.entity.id}?since=2026-03-10&until=2026-03-01&number=A")
    assert response.status_code == 422
    assert "O fim do período é anterior ao início." in text(response)
    assert 'value="10/03/2026"' in response.text
    assert numbers(response) == []
    assert attendant.get(f"/invoices/entity/{world.entity.id}?state=eaten").status_code == 422


@pytest.mark.req("S-23")
def test_who_has_no_invoice_is_told_so(attendant, world):
    shown = text(attendant.get(f"/invoices/entity/{world.provider.id}"))
    assert "Esta entidade ainda não tem pedidos" in shown
    assert "Esta entidade ainda não tem notas fiscais" in shown


@pytest.mark.req("S-22", "S-23", "B-29")
@pytest.mark.parametrize("screen", ["orders", "invoices"])
def test_an_entity_of_another_company_is_not_there_and_nobody_without_the_right_looks(
        bought, attendant, make_user, sign_in, world, screen):
    assert attendant.get(f"/{screen}/entity/{world.other_entity.id}").status_code == 404
    assert attendant.get(f"/{screen}/entity/999999").status_code == 404
    customer = sign_in(make_user("cliente", "Customer", entity=world.entity))
    assert customer.get(f"/{screen}/entity/{world.entity.id}").status_code == 403
    configurator = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    assert configurator.get(f"/{screen}/entity/{world.entity.id}").status_code == 403


@pytest.mark.req("S-22", "S-23", "S-64")
def test_the_record_and_the_entity_lead_to_sales_and_notes(attendant, make_user, sign_in, world):
    sales, notes = f"/orders/entity/{world.entity.id}", f"/invoices/entity/{world.entity.id}"
    record = attendant.get(f"/attendances/{world.attendance.protocol}").text
    toolbar = record.split('role="toolbar"', 1)[1].split("</div>", 1)[0]
    assert toolbar.index("Visualiza atendimentos") < toolbar.index("Vendas") < toolbar.index("Notas")
    here = f"?return=/attendances/{world.attendance.protocol}\""
    assert f'href="{sales}{here}' in toolbar
    assert f'href="{notes}{here}' in toolbar
    footer = record.split("Botões de conclusão", 1)[1].split("</footer>", 1)[0]
    assert f'href="{sales}{here}' in footer
    entity = attendant.get(f"/entities/show/{world.entity.id}").text
    assert f'href="{sales}"' in entity
    assert f'href="{notes}"' in entity
    new = attendant.get(f"/attendances/new?entity={world.entity.id}").text
    assert f'data-leave href="{sales}?return=/attendances/new?entity%3D{world.entity.id}"' in new


@pytest.mark.req("S-22", "S-23")
def test_the_attendance_one_came_from_is_one_click_away_from_every_screen(bought, attendant, world):
    record = f"/attendances/{world.attendance.protocol}"
    for screen in ("orders", "invoices"):
        page = attendant.get(f"/{screen}/entity/{world.entity.id}", query_string={"return": record, "number": "A-1"})
        assert re.search(rf'href="{record}">.*?Voltar ao atendimento', page.text)
        other = "invoices" if screen == "orders" else "orders"
        assert f'href="/{other}/entity/{world.entity.id}?return={record}"' in page.text
    shown = re.search(r'href="(/orders/show/\d+\?return=[^"]+)"', page.text)[1].replace("&amp;", "&")
    order = attendant.get(shown).text
    back = re.search(r'href="(/invoices/entity/[^"]+)"[^>]*>(?:(?!</a>).)*Voltar', order, re.DOTALL)[1]
    assert "Voltar ao atendimento" in attendant.get(back.replace("&amp;", "&")).text
    assert "Voltar ao atendimento" not in attendant.get(f"/orders/entity/{world.entity.id}").text
    evil = attendant.get(f"/orders/entity/{world.entity.id}?return=//evil.example.com").text
    assert 'href="//evil' not in evil
