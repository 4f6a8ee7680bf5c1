"""A form saved as one document: keys that stay, and every rule that it must keep, each refusal at its place."""
import pytest
from sqlalchemy import select

from app.errors import Conflict, DomainError, Forbidden, Stale
from app.lowcode import fields
from app.models.custom_field import CustomField, FieldType
from app.models.custom_form import CustomForm
from app.queries.catalogue import catalogue
from app.security.viewer import SYSTEM
from app.services import custom_values, field_filling

from .conftest import VISIT, document, refusals

pytestmark = pytest.mark.req("B-20", "M-82", "M-88")


def field(name="Campo", kind="text", **values):
    return {"name": name, "type": kind, **values}


def refused(act, *fields, **more):
    with pytest.raises(DomainError) as raised:
        act("form", "create", {"name": "F", "fields": list(fields), **more})
    return refusals(raised)


def test_a_form_is_saved_whole_with_keys_and_codes_made_from_labels(session, form):
    assert form.slug == "visita-tecnica"
    assert [each.key for each in form.fields] == ["no_da_ligacao", "categoria_do_imovel", "vazamentos", "observacoes"]
    assert [each["value"] for each in form.fields[1].options] == ["residencial", "comercial", "publica"]
    spec = catalogue(session).by_slug["visita-tecnica"]
    assert [(title, [each.key for each in fields]) for title, fields in spec.parts] == [
        ("Local", ["no_da_ligacao", "categoria_do_imovel"]), ("Resultado", ["vazamentos", "observacoes"])]


def test_what_is_saved_unchanged_changes_nothing(session, act, form):
    version = form.version
    act("form", "update", form.id, document(form), version=version)
    assert session.get(CustomForm, form.id).version == version


def test_a_label_changes_and_the_variable_stays(session, act, form):
    changed = document(form)
    changed["fields"][0]["name"] = "Número da ligação"
    changed["fields"].reverse()
    act("form", "update", form.id, changed, version=form.version)
    form = session.get(CustomForm, form.id)
    assert [(each.key, each.name) for each in form.fields][-1] == ("no_da_ligacao", "Número da ligação")
    assert [each.position for each in form.fields] == [1, 2, 3, 4]
    changed["fields"][0]["key"] = "outra"
    with pytest.raises(DomainError) as raised:
        act("form", "update", form.id, changed)
    assert list(refusals(raised)) == ["fields.0.key"]


def test_a_new_field_gets_a_key_that_nobody_has(session, act, form):
    changed = document(form)
    changed["fields"].append(field("Vazamentos (foto)", "attachment"))
    changed["fields"].append(field("Vazamentos!", "text", key="vazamentos_2"))
    changed["fields"].append(field("Vazamentos?", "text"))
    act("form", "update", form.id, changed)
    keys = [each.key for each in session.get(CustomForm, form.id).fields]
    assert keys[4:] == ["vazamentos_foto", "vazamentos_2", "vazamentos_3"]


def test_somebody_else_saved_in_between(act, form):
    changed, version = document(form), form.version
    changed["fields"][0]["required"] = False
    act("form", "update", form.id, changed, version=version)
    with pytest.raises(Stale):
        act("form", "update", form.id, changed, version=version)


def test_two_fields_of_one_name_or_key_are_refused(act):
    told = refused(act, field("Observação"), field(" observaçao "), field("Outra", active=False), field("Outra"))
    assert told == {"fields.1.name": "Já existe um campo com este nome."}
    both = refused(act, field("A", key="a"), field("B", key="a"))
    assert list(both) == ["fields.0.key", "fields.1.key"]
    assert list(refused(act, field("A", key="Não pode"))) == ["fields.0.key"]


def test_what_is_missing_is_told_at_every_place(act):
    told = refused(act, field(""), field("B", "nothing"), field("C", "choice"),
                   field("D", "choice", options=[{"label": "x"}, {"label": " X"}, {"label": ""}]),
                   name="", sections=[{"title": ""}])
    assert set(told) == {"name", "sections.0.title", "fields.0.name", "fields.1.type", "fields.2.options",
                         "fields.3.options.1.label", "fields.3.options.2.label"}


