"""The tabs "Configuração" and "Campos pessoa": kept by configurators, the secret shown to nobody (M-76, M-77, M-78)."""
import re

import pytest
from sqlalchemy import select

from app.models.custom_field import CustomField
from app.models.external_service import ExternalService
from app.models.log import LogEntry
from app.secrets_at_rest import unseal
from tests.support.forms import placed

from .conftest import CPF, error_at, lines

TABS = r'<a href="(/settings/[a-z-]*/?)"[^>]*>([^<]+)</a>'
SECRET = "segredo-do-erp"


def stored(session):
    session.expire_all()
    return session.scalar(select(ExternalService))


@pytest.mark.req("M-76")
def test_settings_open_from_the_avatar_for_who_configures_and_for_nobody_else(make_user, sign_in, world, keeper):
    page = keeper.get("/settings/").text
    assert re.search(r'b-me-menu.*?href="/settings/"', page, re.DOTALL)
    tabs = dict(re.findall(TABS, page))
    assert (tabs["/settings/service/"], tabs["/settings/person-fields/"]) == ("Configuração", "Campos pessoa")
    outsider = sign_in(make_user("atual", "Attendant", companies=[world.company]))
    assert 'href="/settings/"' not in outsider.get("/entities/list/").text
    for path in ("/settings/", "/settings/service/", "/settings/person-fields/"):
        assert outsider.get(path).status_code in (302, 403)
        assert "Serviço externo" not in outsider.get(path, follow_redirects=True).text


@pytest.mark.req("M-76", "M-77", "M-78")
def test_a_supervisor_reads_and_keeps_nothing(make_user, sign_in, world, service, posted, session):
    reader = sign_in(make_user("sonia", "Supervisor", companies=[world.company]))
    page = reader.get("/settings/service/").text
    assert "/clientes/{document}" in page
    assert "<form" not in page.split('id="service-title"')[1]
    assert "cliente.nome" in reader.get("/settings/person-fields/").text
    for path, sent in (("/settings/service/", posted(name="Outro")), ("/settings/person-fields/", lines({})),
                       ("/settings/service/test", {"sample_document": CPF})):
        assert reader.post(path, sent).status_code in (302, 403)
    assert stored(session).name == "ERP"


@pytest.mark.req("M-77")
def test_the_connection_data_are_saved_and_the_secret_is_shown_nowhere(saved, keeper, session, app, inside, logged):
    made = saved(headers="Accept-Language: pt-BR\nX-Loja: 7", seconds="9")
    assert (made.name, made.method, made.auth, made.seconds, made.active) == ("ERP", "GET", "bearer", 9, True)
    assert made.headers == [["Accept-Language", "pt-BR"], ["X-Loja", "7"]]
    assert SECRET not in made.secret
    assert unseal(made.secret, app.config["ENCRYPTION_KEYS"]) == SECRET
    page = keeper.get("/settings/service/").text
    log_page = keeper.get(f"/logs/external_service/{made.id}").text
    assert "X-Loja: 7" in page
    assert "Segredo" in log_page
    for text in (page, log_page, str(logged("external_service", "create"))):
        assert SECRET not in text
        assert made.secret not in text
    assert "X-Loja" in str(logged("external_service", "create"))  # its value may be somebody's key
    assert "'7'" not in str(logged("external_service", "create"))


@pytest.mark.req("M-77")
def test_a_blank_secret_stays_and_another_one_or_none_takes_its_place(saved, session, app, inside, logged):
    keys, first = app.config["ENCRYPTION_KEYS"], saved().secret
    assert saved(secret="", seconds="3").secret == first
    assert unseal(saved(secret="outro segredo").secret, keys) == "outro segredo"
    assert saved(auth="none", secret="").secret is None
    changes = [change.get("secret") for change in logged("external_service", "update")]
    assert changes == [None, ["***", "*** (2)"], ["***", None]]


@pytest.mark.req("M-77")
def test_a_secret_does_not_go_along_to_another_host(saved, keeper, posted, session, inside):
    made = saved()
    answer = keeper.post("/settings/service/", posted(
        version=str(made.version), secret="", url="https://colhe.example.net/{document}"))
    assert answer.status_code == 422
    assert error_at(answer.text, "secret") == "O endereço leva a outro servidor: digite o segredo de novo."
    tested = keeper.post("/settings/service/test", posted(
        secret="", url="https://colhe.example.net/{document}", sample_document=CPF))
    assert tested.json["errors"]["secret"] == ["O endereço leva a outro servidor: digite o segredo de novo."]
    assert stored(session).url == made.url


