"""A provider sees its own tickets and nothing else by any path (C-02, C-28); blocked menus are not there (C-03)."""
import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.database import utc_now
from app.models.attachment import Attachment
from app.models.identity import LoginAttempt, LoginThrottle
from app.models.provider_ticket import Message
from app.models.web_menu import WebMenu, WebMenuRule
from app.security import throttle
from tests.support import samples

from .conftest import hold, key_of, post


@pytest.fixture
def ticket(open_ticket, browser, session):
    """A ticket of Pedro's with a file."""
    ticket = open_ticket(title="Segredo da clínica")
    address = f"/portal/tickets/{ticket.attendance.address}"
    key = key_of(browser.get(address))
    hold(browser, key, "laudo.pdf", samples.PDF)
    post(browser, address, {"message": "Laudo", "request_key": key})
    session.refresh(ticket)
    return ticket


def denied(session):
    return session.execute(select(LoginAttempt.username, LoginAttempt.asked, LoginAttempt.via).where(
        LoginAttempt.outcome == "denied").order_by(LoginAttempt.id)).all()


@pytest.mark.req("C-02", "C-28")
def test_forged_ids_are_not_there_and_stand_in_the_security_log(ticket, stranger, session):
    file = session.scalars(select(Attachment.id)).one()
    protocol, pk = ticket.attendance.protocol, ticket.attendance_id
    asked = [f"/portal/tickets/{protocol}", f"/portal/tickets/id-{pk}", f"/portal/tickets/{protocol}/opened",
             f"/portal/files/{file}"]
    for address in asked:
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "Segredo" not in answer.text
    assert stranger.post(f"/portal/tickets/{protocol}", {"message": "Oi", "request_key": "a" * 32}).status_code == 404
    assert denied(session) == [*(("alheio", f"GET {address}", "page") for address in asked),
                               ("alheio", f"POST /portal/tickets/{protocol}", "page")]
    assert len(session.scalars(select(Message)).all()) == 2


@pytest.mark.req("C-02")
@pytest.mark.parametrize("address", [
    "/attendances/{protocol}", "/attendances/id-{pk}", "/attachments/{file}", "/attendances/", "/search?q={protocol}",
    "/logs/attendance/{pk}", "/notes/{pk}", "/entities/show/{entity}", "/attendances/entity/{entity}"])
def test_no_page_of_the_back_office_opens_for_a_provider(ticket, browser, session, world, address):
    file = session.scalars(select(Attachment.id)).one()
    answer = browser.get(address.format(protocol=ticket.attendance.protocol, pk=ticket.attendance_id, file=file,
                                        entity=world.entity.id))
    assert answer.status_code in (403, 404)
    assert len(denied(session)) == 1


@pytest.mark.req("C-02")
def test_lists_searches_and_the_palette_show_nothing_of_others(ticket, stranger, browser):
    assert "Segredo" in browser.get("/portal/open").text
    for address in ("/portal/", "/portal/open", "/portal/closed?q=segredo", "/portal/attendances",
                    f"/search/palette?q={ticket.attendance.protocol}", "/search/palette?q=segredo"):
        answer = stranger.get(address)
        assert answer.status_code == 200
        assert "Segredo" not in answer.text
        assert ticket.attendance.protocol not in answer.text.replace("?q=" + ticket.attendance.protocol, "")


@pytest.mark.req("C-02")
@pytest.mark.parametrize("address", ["attendances", "attendances/{protocol}", "persons?q=ana",
                                     "attendances/{protocol}/attachments/{file}"])
def test_rest_gives_a_provider_nothing_of_the_desk(ticket, api, session, address):
    file = session.scalars(select(Attachment.id)).one()
    answer = api("pedro").get("/api/v1/" + address.format(protocol=ticket.attendance.protocol, file=file))
    assert answer.status_code in (403, 404)
    assert denied(session)[-1].via == "rest"


