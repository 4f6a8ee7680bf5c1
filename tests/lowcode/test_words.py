"""One rule for texts of configurators in every list: each word typed begins a word of the text (B-20)."""
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.database import unit_of_work
from app.models.custom_field import CustomField
from app.models.custom_record import FieldWord
from app.services import attendances, custom_records, entities, field_filling
from app.services.tickets import opening
from tests.support import forms
from tests.support.clock import NOON

pytestmark = pytest.mark.req("B-20")
FIELDS = ({"key": "codigo", "name": "Código", "type": "text"},
          {"key": "ligacao", "name": "Ligação", "type": "text", "mask": "999.999-9"},
          {"key": "nota", "name": "Nota", "type": "long_text"}, {"key": "valor", "name": "Valor", "type": "money"})
HELD = ({"codigo": "A-1001", "ligacao": "123.456-7", "nota": "O hidrante\nda Rua das Águas", "valor": "7.00"},
        {"codigo": "HID-77", "ligacao": "765.432-1", "nota": "Hidrante vazio", "valor": "1234.50"}, {})
# what is typed in a box, as its page sends it -> the numbers of the owners found
TYPED = [
    ("cf_codigo=*1001*", {1}), ("cf_codigo=*77*", {2}), ("cf_codigo=*hid*", {2}), ("cf_codigo=*hid-77*", {2}),
    ("cf_codigo=*77 hid*", {2}), ("cf_codigo=*001*", set()), ("cf_nota=*hidrante*", {1, 2}), ("cf_nota=*HIDR*", {1, 2}),
    ("cf_nota=*aguas hidrante*", {1}), ("cf_nota=*drante*", set()), ("cf_ligacao=*1234567*", {1}),
    ("cf_ligacao=*123.456-7*", {1}), ("cf_ligacao=*7654*", {2}), ("cf_ligacao=1234567", {1}), ("cf_ligacao=7654*", {2}),
    ("cf_valor=R$ 7,00", {1}), ("cf_valor_from=R$ 1.000,00", {2})]
WHERE = {
    "entity": ("/api/v1/persons", "/entities/list/", r'href="/entities/show/(\d+)"'),
    "attendance": ("/api/v1/attendances", "/attendances/list", r'<tr data-id="(\d+)"'),
    "ticket": ("/api/v1/provider-tickets", "/provider-central/", r'<tr role="row"[^>]* data-id="(\d+)"'),
    "record": ("/api/v1/forms/ligacoes/records", "/records/{menu}/", r'href="/records/\d+/show/(\d+)"')}


@pytest.fixture
def made(request, session, seeding, world, staff, viewer_for):
    """Three owners of a kind with their fields: ({id: number}, the address of the list by REST, its page, its rows)."""
    def make(kind):
        fields = [CustomField(**each, searchable=True, in_list=True) for each in FIELDS]
        user = staff("ana", central_operator=kind == "ticket")
        ana, menu = viewer_for(user), None
        with seeding():
            if kind == "record":
                form = forms.form("Ligações", *fields, slug="ligacoes")
                menu = forms.menu("Ligações", form, session.scalar(select(Role).where(Role.name == "Attendant")))
                session.add_all([form, menu])
                session.flush()
            else:
                session.add_all(forms.placed("entity" if kind == "entity" else "attendance", *fields))
        add = {"entity": _person, "attendance": _attendance, "ticket": _ticket, "record": _record}[kind]
        ids = []
        for number, values in enumerate(HELD, 1):
            with unit_of_work(session):
                ids.append(add(session, world, fields[0].form_id, number, values, ana))
        rest, page, rows = WHERE[kind]
        return {pk: n for n, pk in enumerate(ids, 1)}, rest, page.format(menu=menu and menu.id), rows
    return make


def _person(session, _world, _form, number, values, ana):
    return entities.create(session, {"name": f"Pessoa {number}", "custom_values": values}, actor=ana, now=NOON).id


def _attendance(session, world, _form, _number, values, ana):
    return attendances.open_attendance(
        session, entity_id=world.entity.id, actor=ana, now=NOON,
        detail={"channel_id": world.channels["phone"].id, "description": "x"},
        values={"motive_id": world.motive.id, "custom_values": values}).id


def _ticket(session, world, _form, number, values, ana):
    pk = opening.open_ticket(session, {
        "classification_id": world.classification.id, "subclassification_id": world.subclassification.id,
        "contact_name": "Pedro", "contact_phone": "1133334444", "contact_email": "p@example.com", "message": "?",
        "provider_id": world.provider.id, "title": f"Guia {number}"}, actor=ana, now=NOON).attendance_id
    attendances.save_attendance(session, pk, version=None, values={"custom_values": values}, actor=ana, now=NOON)
    return pk


def _record(session, _world, form_id, _number, values, ana):
    return custom_records.add_record(session, form_id, values, actor=ana, now=NOON).id


@pytest.mark.parametrize("kind", WHERE)
def test_the_same_is_found_in_every_list(made, api, sign_in, kind):
    numbers, rest, page, rows = made(kind)
    caller, browser, wrong = api("ana"), sign_in("ana"), {}
    for query, wanted in TYPED:
        answer = caller.get(f"{rest}?{query}")
        assert answer.status_code == 200, (query, answer.text)
        by_rest = {numbers[row["id"]] for row in answer.json["items"] if row["id"] in numbers}
        shown = browser.get(f"{page}?{query}")
        on_page = {numbers[int(pk)] for pk in re.findall(rows, shown.text) if int(pk) in numbers}
        if not by_rest == on_page == wanted:
            wrong[query] = by_rest, on_page, wanted
    assert wrong == {}
    answer = caller.get(f"{rest}?cf_nota=*hidrante*&order={'' if kind == 'record' else 'cf_'}nota")
    assert [numbers[row["id"]] for row in answer.json["items"]] == [2, 1], "in the order of the same field"
    shown = browser.get(f"{page}?cf_nota=*hidrante*").text
    assert '<span class="help-block">Encontra palavras que começam assim' in shown, "where it is typed"
    box = re.search(r'<input[^>]* name="cf_nota"[^>]*>', shown)[0]
    assert 'value="hidrante"' in box
    assert 'placeholder="Palavras, ou o começo delas"' in box
    assert "Encontra palavras que começam assim" in box


def test_the_words_follow_what_is_saved_merged_and_deleted(session, made, world, staff, viewer_for):
    (first, *_rest), *_where = made("entity")

    def words() -> set[str]:
        return set(session.scalars(select(FieldWord.value).where(FieldWord.owner_id == first)))

    assert words() == {"a", "1001", "123456", "7", "o", "hidrante", "da", "rua", "das", "aguas"}
    ana = viewer_for(staff("sue", "Supervisor"))
    with unit_of_work(session):
        entities.update(session, first, {"custom_values": {"codigo": "B 2", "nota": None}}, actor=ana, now=NOON)
    assert words() == {"b", "2", "123456", "7"}
    field_filling.mend(session)  # who was there before the fields
    session.query(FieldWord).filter(FieldWord.owner_id == first, FieldWord.value == "b").delete()
    assert field_filling.mend(session) == 1
    assert words() == {"b", "2", "123456", "7"}
    assert list(field_filling.verify(session)) == []
