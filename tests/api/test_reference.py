"""/api/v1/docs speaks the language of who reads it."""
import pytest

from app.api.openapi import WORDS, document
from app.security.permissions import ATTENDANT

pytestmark = pytest.mark.req("G-04")
SAME = {"E-mails", "Logs"}  # in both languages


def words(part, found):
    """Every summary, description and subject of the description of the API."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in WORDS and isinstance(value, str):
                found.add(value)
            elif name == "tags" and isinstance(value, list):
                found.update(value)
            else:
                words(value, found)
    elif isinstance(part, list):
        for each in part:
            words(each, found)
    return found


def test_every_word_of_the_description_is_in_portuguese(app):
    from flask_babel import force_locale

    with app.test_request_context():
        with force_locale("en"):
            english = words(document(), set())
        with force_locale("pt_BR"):
            portuguese = words(document(), set())
    assert len(english) > 150
    assert (english & portuguese) - SAME == set()


def test_the_page_is_in_the_persons_language(sign_in, make_user, world):
    page = sign_in(make_user(None, ATTENDANT, companies=[world.company])).get("/api/v1/docs").text
    assert "Abrir um atendimento" in page
    assert "Open an attendance" not in page
    assert "Substituir um motivo" in page
