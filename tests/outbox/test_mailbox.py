"""The page "Caixa de saída": who sees it, what it shows, and "Reenviar"."""
import re

import pytest

from app.models.outbox import Outbox
from app.views.mailbox import with_links
from tests.support.clock import MINUTE, NOON


@pytest.fixture
def mail(session, seeding, world):
    """`mail(subject, state=…)` writes a message that is simply there and returns its id."""
    numbers = iter(range(100))

    def write(subject="Nova senha", state="due", **values):
        n = next(numbers)
        with seeding():
            message = Outbox(**{
                "key": f"k{n}", "kind": "email", "attendance_id": world.attendance.id,
                "recipient": f"p{n}@example.com", "subject": subject, "body": "Olá",
                "state": state, "attempts": 8 if state == "dead" else 0, "due_at": NOON,
                "created_at": NOON + n * MINUTE, "error": "550 no such user" if state == "dead" else None, **values})
            session.add(message)
        return message.id
    return write


@pytest.fixture
def supervisor(sign_in, make_user, world):
    return sign_in(make_user("sueli", "Supervisor", companies=[world.company]))


@pytest.fixture
def demo(app, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)


def test_the_short_address_leads_to_the_list_newest_first(supervisor, mail):
    mail("Primeira"), mail("Segunda", state="dead")
    page = supervisor.get(supervisor.get("/mailbox/").location)
    assert page.status_code == 200
    assert "Caixa de saída" in page.text
    assert page.text.index("Segunda") < page.text.index("Primeira")
    for text in ("p1@example.com", "Falhou", "550 no such user", "Aguardando"):
        assert text in page.text


def test_the_list_is_read_by_key_page_after_page(supervisor, mail):
    for n in range(30):
        mail(f"Assunto {n:02}")
    first = supervisor.get("/mailbox/list/?psize_MailboxView=10").text
    assert re.findall(r"Assunto \d\d", first)[0] == "Assunto 29"
    onward = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert "Assunto 19" in supervisor.get(onward).text


def test_the_list_is_filtered_by_state(supervisor, mail):
    mail("Viva"), mail("Morta", state="dead")
    page = supervisor.get("/mailbox/list/?_flt_0_state=dead").text
    assert "Morta" in page
    assert "Viva" not in page


def test_who_may_not_read_the_outbox_does_not(sign_in, make_user, world, mail, client):
    pk = mail("Segredo")
    attendant = sign_in(make_user("atila", "Attendant", companies=[world.company]))
    for address in ("/mailbox/list/", f"/mailbox/show/{pk}"):
        page = attendant.get(address)
        assert page.status_code in (302, 403)
        assert "Segredo" not in page.text
        assert client().get(address).status_code in (302, 401)
    assert attendant.post(f"/mailbox/resend/{pk}").status_code in (302, 403)


def test_the_page_says_why_nothing_leaves(supervisor, mail, app, monkeypatch):
    pk = mail()
    warning = "Nenhum servidor de e-mail está configurado (SMTP_URL)"
    assert warning in supervisor.get("/mailbox/list/").text
    assert warning in supervisor.get(f"/mailbox/show/{pk}").text
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://mail.example.com")
    assert warning not in supervisor.get("/mailbox/list/").text


def test_text_is_escaped_and_only_our_links_can_be_clicked(supervisor, mail, app):
    ours = app.config["PUBLIC_URL"]
    pk = mail(subject="<i>x</i>", body=f"<script>alert(1)</script>\nAqui: {ours}/reset/abc?x=1&y=2.\n"
              f"Não aqui: https://evil.example/a nem {ours}.evil.example/b javascript:alert(1)")
    page = supervisor.get(f"/mailbox/show/{pk}").text
    text = page[page.index('class="b-said"'):]
    text = text[:text.index("</p>")]
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert re.findall(r'href="([^"]+)"', text) == [f"{ours}/reset/abc?x=1&amp;y=2"]
    assert "<i>x</i>" not in page