@pytest.mark.parametrize("garbage", [
    {"fields": "x"}, {"fields": [1]}, {"sections": {}}, {"name": 5, "fields": []}, {"fields": [{"name": ["x"]}]},
    {"fields": [{"name": "A", "type": {}}]}, {"fields": [{"name": "A", "type": "text", "shown_if": 3}]},
    {"fields": [{"name": "A", "type": "choice", "options": [{"label": 3}]}]},
    {"fields": [{"name": "A", "type": "integer", "minimum": {"a": 1}}]}, {"fields": [{"id": "1", "name": "A"}]},
    {"fields": [{"name": "A", "type": "text", "default": {"x": 1}}]}, {"slug": "Não", "fields": []},
    {"fields": [{"name": "A", "type": "boolean", "default": "yes"}]}])
def test_what_is_no_form_is_refused_in_words(act, garbage):
    with pytest.raises(DomainError):
        act("form", "create", {"name": "F", **garbage})


@pytest.mark.parametrize(("wrong", "place"), [
    (field(kind="integer", minimum=5, maximum=4), "maximum"),
    (field(kind="money", minimum="1", maximum="0.5"), "maximum"),
    (field(kind="date", minimum="2026-02-01", maximum="2026-01-01"), "maximum"),
    (field(kind="integer", minimum="x"), "minimum"), (field(minimum=-1), "minimum"),
    (field(pattern="(a"), "pattern"), (field(pattern=r"(a)\1"), "pattern"), (field(mask="---"), "mask"),
    (field(kind="integer", maximum=10, default=11), "default"), (field(pattern="[0-9]+", default="x"), "default"),
    (field(kind="email", default="nobody"), "default"), (field(mask="99", default="1"), "default"),
    (field(kind="choice", options=[{"label": "A"}, {"label": "B", "active": False}], default="b"), "default"),
    (field(kind="cpf_cnpj", default="123"), "default")])
def test_limits_pattern_mask_and_default_must_make_sense(act, wrong, place):
    assert list(refused(act, wrong)) == [f"fields.0.{place}"]


def test_defaults_are_stored_as_values_are(session, act):
    pk = act("form", "create", {"name": "F", "fields": [
        field("A", "money", default="2.5"), field("B", "date", default="today"), field("C", "boolean", default=False),
        field("D", "choices", default=["b", "a"], options=[{"label": "A"}, {"label": "B"}]),
        field("E", "person", default=3)]})
    assert [each.default for each in session.get(CustomForm, pk).fields] == ["2.50", "today", False, ["a", "b"], None]


def test_at_most_ten_fields_are_searched_and_three_hundred_kept(act):
    fields = [field(f"Campo {n}", searchable=True, active=n != 3) for n in range(12)]
    assert list(refused(act, *fields)) == ["fields.11.searchable"]
    assert list(refused(act, *[field(f"Campo {n}") for n in range(301)])) == ["fields"]


@pytest.mark.parametrize("kind", sorted(FieldType))
def test_every_type_may_be_listed_and_searched(session, act, kind):
    options = [{"label": "A"}] if kind in ("choice", "choices") else []
    pk = act("form", "create", {"name": "F", "fields": [
        field("X", kind, in_list=True, searchable=True, required=True, help="Ajuda", options=options)]})
    made = session.get(CustomForm, pk).fields[0]
    assert (made.type, made.in_list, made.searchable, made.required, made.help) == (kind, True, True, True, "Ajuda")


