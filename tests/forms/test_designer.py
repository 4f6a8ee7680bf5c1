"""The designer's way to the server: a form saved as JSON with what was typed, refusals by place, previews, copies."""
import html
import json
import re

import pytest
from sqlalchemy import select

from app.models.custom_form import CustomForm
from app.models.log import LogEntry

from .conftest import document

pytestmark = pytest.mark.req("B-20", "M-82", "M-88")
HOME = "/settings/forms"


def given(page) -> dict:
    """The document that the designer begins with."""
    return json.loads(html.unescape(re.search(r"data-document='([^']*)'", page.text)[1]))


def test_the_list_says_where_a_form_is_used_and_how_many_fields_it_has(configurator, act, form):
    act("menu", "create", {"name": "Visitas", "form": form})
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": form})
    act("form", "create", {"name": "Contrato", "fields": [], "active": False})
    page = configurator.get(f"{HOME}/list/")
    table = page.text.split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr>.*?</tr>", table, re.S)]
    assert ["Contrato" in row and "Inativo" in row and "Ainda em lugar nenhum" in row for row in rows] == [True, False]
    assert "|4|" in rows[1]
    assert "Menu: Visitas; Pessoas: Imóvel" in rows[1]
    assert configurator.get(f"{HOME}/").location == f"{HOME}/list/"
    found = configurator.get(f"{HOME}/list/?_flt_0_name=visita&_flt_0_active=y")
    assert "Contrato" not in found.text.split("<tbody>")[1]


def test_a_new_form_is_saved_with_what_was_typed_in_portuguese(session, configurator):
    assert given(configurator.get(f"{HOME}/add"))["fields"] == []
    answer = configurator.post(f"{HOME}/add", json={
        "name": "Leitura", "help": "", "active": True, "sections": [{"key": "s1", "title": "Consumo"}], "fields": [
            {"ref": 1, "name": "Consumo", "type": "decimal", "minimum": "0", "maximum": "1.000,50", "default": "12,5",
             "section": "s1"},
            {"ref": 2, "name": "Valor", "type": "money", "default": "R$ 1.234,56"},
            {"ref": 3, "name": "Lida em", "type": "date", "minimum": "01/02/2026", "default": "today"},
            {"ref": 4, "name": "Hora", "type": "datetime", "maximum": "31/12/2026 18:00"},
            {"ref": 5, "name": "Código", "type": "text", "minimum": "3", "shown_if": {"field": 1, "in": ["12,50"]}}]})
    assert answer.status_code == 200, answer.text
    form = session.scalar(select(CustomForm))
    assert answer.json["location"] == f"{HOME}/edit/{form.id}"
    fields = {each.key: each for each in form.fields}
    assert (fields["consumo"].minimum, fields["consumo"].maximum, fields["consumo"].default) == ("0", "1000.5", "12.5")
    assert fields["valor"].default == "1234.56"
    assert (fields["lida_em"].minimum, fields["lida_em"].default) == ("2026-02-01", "today")
    assert fields["hora"].maximum == "2026-12-31T21:00:00+00:00"
    assert (fields["codigo"].minimum, fields["codigo"].shown_if) == (3, {"field": "consumo", "in": ["12.5"]})
    back = given(configurator.get(answer.json["location"]))
    assert back == answer.json["document"]
    assert [back["fields"][0][name] for name in ("minimum", "maximum", "default")] == ["0", "1.000,5", "12,5"]
    assert back["fields"][3]["maximum"] == "31/12/2026 18:00"
    assert back["fields"][4]["shown_if"]["in"] == ["12,5"]
    assert configurator.post(answer.json["location"], json=back).status_code == 200
    session.expire_all()
    assert session.get(CustomForm, form.id).version == back["version"]  # what is sent back unchanged changes nothing


def test_refusals_come_back_by_place_in_portuguese(session, configurator):
    answer = configurator.post(f"{HOME}/add", json={"name": "", "fields": [
        {"name": "A", "type": "integer", "minimum": "dez"}, {"name": "a", "type": "text", "pattern": "("},
        {"name": "B", "type": "choice", "options": [{"label": ""}]}]})
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"name", "fields.0.minimum", "fields.1.name", "fields.1.pattern",
                                          "fields.2.options.0.label"}
    assert answer.json["fields"]["fields.1.name"] == "Já existe um campo com este nome."
    assert session.scalar(select(CustomForm.id)) is None
    assert configurator.post(f"{HOME}/add", json=[1]).status_code == 400


@pytest.mark.parametrize(("pattern", "said"), [
    ("(a+", "falta um “)”, em “(a+”"), ("[a", "falta um “]”, em “[a”"), ("*a", "não há o que repetir, em “*”"),
    ("(?=a)", "depois de “(?” vem algo que não é aceito"), ("a**", "há duas repetições seguidas"),
    ("[z-a]", "um intervalo de caracteres está invertido"), ("\\q", "“\\” está antes de algo")])
def test_an_expression_that_is_not_understood_says_why_in_words(configurator, pattern, said):
    answer = configurator.post(f"{HOME}/add", json={"name": "X", "fields": [
        {"name": "A", "type": "text", "pattern": pattern}]})
    assert answer.status_code == 422
    words = answer.json["fields"]["fields.0.pattern"]
    assert said in words
    assert "b'" not in words


