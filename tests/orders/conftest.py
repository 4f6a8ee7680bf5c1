"""People who keep orders and people who read them, a few products, and forms as a browser posts them."""
import re

import pytest

from app.models.product import Product
from app.security.permissions import ATTENDANT, SUPERVISOR


@pytest.fixture
def supervisor(make_user, sign_in, world):
    """A browser of a supervisor of Azul, who keeps orders."""
    return sign_in(make_user("sue", SUPERVISOR, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    """A browser of an attendant of Azul, who reads them."""
    return sign_in(make_user("ana", ATTENDANT, companies=[world.company]))


@pytest.fixture
def actor(make_user, viewer_for, world):
    """A supervisor of Azul as services know him."""
    return viewer_for(make_user("actor", SUPERVISOR, companies=[world.company]))


@pytest.fixture
def products(session, seeding):
    """{code: product}; P-03 is no longer offered."""
    with seeding():
        rows = [Product(code="P-01", name="Queijo minas padrão"), Product(code="P-02", name="Manteiga com sal"),
                Product(code="P-03", name="Coalhada antiga", active=False)]
        session.add_all(rows)
    return {row.code: row for row in rows}


def items(*rows) -> dict:
    """Posted fields of the items of an order."""
    return {f"items-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}


def order_form(of, number="1001", *rows, **more) -> dict:
    return {"entity": of.id, "number": number, "ordered_on": "2026-03-10", "state": "open", "total": "", "notes": "",
            **items(*rows), **more}


def text(response) -> str:
    """What a person reads of a page, and nothing in its scripts and templates."""
    page = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def refused(response) -> dict[str, str]:
    """{id of the field: what stands under it}."""
    found = re.findall(r'id="([\w-]+)-err"[^>]*>(.*?)</(?:div|span)>', response.text, re.DOTALL)
    return {name: re.sub(r"<[^>]+>|\s+", " ", words).strip() for name, words in found}