def test_a_rule_names_a_field_of_the_form_and_values_that_it_can_have(session, act):
    kind = field("Tipo", "choice", options=[{"label": "Água"}, {"label": "Esgoto"}], ref="t")
    pk = act("form", "create", {"name": "F", "fields": [
        field("Detalhe", shown_if={"field": "t", "in": ["agua"]}), kind,
        field("Outro", shown_if={"field": "tipo", "filled": True})]})
    made = session.get(CustomForm, pk).fields
    assert [each.shown_if for each in made] == [
        {"field": "tipo", "in": ["agua"]}, None, {"field": "tipo", "filled": True}]
    for rule in ({"field": "nenhum", "filled": True}, {"field": "tipo", "in": ["gas"]}, {"field": "tipo", "in": []},
                 {"field": "detalhe", "filled": True}, {"in": ["agua"]}, "x"):
        assert list(refused(act, field("Detalhe", shown_if=rule), kind)) == ["fields.0.shown_if"], rule
    retired = {**kind, "active": False}
    assert list(refused(act, field("Detalhe", shown_if={"field": "tipo", "filled": True}), retired)) == [
        "fields.0.shown_if"]


def test_rules_that_close_a_circle_are_refused(act):
    told = refused(act, field("A", shown_if={"field": "b", "filled": True}),
                   field("B", shown_if={"field": "c", "filled": True}),
                   field("C", shown_if={"field": "a", "filled": True}),
                   field("D", shown_if={"field": "a", "filled": True}))
    assert list(told) == ["fields.0.shown_if", "fields.1.shown_if", "fields.2.shown_if"]


def test_what_means_nothing_for_a_type_is_not_kept(session, act):
    pk = act("form", "create", {"name": "F", "fields": [
        field("A", "boolean", mask="99", pattern="x", minimum=1, options=[{"label": "x"}])]})
    made = session.get(CustomForm, pk).fields[0]
    assert (made.mask, made.pattern, made.minimum, made.options) == (None, None, None, [])


# ---- while records hold values

def test_a_field_with_values_is_retired_and_not_removed(session, act, form, record):
    record(form, {"vazamentos": 2})
    without = document(form)
    without["fields"] = [each for each in without["fields"] if each["key"] in ("no_da_ligacao", "categoria_do_imovel")]
    with pytest.raises(Conflict) as raised:
        act("form", "update", form.id, without)
    assert "“Vazamentos”" in str(raised.value)
    kept = document(form)
    kept["fields"] = [each for each in kept["fields"] if each["key"] != "observacoes"]  # nobody filled it
    kept["fields"][2]["active"] = False
    act("form", "update", form.id, kept)
    assert [each.key for each in catalogue(session).forms[form.id].fields] == ["no_da_ligacao", "categoria_do_imovel"]
    kept["fields"][2]["active"] = True
    act("form", "update", form.id, kept)
    assert catalogue(session).forms[form.id].fields[2].key == "vazamentos"


def test_a_removed_field_leaves_its_key_to_the_next(session, act, form):
    changed = document(form)
    changed["fields"][2] = field("Vazamentos", "decimal")
    act("form", "update", form.id, changed)
    made = session.get(CustomForm, form.id).fields
    assert [(each.key, each.type) for each in made][2] == ("vazamentos", "decimal")


def test_a_type_changes_while_nobody_has_filled_the_field(session, act, form, record):
    record(form, {"vazamentos": None, "no_da_ligacao": "123-4"})
    changed = document(form)
    changed["fields"][2]["type"], changed["fields"][3]["shown_if"] = "date", None
    changed["fields"][2] |= {"minimum": None, "maximum": None}
    act("form", "update", form.id, changed)
    assert session.get(CustomForm, form.id).fields[2].type == "date"


@pytest.mark.parametrize(("key", "value", "into", "allowed"), [
    ("vazamentos", 2, "decimal", True), ("vazamentos", 2, "text", False), ("no_da_ligacao", "123-4", "long_text", True),
    ("no_da_ligacao", "123-4", "integer", False), ("categoria_do_imovel", "comercial", "choices", True),
    ("categoria_do_imovel", "comercial", "text", False)])