@pytest.mark.parametrize(("text", "links"), [
    ("http://d.example", ["http://d.example"]), ("http://d.example.", ["http://d.example"]),
    ("(http://d.example/a)", ["http://d.example/a"]), ("http://d.example:81/a", []), ("http://d.examplecom", []),
    ("http://d.example@evil.example/", []), ("http://d.example.evil.example", []), ("http://d.example-x.example/", []),
    ("http://d.example/a http://d.example/b", ["http://d.example/a", "http://d.example/b"])])
def test_what_counts_as_a_link_of_this_installation(text, links):
    pieces = with_links(text, "http://d.example")
    assert [piece for piece, is_link in pieces if is_link] == links
    assert "".join(piece for piece, _ in pieces) == text


def test_in_a_real_installation_a_link_that_opens_an_account_is_not_shown(supervisor, mail):
    pk = mail(body="http://127.0.0.1:8080/reset/segredo", payload={"confidential": True})
    page = supervisor.get(f"/mailbox/show/{pk}").text
    assert "segredo" not in page
    assert "O texto é só para o destinatário" in page


def test_in_the_demo_the_mailed_link_can_be_followed(supervisor, mail, app, demo):
    link = app.config["PUBLIC_URL"] + "/reset/abc"
    pk = mail(body=f"Aqui: {link}", state="sent", payload={"confidential": True, "transport": "demo"})
    page = supervisor.get(f"/mailbox/show/{pk}").text
    assert f'<a href="{link}">' in page
    assert "nada saiu desta máquina" in page


@pytest.mark.req("B-05")
def test_a_failed_message_is_sent_again_from_its_page(supervisor, mail, session):
    pk = mail(state="dead")
    assert "Reenviar" in supervisor.get(f"/mailbox/show/{pk}").text
    answer = supervisor.post(f"/mailbox/resend/{pk}")
    assert (answer.status_code, answer.location) == (302, f"/mailbox/show/{pk}")
    assert session.get(Outbox, pk).state == "due"
    page = supervisor.get(f"/mailbox/show/{pk}").text
    assert "Reenviar" not in page
    assert "A mensagem será enviada de novo." in page


def test_sending_again_what_did_not_fail_is_refused_in_words(supervisor, mail, session):
    pk = mail(state="sent")
    page = supervisor.post(f"/mailbox/resend/{pk}")
    assert page.status_code == 409
    assert "Só uma mensagem que falhou em definitivo pode ser reenviada." in page.text
    assert session.get(Outbox, pk).state == "sent"


def test_sending_again_by_a_link_without_token_is_refused(supervisor, mail, session):
    pk = mail(state="dead")
    assert supervisor.post(f"/mailbox/resend/{pk}", csrf=False).status_code == 400
    assert supervisor.get(f"/mailbox/resend/{pk}").status_code == 405
    assert session.get(Outbox, pk).state == "dead"


def test_a_message_that_is_not_there_is_404(supervisor):
    assert supervisor.get("/mailbox/show/999999").status_code == 404
    assert supervisor.post("/mailbox/resend/999999").status_code == 404


def test_nobody_writes_a_message_by_hand(supervisor, mail):
    pk = mail()
    for method, address in (("GET", "/mailbox/add"), ("GET", f"/mailbox/edit/{pk}"), ("POST", f"/mailbox/delete/{pk}")):
        assert supervisor.open(method, address).status_code in (400, 404, 405)


def test_mail_to_the_people_of_another_company_is_not_there(supervisor, mail, make_user, world):
    make_user("far", "Attendant", companies=[world.other_company], contact_email="far@example.com")
    make_user("near", "Attendant", companies=[world.company], contact_email="near@example.com")
    far = mail("Da Verde", recipient="far@example.com", attendance_id=None)
    mail("Da Azul", recipient="near@example.com", attendance_id=None)
    page = supervisor.get("/mailbox/list/").text
    assert "Da Azul" in page
    assert "Da Verde" not in page
    assert supervisor.get(f"/mailbox/show/{far}").status_code == 404
