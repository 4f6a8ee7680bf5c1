"""No code of a table is shown to people: every field that travels has a label (B-21)."""
import pytest
from sqlalchemy import inspect

from app.services.form_document import PROPERTIES
from app.services.packages.part import OWN
from app.services.packages.parts import PARTS
from app.services.packages.words import FIELDS, label

pytestmark = pytest.mark.req("B-21")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_field_of_a_part_has_a_label(part):
    named = {part.key, *part.columns, *filter(None, [part.parent]), *part.refs, *part.lists, *part.rows}
    for relation in part.rows:
        columns = inspect(part.model).relationships[relation].mapper.column_attrs
        named |= {each.key for each in columns if not each.columns[0].foreign_keys} - OWN
    assert named - set(FIELDS) == set()


def test_every_property_of_a_form_has_a_label():
    assert {"key", "slug", "sections", "fields", *PROPERTIES} - set(FIELDS) == set()


def test_a_field_of_a_row_inside_is_told_with_its_number(app):
    with app.test_request_context():
        assert label("fields.0.type") == "Campos 1 › Tipo"
        assert label("fields.2.options.1.label") == "Campos 3 › Opções 2 › Opção"
        assert label("novidade") == "novidade"
