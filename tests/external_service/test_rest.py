"""The external service kept, tried and asked over REST, as on the screens: the secret shown to nobody."""
import pytest
from sqlalchemy import select

from app.models.custom_field import CustomField
from app.models.external_service import ExternalService
from app.secrets_at_rest import unseal
from app.security.permissions import Perm
from tests.support.forms import placed
from tests.support.other_system import ANA

from .conftest import CPF, MAPPING

URL, LOOK_UP, SECRET = "/api/v1/external-service", "/api/v1/persons/look-up", "segredo-do-erp"


@pytest.fixture
def keeping(make_user, api, world):
    """A configurator's caller."""
    return api(make_user("cora", "Configurator", companies=[world.company]))


@pytest.fixture
def asking(make_user, api, world):
    """An attendant's caller."""
    return api(make_user("rita", "Attendant", companies=[world.company]))


@pytest.fixture
def sent(system):
    """`sent(**changes)`: the whole of a service as it is put."""
    def make(**changes):
        whole = {"name": "ERP", "url": f"{system.url}/clientes/{{document}}", "auth": "bearer", "secret": SECRET,
                 "headers": [{"name": "Accept-Language", "value": "pt-BR"}], "seconds": 2, **changes}
        return {name: value for name, value in whole.items() if value is not ...}
    return make


@pytest.fixture
def kept(keeping, sent, inside):
    """`kept(**changes)`: the service put and mapped; what the last answer told."""
    def keep(mapping=MAPPING, **changes):
        put = keeping.put(URL, sent(**changes))
        assert put.status_code == 200, put.text
        mapped = keeping.put(f"{URL}/person-fields", {"version": put.json["version"], "mappings": rows(mapping)})
        assert mapped.status_code == 200, mapped.text
        return mapped.json
    return keep


def rows(mapping) -> list[dict]:
    pairs = mapping.items() if isinstance(mapping, dict) else mapping
    return [{"variable": variable, "person_field": name} for variable, name in pairs]


def stored(session) -> ExternalService:
    session.expire_all()
    return session.scalar(select(ExternalService))


def fields(answer) -> dict:
    assert answer.status_code == 422, answer.text
    return answer.json["error"]["fields"]


# ---- kept

@pytest.mark.req("M-77", "B-30")
def test_it_is_put_read_and_changed_and_its_secret_is_never_shown(keeping, sent, session, app, inside, logged):
    assert keeping.get(URL).status_code == 404
    assert keeping.patch(URL, {"version": 1, "seconds": 3}).status_code == 404
    assert keeping.put(URL, sent(version=1)).status_code == 404, "what was read is gone"
    made = keeping.put(URL, sent())
    assert made.status_code == 200, made.text
    assert {name: made.json[name] for name in ("name", "method", "auth", "seconds", "active", "has_secret")} == {
        "name": "ERP", "method": "GET", "auth": "bearer", "seconds": 2, "active": True, "has_secret": True}
    assert made.json["headers"] == [{"name": "Accept-Language", "value": "pt-BR"}]
    assert {"person_field": "name", "label": "NOME/RAZÃO SOCIAL"} in made.json["offered"]
    assert keeping.get(URL).json == made.json
    changed = keeping.patch(URL, {"version": made.json["version"], "seconds": 9})
    assert (changed.json["seconds"], changed.json["headers"]) == (9, made.json["headers"])
    service = stored(session)
    assert unseal(service.secret, app.config["ENCRYPTION_KEYS"]) == SECRET
    for told in (made.text, changed.text, keeping.get(URL).text, str(logged("external_service", "create"))):
        assert SECRET not in told
        assert service.secret not in told


