"""The form behind a menu beside an attendance: the inside of the drawer, by the addresses of the pages (M-62)."""
import io
import re

import pytest
from sqlalchemy import select

from app.models.custom_field import CustomField, FieldType
from app.models.custom_file import CustomFile
from app.models.custom_record import CustomRecord

ASKED = {"X-Requested-With": "fetch"}


def key_of(page) -> str:
    return re.search(r'name="request_key" value="(\w+)"', page.text)[1]


@pytest.mark.req("M-62")
def test_the_drawer_lists_adds_refuses_and_changes_without_the_shell(session, stoppages, world, browser, add):
    here = f"?attendance={world.attendance.address}"
    assert "<!DOCTYPE html>" in browser.get(stoppages.root + here).text
    empty = browser.get(stoppages.root + here, headers=ASKED)
    assert "<!DOCTYPE" not in empty.text
    assert 'data-count="0"' in empty.text
    assert empty.headers["Vary"].count("X-Requested-With") == 1
    form = browser.get(stoppages.root + "add" + here, headers=ASKED)
    assert 'id="drawer-x_bairro"' in form.text
    back = re.search(r'name="_back" value="([^"]+)"', form.text)[1]
    sent = {"request_key": key_of(form), "_back": back, "x_bairro": "", "x_casas": "7"}
    wrong = browser.post(stoppages.root + "add" + here, sent, headers=ASKED)
    assert wrong.status_code == 422
    assert "<!DOCTYPE" not in wrong.text
    assert 'id="drawer-x_bairro-err"' in wrong.text
    assert re.search(r'id="drawer-x_casas"[^>]*value="7"', wrong.text)
    done = browser.post(stoppages.root + "add" + here, {**sent, "x_bairro": "Vila Nova"}, headers=ASKED)
    assert done.status_code == 302
    listed = browser.get(done.location, headers=ASKED).text
    assert 'data-count="1"' in listed
    assert "Registro incluído." in listed
    assert "Vila Nova" in listed
    record = session.scalar(select(CustomRecord))
    assert record.attendance_id == world.attendance.id
    assert "Vila Nova" in browser.get(f"{stoppages.root}show/{record.id}", headers=ASKED).text
    edit = f"{stoppages.root}edit/{record.id}"
    form = browser.get(edit, headers=ASKED).text
    assert "<!DOCTYPE" not in form
    changed = browser.post(edit, {"version": "1", "x_bairro": "Lapa", "_back": back}, headers=ASKED)
    assert changed.location == done.location
    session.expire_all()
    assert session.get(CustomRecord, record.id).values["bairro"] == "Lapa"
    add(bairro="Sem atendimento")
    assert "Sem atendimento" not in browser.get(stoppages.root + here, headers=ASKED).text


@pytest.mark.req("M-62", "B-20")
def test_a_file_sent_with_the_form_survives_a_refusal(session, stoppages, seeding, browser):
    with seeding():
        stoppages.form.fields.append(CustomField(key="foto", name="Foto", type=FieldType.ATTACHMENT, position=20))
    form = browser.get(stoppages.root + "add")
    assert '<input type="file" id="x_foto" name="x_foto"' in form.text
    sent = {"request_key": key_of(form), "x_bairro": ""}
    wrong = browser.post(stoppages.root + "add", {**sent, "x_foto": (io.BytesIO(b"a rua\n"), "rua.txt")},
                         content_type="multipart/form-data")
    assert wrong.status_code == 422
    kept = re.search(r'<input type="hidden" name="x_foto" value="(\d+)">', wrong.text)[1]
    assert "rua.txt" in wrong.text
    bad = browser.post(stoppages.root + "add", {**sent, "x_bairro": "Lapa", "x_foto": (io.BytesIO(b"MZ\x90"), "a.exe")},
                       content_type="multipart/form-data")
    assert bad.status_code == 422
    assert "a.exe" in bad.text
    done = browser.post(stoppages.root + "add", {**sent, "x_bairro": "Lapa", "x_foto": ["", kept]})
    assert done.status_code == 302
    assert session.scalar(select(CustomRecord)).values["foto"] == [{"id": int(kept), "name": "rua.txt"}]
    assert session.scalar(select(CustomFile.kind)) == "record"
