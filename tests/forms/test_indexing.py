"""What is made searchable in the designer is found at once; what no longer is leaves the index."""
import pytest
from sqlalchemy import select

from app.models.custom_form import CustomForm
from app.models.custom_record import CustomRecord, FieldIndex
from app.services import field_filling

from .conftest import document

pytestmark = pytest.mark.req("B-20")


@pytest.fixture
def indexed(session):
    """`indexed()`: {(kind, owner, key of the field): value} of the index, and nothing in it is wrong."""
    def read():
        session.expire_all()
        assert [str(each) for each in field_filling.verify(session)] == []
        keys = {field.id: field.key for form in session.scalars(select(CustomForm)) for field in form.fields}
        return {(row.kind, row.owner_id, keys[row.field_id]): row.value for row in session.scalars(select(FieldIndex))}
    return read


def change(session, act, form, key, **values):
    changed = document(session.get(CustomForm, form.id))
    next(each for each in changed["fields"] if each["key"] == key).update(values)
    act("form", "update", form.id, changed)


def test_a_field_made_searchable_is_filled_and_one_that_is_not_leaves(session, act, form, record, indexed):
    one = record(form, {"no_da_ligacao": "123-4", "categoria_do_imovel": "comercial"})
    change(session, act, form, "no_da_ligacao", searchable=True)
    assert indexed()["record", one.id, "no_da_ligacao"] == "123-4"
    change(session, act, form, "categoria_do_imovel", searchable=False)
    assert indexed() == {("record", one.id, "no_da_ligacao"): "123-4"}
    change(session, act, form, "no_da_ligacao", active=False)
    assert indexed() == {}
    change(session, act, form, "no_da_ligacao", active=True)
    assert indexed() == {("record", one.id, "no_da_ligacao"): "123-4"}


def test_another_type_sorts_in_its_own_way(session, act, form, record, indexed):
    change(session, act, form, "vazamentos", searchable=True)
    one = record(form, {"vazamentos": 7})
    change(session, act, form, "vazamentos", type="decimal", minimum=None, maximum=None)
    assert indexed()["record", one.id, "vazamentos"].endswith("70000000000")


def test_the_words_of_a_record_follow_the_label_of_its_option(session, act, form, record):
    one = record(form, {"categoria_do_imovel": "comercial"})
    options = [{**each, "label": "Loja" if each["value"] == "comercial" else each["label"]}
               for each in form.fields[1].options]
    change(session, act, form, "categoria_do_imovel", options=options)
    assert session.get(CustomRecord, one.id, populate_existing=True).search_text == "loja"


def test_a_form_that_is_placed_brings_its_fields_into_the_index(session, act, form, world, seeding, indexed):
    pk = act("data", "create", {"name": "Imóvel", "target": "entity", "form": form, "active": False})
    with seeding():
        world.entity.custom_values = {"categoria_do_imovel": "publica"}
    act("data", "update", pk, {"active": True})
    found = indexed()
    assert found["entity", world.entity.id, "categoria_do_imovel"] == "publica"
    assert found["entity", world.other_entity.id, "categoria_do_imovel"] is None
