"""Days and times are typed and shown as dd/mm/yyyy, whatever the browser's language; the ISO form is read as well."""
import re
from datetime import UTC, date, datetime

import pytest
from wtforms import Form

from app.lowcode.dates import DayField, LocalDateTimeField, MomentField, date_box

pytestmark = pytest.mark.req("G-04")


class Asked(Form):
    day = DayField("Dia")
    moment = MomentField("Hora")
    instant = LocalDateTimeField("Instante")


@pytest.fixture
def asked(app):
    """`asked(day=…)`: the form as a browser sends it."""
    from werkzeug.datastructures import MultiDict

    with app.test_request_context():
        yield lambda **typed: Asked(MultiDict(typed))


@pytest.mark.parametrize(("typed", "day"), [
    ("31/12/2026", date(2026, 12, 31)), (" 1/2/2026 ", date(2026, 2, 1)), ("2026-12-31", date(2026, 12, 31)),
    ("29/02/2024", date(2024, 2, 29)), ("01/02/0026", date(26, 2, 1))])
def test_a_day_is_read_in_both_forms_and_shown_in_one(asked, typed, day):
    form = asked(day=typed)
    assert form.validate()
    assert form.day.data == day
    assert f'value="{day.day:02}/{day.month:02}/{day.year:04}"' in form.day()


@pytest.mark.parametrize("typed", [
    "12/31/2026", "29/02/2025", "31/12/26", "amanhã", "31-12-2026", "2026/12/31", "31/12/2026 10:00", "\0", "1"])
def test_what_is_no_day_is_refused_in_words_and_stays_in_its_box(asked, typed):
    form = asked(day=typed)
    assert not form.validate()
    assert form.day.errors == ["Digite uma data que existe, como dd/mm/aaaa."]
    assert f'value="{typed}"' in form.day()


def test_a_time_is_of_the_wall_or_of_the_zone(asked):
    for typed in ("01/03/2026 10:30", "2026-03-01T10:30", "2026-03-01T10:30:59"):
        form = asked(moment=typed, instant=typed)
        assert form.validate()
        assert form.moment.data.replace(second=0) == datetime(2026, 3, 1, 10, 30)  # noqa: DTZ001  (of the wall)
        assert form.instant.data.replace(second=0) == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
        assert 'value="01/03/2026 10:30"' in form.moment()
        assert 'value="01/03/2026 10:30"' in form.instant()
    for typed in ("01/03/2026", "01/03/2026 25:00", "31/12/9999 23:59"):
        assert "dd/mm/aaaa hh:mm" in str(asked(instant=typed, day="").instant.errors) or not asked(
            instant=typed).validate()


def test_the_box_says_how_to_type_names_its_button_and_escapes(app):
    with app.test_request_context():
        box = date_box(id="a", name="a", value='"><script>')
    assert "<script>" not in box
    assert 'placeholder="dd/mm/aaaa"' in box
    assert 'aria-label="Abrir o calendário"' in box
    assert 'type="date"' not in box


@pytest.mark.parametrize("page", ["/attendances/list", "/agenda/", "/agenda/add", "/orders/entity/{0}"])
def test_no_page_has_a_date_box_of_the_browsers_language(sign_in, make_user, world, page):
    browser = sign_in(make_user(None, "Supervisor", companies=[world.company]))
    text = browser.get(page.format(world.entity.id)).text
    assert not re.search(r'type="?(date|datetime-local)\b', text)


def test_a_filter_typed_as_a_brazilian_does_is_read(sign_in, make_user, world):
    browser = sign_in(make_user(None, "Supervisor", companies=[world.company]))
    shown = browser.get("/attendances/list?opened_from=01/01/2026&opened_to=31/12/2026")
    assert shown.status_code == 200
    assert world.attendance.protocol in shown.text
    assert browser.get("/agenda/?view=week&date=10/03/2027").status_code == 200
    assert browser.get("/agenda/?view=week&date=2027-03-10").status_code == 200
    assert browser.get("/agenda/?view=week&date=99/99/2027").status_code == 400


def test_no_other_field_of_a_day_is_left():
    """A field of WTForms' own draws the browser's box."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2] / "app"
    wrong = [path.name for path in root.rglob("*.py") if path.name != "dates.py" and re.search(
        r"\b(DateField|DateTimeLocalField|DateInput|DateTimeLocalInput)\b", path.read_text(encoding="utf-8"))]
    wrong += [path.name for path in root.rglob("*.html") if re.search(
        r'type="(date|datetime-local)"', path.read_text(encoding="utf-8"))]
    assert wrong == []