@pytest.mark.req("M-77")
def test_a_secret_that_is_left_out_stays_and_goes_to_no_other_host(keeping, sent, kept, session, app, inside):
    version = kept()["version"]
    whole = keeping.put(URL, sent(secret=..., seconds=4, version=version))
    assert (whole.status_code, whole.json["has_secret"]) == (200, True), whole.text
    moved = {"url": "https://colhe.example.net/{document}"}
    refused = fields(keeping.patch(URL, {"version": whole.json["version"], **moved}))
    assert refused == {"secret": "O endereço leva a outro servidor: digite o segredo de novo."}
    assert fields(keeping.post(f"{URL}/test", {"document": CPF, **moved})) == refused
    another = keeping.patch(URL, {"version": whole.json["version"], "secret": "outro", **moved})
    assert another.status_code == 200
    assert unseal(stored(session).secret, app.config["ENCRYPTION_KEYS"]) == "outro"
    none = keeping.patch(URL, {"version": another.json["version"], "auth": "none"})
    assert none.json["has_secret"] is False


@pytest.mark.req("M-77")
@pytest.mark.parametrize(("change", "field", "said"), [
    ({"url": "ftp://erp.example.com/{document}"}, "url", "https://"),
    ({"url": "https://erp.example.com/{cpf}"}, "url", "Não existe a variável {cpf}"),
    ({"url": "https://127.0.0.1/{document}"}, "url", "rede privada"),
    ({"url": "https://169.254.169.254/{document}"}, "url", "rede privada"),
    ({"url": "http://erp.example.com/{document}"}, "url", "Com autenticação"),
    ({"url": ...}, "url", "obrigatório"), ({"name": " "}, "name", "obrigatório"),
    ({"secret": ...}, "secret", "obrigatório"), ({"auth": "basic"}, "username", "obrigatório"),
    ({"auth": "digest"}, "auth", ""), ({"method": "DELETE"}, "method", ""),
    ({"headers": [{"name": "Authorization", "value": "x"}]}, "headers", "use a autenticação"),
    ({"headers": [{"name": "X"}]}, "headers.0.value", "obrigatório"),
    ({"seconds": 16}, "seconds", "15"), ({"seconds": "5"}, "seconds", ""), ({"seconds": None}, "seconds", ""),
    ({"body": '{"cpf": "{document}"}'}, "body", "Um GET não envia corpo"),
    ({"method": "POST", "body": "{cpf: {document}}"}, "body", "Nem JSON nem XML"),
    ({"secreto": "x"}, "secreto", "")])
def test_what_breaks_a_rule_is_told_at_its_field(keeping, sent, session, change, field, said):
    refused = fields(keeping.put(URL, sent(**{"url": "https://erp.example.com/{document}", **change})))
    assert said in refused[field]
    assert SECRET not in str(refused)
    assert stored(session) is None


@pytest.mark.req("M-77", "M-78")
def test_of_two_who_save_at_once_the_second_is_told(keeping, kept, sent, session):
    version = kept()["version"]
    assert keeping.patch(URL, {"version": version, "seconds": 3}).status_code == 200
    for answer in (keeping.patch(URL, {"version": version, "seconds": 4}), keeping.put(URL, sent(version=version)),
                   keeping.put(f"{URL}/person-fields", {"version": version, "mappings": []})):
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "stale")
    assert list(fields(keeping.put(URL, sent()))) == ["version"]
    assert (stored(session).seconds, len(stored(session).mappings)) == (3, len(MAPPING))


@pytest.mark.req("M-78")
def test_variables_are_mapped_and_a_field_is_filled_by_one_alone(keeping, kept, session, seeding):
    with seeding():
        session.add_all(placed("entity", CustomField(key="card", name="Carteirinha")))
    there = kept()
    assert there["mappings"] == rows(MAPPING)
    assert {"person_field": "x_card", "label": "Carteirinha"} in there["offered"]
    refused = fields(keeping.put(f"{URL}/person-fields", {"version": there["version"], "mappings": rows([
        ("cliente.nome", "name"), ("cliente.apelido", "name"), ("a..b", "email"), ("cliente.x", "company_id")])}))
    assert refused["mappings.1.person_field"] == "Este campo já é preenchido por outra variável."
    assert "Não é uma variável" in refused["mappings.2.variable"]
    assert set(refused) == {"mappings.1.person_field", "mappings.2.variable", "mappings.3.person_field"}
    swapped = keeping.put(f"{URL}/person-fields", {"version": there["version"], "mappings": rows(
        [("cliente.email", "name"), ("cliente.cartao", "x_card")])})
    assert {row["person_field"]: row["variable"] for row in swapped.json["mappings"]} == {
        "name": "cliente.email", "x_card": "cliente.cartao"}


