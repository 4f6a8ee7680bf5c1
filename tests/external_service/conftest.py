"""A configurator and an attendant, another system on this machine, and a service that leads to it."""
import re
from html import unescape
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.extensions import limiter
from app.models.external_service import ExternalService
from app.models.log import LogEntry
from app.services.service_answers import GUARD
from tests.support.other_system import OtherSystem

CPF = "390.533.447-05"
MAPPING = {
    "cliente.nome": "name", "cliente.nascimento": "birth_date", "cliente.email": "email",
    "enderecos[0].logradouro": "street", "enderecos[0].uf": "state", "enderecos[0].cep": "cep",
    "telefones[0]": "phone"}


@pytest.fixture(autouse=True)
def fresh_guard(app):
    """What one test made fail, or asked often, is not held against the next."""
    GUARD.reset()
    with app.app_context():
        limiter.reset()


@pytest.fixture
def system():
    made = OtherSystem()
    yield made
    made.close()


@pytest.fixture
def inside(app, monkeypatch):
    """The installation allows addresses of its own network."""
    monkeypatch.setitem(app.config, "WEBHOOK_ALLOW_PRIVATE", True)


@pytest.fixture
def keeper(make_user, sign_in, world):
    return sign_in(make_user("cleo", "Configurator", companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user("renata", "Attendant", companies=[world.company]))


@pytest.fixture
def posted(system):
    """`posted(**changes)`: the form of "Configuração" as it is posted."""
    def make(**changes):
        typed = {"name": "ERP", "url": f"{system.url}/clientes/{{document}}", "method": "GET", "body": "",
                 "auth": "bearer", "username": "", "key_header": "X-API-Key", "secret": "segredo-do-erp",
                 "headers": "Accept-Language: pt-BR", "seconds": "2", "active": "y", **changes}
        return {name: value for name, value in typed.items() if value is not None}
    return make


@pytest.fixture
def saved(keeper, posted, session):
    """`saved(**changes)` saves the connection data by the screen and answers the stored service."""
    def save(**changes):
        stored = session.scalar(select(ExternalService))
        version = {} if stored is None else {"version": str(stored.version)}
        answer = keeper.post("/settings/service/", {**posted(**changes), **version})
        assert answer.status_code == 302, re.findall(r'help-block b-refusal"[^>]*>([^<]+)<', answer.text)
        session.expire_all()
        return session.scalar(select(ExternalService))
    return save


@pytest.fixture
def service(saved, keeper, session, inside):
    """An active service that leads to `system`, mapped by the screen."""
    made = saved()
    answer = keeper.post("/settings/person-fields/", {"version": str(made.version), **lines(MAPPING)})
    assert answer.status_code == 302, answer.text
    session.expire_all()
    return made


@pytest.fixture
def ask(attendant):
    """`ask(document=…)`: what the form of a person asks, as the attendant; .json, .status, and the notices in one."""
    def look_up(browser=attendant, **given):
        answer = browser.post("/person-service/look-up", json={"document": CPF, **given})
        body = answer.get_json(silent=True) or {}
        return SimpleNamespace(status=answer.status_code, json=body, told=" ".join(body.get("notices", [])),
                               values={each["name"]: each["value"] for each in body.get("values", [])}, answer=answer)
    return look_up


@pytest.fixture
def logged(session):
    """`logged("external_service", "lookup")`: the changes of each such entry."""
    def find(target, action):
        session.expire_all()
        return [{name: change[:2] for name, change in entry.changes.items()} for entry in session.scalars(
            select(LogEntry).where(LogEntry.target == target, LogEntry.action == action).order_by(LogEntry.seq))]
    return find


def lines(mapping):
    """The posted rows of "Campos pessoa": {variable: field} or [(variable, field)]."""
    pairs = mapping.items() if isinstance(mapping, dict) else mapping
    return {f"mappings-{place}-{name}": value for place, pair in enumerate(pairs)
            for name, value in zip(("variable", "person_field"), pair, strict=True)}


def error_at(page, field):
    """The refusal that stands at a field of a page, or ""."""
    found = re.search(rf'id="{re.escape(field)}-err"[^>]*>([^<]*)<', page)
    return unescape(found[1]).strip() if found else ""
