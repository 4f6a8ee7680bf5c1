"""Forms put on persons and attendances, one searchable field of each type, and values to tell their owners apart."""
from types import SimpleNamespace

import pytest

from app.models.custom_field import CustomField
from tests.support.forms import placed

OPTIONS = [{"value": "a", "label": "Água"}, {"value": "b", "label": "Brejo"}, {"value": "c", "label": "Cais"}]
# type -> (value of the first owner, value of the second one)
HELD = {
    "text": ("Çarteira 10", "carteira 100"), "long_text": ("um\ndois", "três"), "integer": (-7, 12),
    "decimal": ("1.5", "10.25"), "money": ("1234.50", "99.00"), "date": ("2026-01-31", "2026-02-01"),
    "datetime": ("2026-02-01T01:30:00+00:00", "2026-02-01T03:30:00+00:00"), "boolean": (True, False),
    "choice": ("a", "b"), "choices": (["a", "b"], ["c"]), "cpf_cnpj": ("39053344705", "11222333000181"),
    "phone": ("+5511987654321", "+551133334444"), "email": ("Ana@exemplo.com", "bruno@exemplo.com"),
    "url": ("https://exemplo.com/a", "https://exemplo.com/b")}


@pytest.fixture
def put(session, seeding):
    """`put("entity", CustomField(…), …)`: a form with these fields stands there."""
    def act(target, *fields, **values):
        with seeding():
            session.add_all(placed(target, *fields, **values))
        return fields
    return act


@pytest.fixture
def one_of_each(put):
    """`one_of_each("attendance")`: a searchable field of every type but files and persons, its key the type."""
    def act(target):
        put(target, *(CustomField(key=kind, name=f"Campo {kind}", type=kind, searchable=True, in_list=True,
                                  options=OPTIONS if kind.startswith("choice") else []) for kind in HELD))
        return SimpleNamespace(first={kind: pair[0] for kind, pair in HELD.items()},
                               second={kind: pair[1] for kind, pair in HELD.items()})
    return act


@pytest.fixture
def staff(make_user, world):
    """`staff("ana", "Attendant")`: a user of Azul."""
    return lambda name="ana", *roles, **more: make_user(name, *(roles or ("Attendant",)), companies=[world.company],
                                                        **more)