# ---- tried

@pytest.mark.req("M-77")
def test_it_is_tried_as_it_is_stored_or_with_what_is_given(keeping, kept, system, session, logged):
    assert keeping.post(f"{URL}/test", {"document": CPF}).status_code == 404
    kept()
    tried = keeping.post(f"{URL}/test", {"document": CPF}).json
    assert (tried["ok"], tried["status"], tried["text"]) == (True, 200, "")
    assert "O serviço respondeu em" in tried["words"]
    assert {"variable": "cliente.nome", "value": "Ana Lúcia Conceição", "many": None} in tried["variables"]
    assert {"variable": "telefones", "value": None, "many": 1} in tried["variables"]
    system.answer = (401, {})
    other = keeping.post(f"{URL}/test", {"document": CPF, "url": f"{system.url}/outra/{{document}}"}).json
    assert (other["ok"], other["variables"]) == (False, [])
    assert other["words"] == "HTTP 401. O serviço recusou as credenciais."
    assert [path for _method, path, *_rest in system.asked] == ["/clientes/39053344705", "/outra/39053344705"]
    assert "/clientes/" in stored(session).url
    assert list(fields(keeping.post(f"{URL}/test", {"document": "123"}))) == ["document"]
    assert set(fields(keeping.post(f"{URL}/test", {"document": CPF, "seconds": 16, "name": ""}))) == {"seconds", "name"}
    assert list(fields(keeping.post(f"{URL}/test", {"document": CPF, "headers": [{"name": "X"}]}))) == [
        "headers.0.value"]
    assert logged("external_service", "test") == [{"document": [None, "•••.533.447-••"]}] * 2


@pytest.mark.req("M-77", "M-79")
def test_a_secret_that_cannot_be_read_is_told(keeping, asking, kept, app, monkeypatch, system):
    kept()
    monkeypatch.setitem(app.config, "ENCRYPTION_KEYS", ["another-key-than-the-one-it-was-sealed-with"])
    tried = keeping.post(f"{URL}/test", {"document": CPF})
    assert (tried.status_code, tried.json["error"]["message"]) == (
        422, "O segredo não pode mais ser lido: digite-o de novo.")
    assert "avise quem o mantém" in asking.post(LOOK_UP, {"document": CPF}).json["notices"][0]
    assert system.asked == []


# ---- asked

@pytest.mark.req("M-79")
def test_a_person_is_looked_up_as_rest_takes_it(asking, kept, session, seeding, system, logged):
    with seeding():
        session.add_all(placed("entity", CustomField(key="since", name="Cliente desde", type="date"),
                               CustomField(key="vip", name="VIP", type="boolean")))
    kept({**MAPPING, "cliente.cpf": "document", "cliente.desde": "x_since", "cliente.vip": "x_vip"})
    system.answer = (200, {**ANA, "cliente": {**ANA["cliente"], "desde": "02/01/2020", "vip": True}})
    found = asking.post(LOOK_UP, {"document": CPF, "phone": "(35) 99871-2045"})
    assert found.status_code == 200, found.text
    values = {row["person_field"]: row["value"] for row in found.json["values"]}
    assert values == {
        "name": "Ana Lúcia Conceição", "birth_date": "1984-03-12", "email": "ana.lucia@example.com", "document": CPF,
        "street": "Rua das Acácias", "state": "MG", "cep": "37470-000", "phone": "(35) 99871-2045",
        "x_since": "2020-01-02", "x_vip": True}
    assert found.json["notices"] == []
    assert logged("external_service", "lookup") == [{"document": [None, "•••.533.447-••"]}]
    made = asking.post("/api/v1/persons", {
        **{name: values[name] for name in ("name", "document", "phone", "email")},
        "custom_values": {"since": values["x_since"], "vip": values["x_vip"]}})
    assert made.status_code == 201, made.text
    stored_values = asking.get(f"/api/v1/persons/{made.json['id']}").json["custom_values"]
    assert stored_values == {"since": "2020-01-02", "vip": True}


