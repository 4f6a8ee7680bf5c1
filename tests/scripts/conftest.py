"""People of two departments of Azul, and what is written for each."""
import pytest

from app.models.script import Script
from app.security.permissions import ATTENDANT, CONFIGURATOR


@pytest.fixture
def scripts(session, seeding, world):
    """{key: script}: of the department of the attendant, of the one above it, of a neighbour, and one switched off."""
    from app.models.company import Department

    with seeding():
        beside = Department(name="Logística", company=world.company)
        rows = {
            "own": Script(title="Cobrança em atraso", body="Olá, {{primeiro_nome}}.\nÉ sobre a <b>fatura</b>.",
                          departments=[world.child_department], position=2),
            "above": Script(title="Saudação", body="Bom dia, aqui é {{atendente}}.", departments=[world.department],
                            position=1),
            "beside": Script(title="Entrega", body="Qual é o CEP?", departments=[beside]),
            "other": Script(title="Da Verde", body="Segredo", departments=[world.other_department]),
            "off": Script(title="Antiga", body="Não use", departments=[world.child_department], active=False)}
        session.add_all(rows.values())
    session.flush()
    return rows


@pytest.fixture
def attendant(make_user, sign_in, world):
    """A browser of an attendant of "Cobrança", which is inside "Financeiro"."""
    return sign_in(make_user("ana", ATTENDANT, companies=[world.company], department=world.child_department))


@pytest.fixture
def configurator(make_user, sign_in, world):
    """A browser of who keeps scripts in Azul."""
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))
