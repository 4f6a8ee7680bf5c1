"""An attendant who writes to Ana from her attendance."""
import re
from html import unescape

import pytest
from sqlalchemy import select

from app.models.email_template import EmailTemplate
from app.models.outbox import Outbox


class Writer:
    """The page of one attendance, and how it is posted."""

    def __init__(self, browser, session, attendance):
        self.browser, self.session, self.attendance = browser, session, attendance
        self.path = f"/attendances/{attendance.address}/email"

    def page(self, status=200):
        answer = self.browser.get(self.path)
        assert answer.status_code == status, answer.status_code
        return answer.text

    def post(self, action="send", **changes):
        typed = {"request_key": "k1", "to": "ana@example.com", "subject": "Sobre a troca", "body": "Olá, Ana.",
                 "action": action, **changes}
        return self.browser.post(self.path, {k: v for k, v in typed.items() if v is not None})

    def mails(self):
        self.session.expire_all()
        return list(self.session.scalars(select(Outbox).order_by(Outbox.id)))


@pytest.fixture
def attendant(make_user, world):
    return make_user("renata", "Attendant", companies=[world.company], name="Renata")


@pytest.fixture
def writer(sign_in, attendant, session, world):
    """`writer`: on the attendance of Ana; `writer.of(attendance)`: on another."""
    browser = sign_in(attendant)
    made = Writer(browser, session, world.attendance)
    made.of = lambda attendance: Writer(browser, session, attendance)
    return made


@pytest.fixture
def template(session, seeding):
    """`template("Corpo", subject=…)` writes a template and returns it."""
    def make(body, subject="Seu atendimento {{protocolo}}", name="Retorno", **values):
        with seeding():
            row = EmailTemplate(name=name, subject=subject, body=body, **values)
            session.add(row)
        return row
    return make


@pytest.fixture
def error_at():
    """`error_at(page, "subject")`: the refusal that stands at a field, or ""."""
    def find(page, field):
        found = re.search(rf'id="{field}-err"[^>]*>([^<]*)<', page)
        return unescape(found[1]).strip() if found else ""
    return find


@pytest.fixture
def typed():
    """`typed(page)`: (subject, body) as they stand in the boxes."""
    def boxes(page):
        subject = re.search(r'<input[^>]*name="subject"[^>]*value="([^"]*)"', page)
        body = re.search(r'<textarea[^>]*name="body"[^>]*>\r?\n?(.*?)</textarea>', page, re.S)
        return unescape(subject[1]), unescape(body[1]).replace("\r\n", "\n")
    return boxes
