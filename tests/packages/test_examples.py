"""The packages that come with the product: three businesses, each whole (B-21, B-20)."""
from pathlib import Path

import pytest
from sqlalchemy import func, select

import app.services.demo
from app.models.custom_field import CustomField, FieldType
from app.models.custom_form import CustomForm
from app.models.dynamic_menu import DynamicMenu
from app.models.log import LogEntry
from app.queries.catalogue import catalogue
from app.services.packages import document, reading

FOLDER = Path(app.services.demo.__file__).parent / "packages"
EXAMPLES = sorted(FOLDER.glob("*.json"))
pytestmark = pytest.mark.req("B-21")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_comes_in_whole_and_travels_on(session, world, bring, exported, take_back, file):
    before = exported()
    data = file.read_bytes()
    pk, outcome = bring(data)
    session.expire_all()
    content, sent = reading.content(session), document.load(data).content
    assert {part: len(entries) for part, entries in sent.items()} == {
        part: len([each for each in content[part] if _key(each) in {_key(x) for x in sent[part]}])
        for part in sent}
    assert bring(data)[1].changes == []  # the same again changes nothing
    found = catalogue(session)
    assert all(menu.form.fields and menu.role_ids for menu in found.menus)
    assert all(len(form.searchable) <= 10 for form in found.forms.values())
    first = exported()
    take_back(pk)
    assert document.load(exported()).digest == document.load(before).digest
    bring(first)
    assert document.load(exported()).digest == document.load(first).digest
    assert outcome.count("create") == len(outcome.changes)


def _key(entry):
    return tuple(str(entry.get(name)) for name in ("slug", "target", "name", "title", "motive", "occurrence",
                                                   "classification", "subclassification", "section", "category"))


def test_the_three_businesses_use_every_type_of_field(session, world, bring):
    for file in EXAMPLES:
        bring(file.read_bytes())
    assert {file.stem for file in EXAMPLES} == {
        "laticinios", "plano_de_saude", "provedor_de_internet", "saneamento"}
    assert set(session.scalars(select(CustomField.type))) == {each.value for each in FieldType}
    assert session.scalar(select(func.count()).select_from(DynamicMenu)) == 11
    logged = set(session.scalars(select(LogEntry.target)))
    assert {"custom_form", "dynamic_menu", "custom_data"} <= logged


@pytest.mark.req("B-20")
def test_a_form_changed_by_a_package_keeps_the_fields_it_does_not_name(session, world, bring, seeding):
    from tests.packages.conftest import changed
    data = (FOLDER / "plano_de_saude.json").read_bytes()
    bring(data)
    form = session.scalar(select(CustomForm).order_by(CustomForm.id).limit(1))
    slug, keys = form.slug, [field.key for field in form.fields]

    def less(parts):
        wanted = next(each for each in parts["forms"] if each["slug"] == slug)
        parts.clear()
        new = {"key": "novo", "name": "Novo", "type": "text"}
        wanted["fields"] = [{**wanted["fields"][0], "help": "Outra ajuda"}, new]
        parts["forms"] = [wanted]
    _pk, outcome = bring(changed(b'{"hash": 0,' + data.lstrip()[1:], less))
    assert [each.action for each in outcome.changes] == ["update"]
    session.expire_all()
    form = session.get(CustomForm, form.id)
    assert {field.key for field in form.fields} == {*keys, "novo"}
    assert form.fields[0].help == "Outra ajuda"


@pytest.mark.req("B-20")
def test_a_type_that_would_destroy_values_stops_the_whole_package(session, world, bring, seeding, exported):
    from app.services.packages import importing
    from tests.packages.conftest import changed
    data = (FOLDER / "plano_de_saude.json").read_bytes()
    bring(data)
    form = session.scalar(select(CustomForm).where(CustomForm.slug == "dados-do-beneficiario"))
    with seeding():
        world.entity.custom_values = {"carteirinha": "1234.5678.901234.56"}
    session.commit()
    before = exported()

    def act(parts):
        parts["motives"] = [{"name": "Não pode entrar"}]
        wanted = next(each for each in parts["forms"] if each["slug"] == form.slug)
        wanted["fields"][0] = {"key": "carteirinha", "name": "Carteirinha", "type": "date"}
    with pytest.raises(importing.Refused) as refused:
        bring(changed(b'{"hash": 0,' + data.lstrip()[1:], act))
    assert [(each.path, each.field) for each in refused.value.outcome.problems] == [
        ((form.slug,), "fields.0.type")]
    assert exported() == before