def test_a_type_with_values_becomes_only_what_destroys_nothing(session, act, form, record, key, value, into, allowed):
    record(form, {key: value})
    changed = document(form)
    place = [each["key"] for each in changed["fields"]].index(key)
    changed["fields"][place] |= {"type": into, "minimum": None, "maximum": None}
    if allowed:
        act("form", "update", form.id, changed)
        assert session.get(CustomForm, form.id).fields[place].type == into
        return
    with pytest.raises(Conflict) as raised:
        act("form", "update", form.id, changed)
    assert raised.value.field == f"fields.{place}.type"


@pytest.mark.parametrize("value", ["comercial", ["publica", "comercial"]])
def test_an_option_in_use_is_retired_and_not_removed(session, act, form, record, value):
    if isinstance(value, list):
        changed = document(form)
        changed["fields"][1]["type"] = "choices"
        act("form", "update", form.id, changed)
    record(form, {"categoria_do_imovel": value})
    record(form, {})
    changed = document(session.get(CustomForm, form.id))
    options = changed["fields"][1]["options"]
    changed["fields"][1]["options"] = [each for each in options if each["value"] == "publica"]
    with pytest.raises(Conflict) as raised:
        act("form", "update", form.id, changed)
    assert raised.value.field == "fields.1.options"
    assert "Comercial" in str(raised.value)
    assert "Residencial" not in str(raised.value)
    changed["fields"][1]["options"] = [{**each, "active": each["value"] != "comercial"} for each in options
                                       if each["value"] != "residencial"]
    act("form", "update", form.id, changed)
    assert [each["active"] for each in session.get(CustomForm, form.id).fields[1].options] == [False, True]


def test_values_of_persons_count_as_well(session, act, world, form, seeding):
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": form, "person_type": "both"})
    with seeding():
        world.entity.custom_values = {"vazamentos": 1, "categoria_do_imovel": "publica"}
    changed = document(form)
    changed["fields"][2]["type"] = "text"
    changed["fields"][1]["options"] = changed["fields"][1]["options"][:1]
    with pytest.raises(DomainError) as raised:
        act("form", "update", form.id, changed)
    assert {"fields.1.options", "fields.2.type"} <= set(refusals(raised))


# ---- keys of forms that stand on the same records

def test_forms_on_one_target_have_different_keys(session, act, form):
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": form, "person_type": "both"})
    other = act("form", "create", {"name": "Contrato", "fields": [field("Vazamentos"), field("Plano")]})
    assert [each.key for each in session.get(CustomForm, other).fields] == ["vazamentos_2", "plano"]
    act("data", "create", {"name": "Contrato", "target": "entity", "form": other, "person_type": "company"})
    changed = document(session.get(CustomForm, other))
    changed["fields"].append(field("Obs", key="observacoes"))
    with pytest.raises(DomainError) as raised:
        act("form", "update", other, changed)
    assert list(refusals(raised)) == ["fields.2.key"]
    assert "Imóvel" in str(raised.value)
    third = act("form", "create", {"name": "Terceiro", "fields": [field("Plano", key="plano")]})
    with pytest.raises(Conflict) as raised:
        act("data", "create", {"name": "Terceiro", "target": "entity", "form": third, "person_type": "both"})
    assert raised.value.field == "form"
    assert "plano" in str(raised.value)
    act("data", "create", {"name": "Terceiro", "target": "attendance", "form": third})


def test_no_variable_reads_as_an_end_of_another_in_an_address(session, act):
    both = refused(act, field("Valor", "money", key="valor"), field("Outro", key="valor_to"))
    assert list(both) == ["fields.0.key", "fields.1.key"]
    made = act("form", "create", {"name": "F", "fields": [
        field("Valor", "money", key="valor"), field("Valor to"), field("Vale from", key="vale_from")]})
    assert [each.key for each in session.get(CustomForm, made).fields] == ["valor", "valor_to_2", "vale_from"]
    act("data", "create", {"name": "F", "target": "attendance", "form": made})
    other = act("form", "create", {"name": "G", "fields": [field("Vale", key="vale")]})
    with pytest.raises(Conflict) as raised:
        act("data", "create", {"name": "G", "target": "attendance", "form": other})
    assert raised.value.field == "form"
    assert "vale_from" in str(raised.value)
    act("data", "create", {"name": "G", "target": "entity", "form": other, "person_type": "both"})