@pytest.mark.req("M-79")
def test_a_person_that_is_there_is_asked_by_the_stored_document_which_stays_hidden(asking, kept, system, world, logged):
    kept({"cliente.nome": "name", "cliente.cpf": "document"})
    found = asking.post(LOOK_UP, {"person_id": world.entity.id}).json
    assert [row["person_field"] for row in found["values"]] == ["name"]
    assert system.asked[0][1] == "/clientes/52998224725"
    assert len(logged("entity", "lookup")) == 1
    assert asking.post(LOOK_UP, {"person_id": world.other_entity.id}).status_code == 404
    assert len(system.asked) == 1


@pytest.mark.req("M-79")
def test_where_the_service_fails_or_lacks_something_a_notice_says_so(asking, kept, system):
    assert asking.post(LOOK_UP, {"document": CPF}).status_code == 409  # there is none
    kept()
    for answer, notice in (((500, {}), "O serviço não respondeu. Preencha à mão."),
                           ((404, {}), "O serviço não conhece esta pessoa. Preencha à mão."),
                           ((200, {"erro": True}), "O serviço não enviou nada para os campos do cadastro.")):
        system.answer = answer
        found = asking.post(LOOK_UP, {"document": CPF})
        assert (found.status_code, found.json["values"]) == (200, [])
        assert found.json["notices"][0].startswith(notice)
    assert list(fields(asking.post(LOOK_UP, {"document": "390.533.447-00"}))) == ["document"]
    assert list(fields(asking.post(LOOK_UP, {}))) == ["document"]


@pytest.mark.req("M-77", "M-79")
def test_an_address_inside_is_asked_by_nobody_unless_the_installation_allows_it(
        keeping, asking, kept, system, app, monkeypatch):
    kept()
    monkeypatch.setitem(app.config, "WEBHOOK_ALLOW_PRIVATE", False)
    assert "rede privada" in keeping.post(f"{URL}/test", {"document": CPF}).json["words"]
    assert asking.post(LOOK_UP, {"document": CPF}).json["values"] == []
    assert system.asked == []


@pytest.mark.req("M-79")
def test_pages_and_rest_count_together_how_often_a_person_asks(asking, kept, sign_in, system):
    kept()
    system.answer = (404, b"")
    browser = sign_in("rita")
    for _ in range(15):
        assert browser.post("/person-service/look-up", json={"document": CPF}).status_code == 200
        assert asking.post(LOOK_UP, {"document": CPF}).status_code == 200
    refused = asking.post(LOOK_UP, {"document": CPF})
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_requests")
    assert "Consultas demais" in refused.json["error"]["message"]
    assert len(system.asked) == 30


# ---- who may

@pytest.mark.req("M-76", "M-77", "B-30")
def test_who_may_on_the_screen_may_over_rest(kept, asking, keeping, make_user, api, world, sent, system):
    version = kept()["version"]
    reader = api(make_user("sonia", "Supervisor", companies=[world.company]))
    assert reader.get(URL).json["name"] == "ERP"
    assert asking.get(URL).status_code == 403
    for caller in (reader, asking):
        assert caller.put(URL, sent(version=version)).status_code == 403
        assert caller.patch(URL, {"version": version, "seconds": 3}).status_code == 403
        assert caller.put(f"{URL}/person-fields", {"version": version, "mappings": []}).status_code == 403
        assert caller.post(f"{URL}/test", {"document": CPF}).status_code == 403
    assert keeping.post(LOOK_UP, {"document": CPF}).status_code == 403
    assert system.asked == []


@pytest.mark.req("M-79", "B-29")
def test_a_document_comes_back_only_to_who_may_see_documents(asking, kept, make_user, seeding):
    kept({"cliente.cpf": "document", "cliente.nome": "name"})
    role = make_user("tmp", "Attendant").roles[0]
    with seeding():
        role.permissions = [each for each in role.permissions
                            if (each.permission.name, each.view_menu.name) != Perm.DOCUMENT_REVEAL.pair]
    found = asking.post(LOOK_UP, {"document": CPF}).json
    assert [row["person_field"] for row in found["values"]] == ["name"]
