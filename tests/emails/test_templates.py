"""Modelos de e-mail: kept by configurators, with variables that are filled once and mean nothing else."""
import pytest
from sqlalchemy import select

from app.models.email_template import EmailTemplate
from app.services.email_templates import VARIABLES, fill
from tests.support.clock import NOON

pytestmark = pytest.mark.req("S-42")


@pytest.fixture
def configurator(sign_in, make_user, world):
    return sign_in(make_user("caio", "Configurator", companies=[world.company]))


def test_a_configurator_keeps_templates(configurator, session):
    answer = configurator.post("/email-templates/add", {
        "name": "Encerramento", "subject": "Encerrado: {{protocolo}}", "body": "Olá, {{ primeiro_nome }}.",
        "active": "y"})
    assert answer.status_code == 302
    row = session.scalar(select(EmailTemplate))
    assert (row.name, row.subject, row.body) == (
        "Encerramento", "Encerrado: {{protocolo}}", "Olá, {{ primeiro_nome }}.")
    assert "Encerramento" in configurator.get("/email-templates/list/").text
    page = configurator.get("/email-templates/add").text
    for name in VARIABLES:
        assert f"{{{{{name}}}}}" in page


@pytest.mark.parametrize("text", [
    "{{senha}}", "{{ config }}", "{{protocolo.__class__}}", "{{}}", "{{7*7}}", "{{protocolo|safe}}", "{{Protocolo}}"])
@pytest.mark.parametrize("field", ["subject", "body"])
def test_a_variable_that_there_is_not_is_refused_at_its_field(configurator, session, text, field):
    typed = {"name": "Errado", "subject": "Assunto", "body": "Corpo", "active": "y", field: f"Olá {text}"}
    answer = configurator.post("/email-templates/add", typed)
    assert answer.status_code == 422
    assert "Não existe a variável" in answer.text
    assert session.scalar(select(EmailTemplate.id)) is None


@pytest.mark.parametrize("text", ["{{protocolo", "protocolo}}", "{{protocolo}"])
def test_braces_that_are_not_closed_are_refused(configurator, session, text):
    answer = configurator.post("/email-templates/add", {"name": "Errado", "subject": "A", "body": text, "active": "y"})
    assert answer.status_code == 422
    assert "Uma variável é escrita entre duas chaves" in answer.text
    assert session.scalar(select(EmailTemplate.id)) is None


def test_an_attendant_reads_templates_and_does_not_change_them(writer, template):
    row = template("Corpo")
    assert writer.browser.get("/email-templates/list/").status_code == 200
    assert writer.browser.post(f"/email-templates/edit/{row.id}", {"name": "x"}).status_code in (302, 403)


def test_a_chosen_template_fills_subject_and_text(writer, template, typed, session, seeding, world):
    row = template("Olá, {{primeiro_nome}} ({{nome}}).\nSeu caso {{titulo}} está {{situacao}} desde {{abertura}}.\n"
                   "Resposta: {{resposta}}\n{{atendente}}, {{empresa}} {{motivo}} {{canal}}")
    with seeding():
        world.attendance.details[0].answer = "Vamos trocar"
    subject, body = typed(writer.post("template", template=str(row.id), body="some").text)
    assert subject == "Seu atendimento 2026000101"
    assert body == ("Olá, Ana (Ana Lúcia Conceição).\nSeu caso Conta com valor errado está Aberto desde 16/03/2026 "
                    "12:00.\nResposta: Vamos trocar\nRenata Teste, Azul Reclamação Telefônico")
    assert writer.mails() == []


def test_every_variable_stands_for_a_text(writer, template, typed):
    row = template(" | ".join(f"{{{{{name}}}}}" for name in VARIABLES))
    _subject, body = typed(writer.post("template", template=str(row.id)).text)
    assert "{{" not in body
    assert body.count("|") == len(VARIABLES) - 1


def test_a_value_is_never_read_as_a_template(writer, template, typed, session, seeding, world):
    with seeding():
        world.attendance.title = "{{atendente}} {{ 7*7 }} {% raw %} %(x)s"
        world.entity.name = "Ana {{empresa}}\r\nBcc: x@example.com"
    row = template("{{titulo}} | {{nome}}", subject="{{nome}} {{titulo}}")
    subject, body = typed(writer.post("template", template=str(row.id)).text)
    assert body.startswith("{{atendente}} {{ 7*7 }} {% raw %} %(x)s | Ana {{empresa}}")
    assert "\n" not in subject
    assert subject.startswith("Ana {{empresa}} Bcc: x@example.com {{atendente}}")


def test_a_template_switched_off_is_not_offered_and_not_used(writer, template, error_at):
    row = template("Corpo", active=False)
    assert "Retorno" not in writer.page()
    answer = writer.post("template", template=str(row.id), body="Fica")
    assert answer.status_code == 422
    assert error_at(answer.text, "template") == "Escolha um modelo."
    assert "Fica" in answer.text


def test_filling_is_one_pass():
    assert fill("{{a}}{{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}}{{a}}"
    assert fill("{{ a }}\nx", {"a": "1\n2"}, one_line=True) == "1 2 x"


def test_a_template_used_long_ago_can_be_deleted(configurator, template, session):
    row = template("Corpo", created_at=NOON)
    assert configurator.post(f"/email-templates/delete/{row.id}").status_code == 302
    assert session.scalar(select(EmailTemplate.id)) is None