@pytest.mark.req("M-77")
@pytest.mark.parametrize(("change", "field", "said"), [
    ({"url": ""}, "url", "Este campo é obrigatório."),
    ({"url": "ftp://erp.example.com/{document}"}, "url", "Informe um endereço que comece com https:// ou http://."),
    ({"url": "https://user:pw@erp.example.com/{document}"}, "url", "comece com https://"),
    ({"url": "https://erp.example.com:99999/{document}"}, "url", "comece com https://"),
    ({"url": "https://{document}.example.com/"}, "url", "as variáveis vêm depois"),
    ({"url": "https://erp.example.com/{cpf}"}, "url", "Não existe a variável {cpf}"),
    ({"url": "https://erp.example.com/"}, "url", "Diga onde entra a pessoa"),
    ({"url": "http://erp.example.com/{document}"}, "url", "Com autenticação, o endereço deve começar com https://."),
    ({"url": "https://127.0.0.1/{document}"}, "url", "rede privada"),
    ({"url": "https://[::1]/{document}"}, "url", "rede privada"),
    ({"url": "https://localhost/{document}"}, "url", "rede privada"),
    ({"url": "https://169.254.169.254/{document}"}, "url", "rede privada"),
    ({"name": " "}, "name", "Este campo é obrigatório."),
    ({"secret": ""}, "secret", "Este campo é obrigatório."),
    ({"auth": "basic"}, "username", "Este campo é obrigatório."),
    ({"auth": "header", "key_header": "X API"}, "key_header", "Digite o nome do cabeçalho"),
    ({"auth": "header", "key_header": "Host"}, "key_header", "é definido pelo sistema"),
    ({"headers": "Authorization: Bearer x"}, "headers", "use a autenticação acima"),
    ({"headers": "sem dois pontos"}, "headers", "Não é um cabeçalho"),
    ({"headers": "Content-Length: 3"}, "headers", "é definido pelo sistema"),
    ({"seconds": "16"}, "seconds", "15"), ({"seconds": "0"}, "seconds", "1"), ({"seconds": "x"}, "seconds", ""),
    ({"body": '{"cpf": "{document}"}'}, "body", "Um GET não envia corpo"),
    ({"method": "POST", "body": "{cpf: {document}}"}, "body", "Nem JSON nem XML"),
    ({"method": "DELETE"}, "method", ""), ({"auth": "digest"}, "auth", ""),
])
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(keeper, posted, session, change, field, said):
    sent = {"url": "https://erp.example.com/{document}", **change}
    answer = keeper.post("/settings/service/", posted(**sent))
    assert answer.status_code == 422
    assert said in error_at(answer.text, field)
    assert error_at(answer.text, field)
    assert "Accept-Language: pt-BR" in answer.text or "headers" in change
    assert SECRET not in answer.text
    assert stored(session) is None


@pytest.mark.req("M-77")
def test_of_two_who_save_at_once_the_second_is_told(saved, keeper, posted, session, inside):
    version = str(saved().version)
    saved(seconds="3")
    answer = keeper.post("/settings/service/", posted(version=version, seconds="4"))
    assert answer.status_code == 409
    assert "Outra pessoa alterou isto" in answer.text
    fresh = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert keeper.post("/settings/service/", posted(version=fresh, seconds="4")).status_code == 302
    assert stored(session).seconds == 4


@pytest.mark.req("M-78")
def test_variables_are_mapped_to_fields_and_a_field_is_filled_by_one_alone(service, keeper, session, logged):
    assert {row.variable: row.person_field for row in service.mappings}["cliente.nome"] == "name"
    wrong = keeper.post("/settings/person-fields/", {"version": str(service.version), **lines(
        [("cliente.nome", "name"), ("cliente.apelido", "name"), ("a..b", "email"), ("", "phone"), ("cliente.x", "")])})
    assert wrong.status_code == 422
    assert error_at(wrong.text, "mappings-0-person_field") == ""
    assert error_at(wrong.text, "mappings-1-person_field") == "Este campo já é preenchido por outra variável."
    assert "Não é uma variável" in error_at(wrong.text, "mappings-2-variable")
    assert error_at(wrong.text, "mappings-3-variable") == "Este campo é obrigatório."
    assert error_at(wrong.text, "mappings-4-person_field") == "Este campo é obrigatório."
    assert 'value="cliente.apelido"' in wrong.text
    assert len(stored(session).mappings) == 7
    assert "cliente.nome" in str(logged("external_service", "update"))