def test_an_amount_stands_in_its_box_with_its_cents(configurator):
    answer = configurator.post(f"{HOME}/add", json={"name": "X", "fields": [
        {"name": "Valor", "type": "money", "default": "1.234,50", "minimum": "1"},
        {"name": "Metros", "type": "decimal", "default": "1.234,50"}]})
    money, metres = answer.json["document"]["fields"]
    assert (money["default"], money["minimum"], metres["default"]) == ("1.234,50", "1,00", "1.234,5")


@pytest.mark.req("M-88")
def test_a_form_that_is_switched_off_says_what_goes_out_of_sight(session, act, configurator, form, roles_of):
    act("menu", "create", {"name": "Visitas", "form": form, "roles": roles_of("Attendant", "Supervisor")})
    act("menu", "create", {"name": "Antigo", "form": form, "active": False})
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": form})
    page = html.unescape(configurator.get(f"{HOME}/edit/{form.id}").text)
    what = "o menu “Visitas”, de 2 perfis; os campos de “Imóvel” no cadastro de pessoas"
    assert f"Salvo como inativo, deixa de aparecer: {what}. O que já foi registrado fica guardado." in page
    now = given(configurator.get(f"{HOME}/edit/{form.id}"))
    assert configurator.post(f"{HOME}/edit/{form.id}", json={**now, "help": "Outra"}).json["said"] is None
    now = given(configurator.get(f"{HOME}/edit/{form.id}"))
    answer = configurator.post(f"{HOME}/edit/{form.id}", json={**now, "active": False})
    assert answer.json["said"] == f"Formulário salvo e inativo. Não aparece mais: {what}."
    assert "deixa de aparecer" not in configurator.get(f"{HOME}/add").text


def test_a_field_with_values_says_what_types_it_may_have(configurator, act, form, record):
    def asked(key):
        return configurator.get(f"{HOME}/{form.id}/type-of/{key}")
    assert asked("vazamentos").json["stays"] is None
    record(form, {"vazamentos": 3, "observacoes": "Vaza"})
    assert asked("vazamentos").json == {
        "stays": "Este campo tem valores: só pode virar Número decimal, Valor em reais.",
        "into": ["decimal", "integer", "money"]}
    assert asked("observacoes").json["into"] == ["long_text"]
    assert asked("observacoes").json["stays"]
    assert asked("categoria_do_imovel").json["stays"] is None
    assert asked("nada").status_code == 404


def test_a_form_is_duplicated_from_the_list(configurator, supervisor, form):
    page = configurator.get(f"{HOME}/list/").text
    assert f'href="{HOME}/add?copy={form.id}"' in page
    assert "add?copy=" not in supervisor.get(f"{HOME}/list/").text


def test_a_stale_form_is_refused_with_what_is_stored_now(configurator, act, form):
    mine = given(configurator.get(f"{HOME}/edit/{form.id}"))
    theirs = document(form)
    theirs["fields"].append({"name": "Do colega", "type": "text"})
    act("form", "update", form.id, theirs)
    answer = configurator.post(f"{HOME}/edit/{form.id}", json=mine)
    assert answer.status_code == 409
    assert answer.json["document"]["fields"][-1]["name"] == "Do colega"
    again = {**mine, "version": answer.json["document"]["version"],
             "fields": [*mine["fields"], answer.json["document"]["fields"][-1]]}
    assert configurator.post(f"{HOME}/edit/{form.id}", json=again).status_code == 200


def test_the_preview_draws_what_is_not_right_yet_and_says_the_variables(session, configurator, form):
    answer = configurator.post(f"{HOME}/preview", json={
        "id": form.id, "name": "", "sections": [{"key": "s", "title": "Seção <1>"}], "fields": [
            {"id": form.fields[0].id, "name": "Outro nome", "type": "text", "required": True, "section": "s"},
            {"name": "Nº da ligação", "type": "long_text", "help": "Ajuda & mais"}, {"name": "", "type": "integer"},
            {"name": "Escolha", "type": "choice", "options": [{"label": "Um"}, {"label": ""}]},
            {"name": "Retirado", "type": "text", "active": False}, {"name": "Arquivo", "type": "attachment"},
            {"name": "Quem", "type": "person"}]})
    assert answer.status_code == 200
    assert answer.json["keys"][:4] == ["no_da_ligacao", "no_da_ligacao_2", "field", "escolha"]
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.json["html"]))
    assert "Seção &lt;1&gt;" in answer.json["html"]
    assert "Ajuda & mais" in text
    assert "(sem nome)" in text
    assert "Retirado" not in text
    session.expire_all()
    assert session.get(CustomForm, form.id).fields[0].name == "Nº da ligação"