@pytest.mark.req("C-02")
def test_who_tries_out_numbers_does_not_fill_the_security_log(ticket, stranger, browser, session, seeding):
    user_id = session.scalar(select(User.id).where(User.username == "alheio"))
    with seeding():  # of this window, all but two are used up
        session.add(LoginThrottle(key=f"denied:{user_id}", tries=throttle.LIMITS["denied"] - 2,
                                  window_started_at=utc_now()))
    for number in range(6):
        assert stranger.get(f"/portal/tickets/9{number}").status_code == 404, "the answer is the same as ever"
    noted = session.execute(select(LoginAttempt.outcome, LoginAttempt.asked).where(
        LoginAttempt.username == "alheio", LoginAttempt.asked != "").order_by(LoginAttempt.id)).all()
    assert noted == [("denied", "GET /portal/tickets/90"), ("denied", "GET /portal/tickets/91"),
                     ("limited", "GET /portal/tickets/92")]
    assert browser.get("/portal/tickets/93").status_code == 404
    assert denied(session)[-1] == ("pedro", "GET /portal/tickets/93", "page"), "each has a limit of his own"
    with seeding():
        session.execute(update(LoginThrottle).values(window_started_at=utc_now() - throttle.WINDOW))
    stranger.get("/portal/tickets/94")
    assert denied(session)[-1] == ("alheio", "GET /portal/tickets/94", "page"), "the next window is new"


def test_a_member_of_staff_who_errs_is_not_in_the_security_log(sign_in, desk, session):
    assert sign_in(desk.ana).get("/attendances/0000").status_code == 404
    assert denied(session) == []


def test_who_reads_the_security_log_sees_what_was_asked_for(ticket, stranger, sign_in, make_user):
    stranger.get("/portal/files/1234567")
    page = sign_in(make_user("chefe", "Admin")).get("/security-log/list/").text
    assert "Acesso negado" in page
    assert "GET /portal/files/1234567" in page


@pytest.mark.req("C-03", "C-04")
@pytest.mark.parametrize("rule", ["all", "profile", "user"])
def test_a_blocked_menu_is_gone_at_the_next_page_and_back_when_released(ticket, browser, session, seeding, desk, rule):
    assert "Novo contato" in browser.get("/portal/").text
    menu = session.scalar(select(WebMenu).where(WebMenu.code == "fale_conosco")) or WebMenu(code="fale_conosco")
    with seeding():
        session.add(menu)
        menu.released = rule != "all"
        if rule != "all":
            who = {"role": desk.pedro.roles[0]} if rule == "profile" else {"user": desk.pedro}
            menu.rules.append(WebMenuRule(released=False, **who))
    file = session.scalars(select(Attachment.id)).one()
    home = browser.get("/portal/")
    assert home.status_code == 200
    assert "Novo contato" not in home.text
    assert "Fale conosco" not in home.text
    for address in ("/portal/new", "/portal/open", "/portal/closed", f"/portal/files/{file}",
                    f"/portal/tickets/{ticket.attendance.protocol}"):
        page = browser.get(address)
        assert page.status_code == 404
        assert "não está liberado" in page.text
    typed = post(browser, "/portal/new", {"title": "Glosa da guia 4711", "action": "save"})
    assert typed.status_code == 404
    assert "Glosa da guia 4711" in typed.text, "what was typed before it was blocked can be copied"
    with seeding():
        menu.released = True
        menu.rules.clear()
    assert "Novo contato" in browser.get("/portal/").text


@pytest.mark.req("M-04", "M-97")
def test_other_attendances_of_the_provider_are_on_a_page_of_their_own(browser, world, seeding, session, ticket):
    from tests.support.world import add_attendance

    with seeding():
        add_attendance(session, world, world.provider, protocol="2026000777", title="Visita ao balcão")
    page = browser.get("/portal/attendances").text
    assert "2026000777" in page
    assert "Segredo da clínica" not in page  # its conversation is in "Fale conosco", to which the page leads
    assert 'href="/portal/open"' in page
    assert 'href="/portal/closed"' in page


def test_an_address_that_no_browser_would_send_is_noted_too(stranger, session):
    assert stranger.get("/portal/tickets/0%00%0A1").status_code == 404
    assert denied(session) == [("alheio", "GET /portal/tickets/0%00%0A1", "page")]