@pytest.mark.req("M-78")
def test_two_lines_may_change_places(service, keeper, session):
    swapped = keeper.post("/settings/person-fields/", {"version": str(service.version), **lines(
        {"cliente.email": "name", "cliente.nome": "email", "cliente.nascimento": "birth_date"})})
    assert swapped.status_code == 302, swapped.text
    assert {row.person_field: row.variable for row in stored(session).mappings} == {
        "name": "cliente.email", "email": "cliente.nome", "birth_date": "cliente.nascimento"}
    page = keeper.get(f"/logs/external_service/{service.id}").text
    assert "Data de nascimento" in page


@pytest.mark.req("M-78")
def test_configurators_fields_are_offered_and_others_are_no_choice(service, keeper, session, seeding):
    with seeding():
        session.add_all(placed("entity", CustomField(key="card", name="Carteirinha")))
    page = keeper.get("/settings/person-fields/").text
    groups = dict(re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page.partition("<template")[2]))
    assert list(groups) == ["Cadastro de pessoa", "Dados personalizados: Dados do cadastro"]
    own, added = groups.values()
    assert (">Carteirinha</option>" in own, ">CPF/CNPJ</option>" in own) == (False, True)
    assert added == '<option value="x_card">Carteirinha</option>'
    sent = {"version": str(service.version), **lines({"cliente.cartao": "x_card"})}
    assert keeper.post("/settings/person-fields/", sent).status_code == 302
    assert [row.person_field for row in stored(session).mappings] == ["x_card"]
    version = str(stored(session).version)
    refused = keeper.post("/settings/person-fields/", {"version": version, **lines({"cliente.nome": "company_id"})})
    assert refused.status_code == 422


@pytest.mark.req("M-78")
def test_without_a_service_there_is_nothing_to_map_yet(keeper):
    page = keeper.get("/settings/person-fields/").text
    assert "Ainda não há serviço externo" in page
    assert keeper.post("/settings/person-fields/", lines({"a": "name"})).status_code == 404


@pytest.mark.req("M-77")
def test_the_test_shows_the_answer_and_stands_in_the_log(service, keeper, posted, system, logged):
    answer = keeper.post("/settings/service/test", {"sample_document": CPF})
    assert (answer.json["ok"], answer.json["status"]) == (True, 200)
    lines_ = {each["path"]: each["value"] for each in answer.json["tree"]}
    assert lines_["cliente.nome"] == "Ana Lúcia Conceição"
    assert lines_["enderecos[0].logradouro"] == "Rua das Acácias"
    assert answer.headers["Cache-Control"] == "no-store"
    method, path, headers, _body = system.asked[0]
    assert (method, path) == ("GET", "/clientes/39053344705")
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Accept-Language"] == "pt-BR"
    assert logged("external_service", "test") == [{"document": [None, "•••.533.447-••"]}]
    typed = posted(method="POST", url=f"{system.url}/busca", auth="basic", username="ana", secret="x y",
                   body='{"filtro": {"cpf": "{document}", "fone": "{phone}"}}', sample_document=CPF,
                   sample_phone="(35) 99871-2045")
    assert keeper.post("/settings/service/test", typed).json["ok"]
    method, path, headers, body = system.asked[1]
    assert (method, path, headers["Authorization"]) == ("POST", "/busca", "Basic YW5hOnggeQ==")
    assert body == b'{"filtro": {"cpf": "39053344705", "fone": "35998712045"}}'


@pytest.mark.req("M-77")
def test_a_service_that_repeats_what_it_is_sent_does_not_show_the_secret(service, keeper, system):
    system.answer = (200, {"headers": {"auth": f"Bearer {SECRET}"}, "list": [[SECRET]]})
    shown = keeper.post("/settings/service/test", {"sample_document": CPF}).text
    assert SECRET not in shown
    system.answer = (500, f"<h1>{SECRET}</h1>".encode())
    told = keeper.post("/settings/service/test", {"sample_document": CPF})
    assert told.json["words"] == "HTTP 500. O serviço respondeu com um erro."
    assert "<h1>•••</h1>" in told.json["text"]


@pytest.mark.req("M-77")
def test_a_wrong_sample_is_refused_at_its_box_and_nothing_leaves(service, keeper, system, session):
    answer = keeper.post("/settings/service/test", {"sample_document": "390.533.447-00"})
    assert (answer.status_code, answer.json["errors"]) == (422, {"document": ["CPF ou CNPJ inválido."]})
    assert "document" in keeper.post("/settings/service/test", {"sample_phone": "35 99871-2045"}).json["errors"]
    assert system.asked == []
    assert session.scalar(select(LogEntry.id).where(LogEntry.action == "test")) is None