def test_the_preview_shows_a_form_whose_rule_is_broken_and_says_why(configurator, form):
    """A field that others depend on is retired: the form is drawn all the same, and the problem told."""
    given_now = given(configurator.get(f"{HOME}/edit/{form.id}"))
    given_now["fields"] = [{**each, "ref": place} for place, each in enumerate(given_now["fields"], 1)]
    leaks, notes = given_now["fields"][2:]
    leaks["active"] = False
    notes["shown_if"] = {"field": leaks["ref"], "filled": True}  # as the page sends it
    answer = configurator.post(f"{HOME}/preview", json=given_now)
    assert answer.status_code == 200
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.json["html"]))
    assert "“Observações”, mostrado somente se: Depende de “Vazamentos”, que não está mais em uso." in text
    assert "x_observacoes" in answer.json["html"]
    assert "x_vazamentos" not in answer.json["html"]
    refused = configurator.post(f"{HOME}/edit/{form.id}", json=given_now)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["fields.3.shown_if"])


@pytest.mark.parametrize("rule", [
    {"field": 99, "filled": True}, {"field": "vazamentos", "in": ["dez"]}, {"field": "observacoes", "filled": True},
    {"field": 4, "filled": True}, {"field": None, "in": []}, {"field": "vazamentos", "in": []}],
    ids=["nowhere", "no-number", "itself", "itself-by-mark", "nothing", "no-value"])
def test_no_rule_that_is_being_written_breaks_the_preview(configurator, form, rule):
    now = given(configurator.get(f"{HOME}/edit/{form.id}"))
    now["fields"] = [{**each, "ref": place} for place, each in enumerate(now["fields"], 1)]
    now["fields"][3]["shown_if"] = rule
    answer = configurator.post(f"{HOME}/preview", json=now)
    assert answer.status_code == 200
    assert "mostrado somente se" in answer.json["html"]
    assert "x_observacoes" in answer.json["html"]


def test_a_copy_has_variables_of_its_own_and_rules_that_follow(session, act, configurator, form):
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": form})
    copy = given(configurator.get(f"{HOME}/add?copy={form.id}"))
    assert copy["name"] == "Visita técnica (cópia)"
    answer = configurator.post(f"{HOME}/add", json=copy)
    assert answer.status_code == 200, answer.text
    made = session.get(CustomForm, answer.json["document"]["id"])
    assert [each.key for each in made.fields] == [
        "no_da_ligacao_2", "categoria_do_imovel_2", "vazamentos_2", "observacoes_2"]
    assert made.fields[3].shown_if == {"field": "vazamentos_2", "filled": True}
    assert [each["value"] for each in made.fields[1].options] == ["residencial", "comercial", "publica"]
    act("data", "create", {"name": "Outro", "target": "entity", "form": made.id})


def test_a_form_in_use_is_not_deleted_from_the_list(configurator, act, form):
    act("menu", "create", {"name": "Visitas", "form": form})
    answer = configurator.post(f"{HOME}/delete/{form.id}")
    assert answer.status_code == 409
    assert "Há menus que usam este formulário: “Visitas”." in html.unescape(answer.text)
    assert f'<meta name="address" content="{HOME}/list/">' in answer.text  # what is read again is no deletion
    unused = act("form", "create", {"name": "Outro", "fields": []})
    assert configurator.post(f"{HOME}/delete/{unused}").status_code == 302


def test_who_only_reads_sees_the_form_and_no_designer(supervisor, form, make_user, world, sign_in):
    page = supervisor.get(f"{HOME}/show/{form.id}")
    assert page.status_code == 200
    for words in ("categoria_do_imovel", "Lista", "Vazamentos", "Prévia"):
        assert words in page.text
    assert supervisor.get(f"{HOME}/{form.id}/look").status_code == 200
    for address in (f"{HOME}/add", f"{HOME}/edit/{form.id}"):
        assert supervisor.get(address).status_code == 403
        assert supervisor.post(address, json={"name": "X"}).status_code == 403
    assert supervisor.post(f"{HOME}/preview", json={}).status_code == 403
    attendant = sign_in(make_user("ana", "Attendant", companies=[world.company]))
    assert attendant.get(f"{HOME}/list/").status_code == 403


@pytest.mark.req("G-03")
def test_the_log_says_of_each_field_what_changed_of_it(session, act, configurator, form, supervisor):
    changed = document(form)
    changed["fields"][0]["required"] = False
    changed["fields"][1]["options"][0]["active"] = False
    changed["fields"][2] |= {"name": "Vazamentos vistos", "section": "local"}
    changed["fields"].append({"name": "Foto", "type": "attachment"})
    changed["fields"] = [changed["fields"][3], *changed["fields"][:3], changed["fields"][4]]
    act("form", "update", form.id, changed)
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "custom_form", LogEntry.seq == 2))
    assert set(entry.changes) == {"order", "field.no_da_ligacao", "field.categoria_do_imovel", "field.vazamentos",
                                  "field.foto"}
    page = supervisor.get(f"/logs/custom_form/{form.id}")
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))
    for words in ("Campo vazamentos", "Seção: Resultado", "Vazamentos vistos", "Obrigatório: Sim", "Obrigatório: Não",
                  "(Residencial) / Comercial / Pública", "Campo foto", "Tipo: Anexo", "Ordem dos campos"):
        assert words in text, f"{words}: {text}"