# ---- deleting, rights

def test_a_form_in_use_is_not_deleted_and_says_by_what(session, act, form, record):
    menu = act("menu", "create", {"name": "Visitas", "form": form})
    with pytest.raises(Conflict, match="Visitas"):
        act("form", "delete", form.id)
    act("menu", "delete", menu)
    data = act("data", "create", {"name": "Imóvel", "target": "attendance", "form": form})
    with pytest.raises(Conflict, match="Imóvel"):
        act("form", "delete", form.id)
    act("data", "delete", data)
    record(form, {})
    with pytest.raises(Conflict, match="registros"):
        act("form", "delete", form.id)
    unused = act("form", "create", {**VISIT, "name": "Outro"})
    act("form", "delete", unused)
    assert session.scalar(select(CustomField.id).where(CustomField.form_id == unused)) is None


def test_the_code_of_a_form_is_free_and_never_changes(session, act, form):
    second = act("form", "create", {"name": "Visita  TÉCNICA!", "fields": []})
    assert session.get(CustomForm, second).slug == "visita-tecnica-2"
    for verb, *arguments in (("update", second, {"slug": "outro"}),
                             ("create", {"name": "X", "slug": "visita-tecnica", "fields": []})):
        with pytest.raises(DomainError) as raised:
            act("form", verb, *arguments)
        assert list(refusals(raised)) == ["slug"]


def test_only_who_configures_changes_forms(act, form, make_user, world, viewer_for):
    attendant = viewer_for(make_user("ana", "Attendant", companies=[world.company]))
    for verb, *arguments in (("create", {"name": "X"}), ("update", form.id, {"name": "X"}), ("delete", form.id)):
        with pytest.raises(Forbidden):
            act("form", verb, *arguments, actor=attendant)


def test_a_key_older_than_the_rules_of_keys_stays(session, act, seeding):
    with seeding():
        old = CustomForm(name="Antigo", slug="antigo", fields=[
            CustomField(name="A", key="Chave-Antiga", options=[], position=1)])
        session.add(old)
    act("form", "update", old.id, {**document(old), "name": "Renomeado"})
    assert [each.key for each in session.get(CustomForm, old.id).fields] == ["Chave-Antiga"]


@pytest.mark.parametrize(("old", "new", "value", "told", "kept"), [
    ("choice", "choices", "a", "Opção A", ["a"]), ("integer", "decimal", 7, "7", "7"),
    ("integer", "money", 7, "R$\xa07,00", "7.00"), ("money", "decimal", "2.50", "2,5", "2.5"),
    ("text", "long_text", "Olá", "Olá", "Olá"), ("phone", "text", "+5511999990000", "+5511999990000", "+5511999990000"),
    ("cpf_cnpj", "text", "39053344705", "39053344705", "39053344705"),
    ("url", "long_text", "https://a.b", "https://a.b", "https://a.b"),
    ("email", "long_text", "a@b.com", "a@b.com", "a@b.com")])
def test_values_are_read_shown_and_saved_under_the_new_type(app, session, act, record, old, new, value, told, kept):
    options = [{"label": "Opção A", "value": "a"}] if old == "choice" else []
    pk = act("form", "create", {"name": "F", "fields": [field("Campo", old, options=options, searchable=True)]})
    one = record(session.get(CustomForm, pk), {"campo": value})
    changed = document(session.get(CustomForm, pk))
    changed["fields"][0]["type"] = new
    act("form", "update", pk, changed)
    every = catalogue(session).forms[pk].every
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        assert fields.shown(every[0], value) == told
        typed = fields.store(every[0], fields.read(every[0], value))
        made = custom_values.checked(session, every, {"campo": typed}, stored=one.values, actor=SYSTEM)
        assert made in ({"campo": kept}, {"campo": value})  # what is the same may stay as it lies
    assert [str(each) for each in field_filling.verify(session)] == []
