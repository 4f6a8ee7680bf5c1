"""Files of the portal (C-13): held for their form, refused with words, kept after other errors, nobody else's."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.files.store import FolderStore
from app.models.attachment import Attachment
from app.models.held_file import HeldFile
from app.services import attachments, held_files
from app.services.settings import set_setting
from tests.support import samples
from tests.support.clock import NOON

from .conftest import JSON, hold, key_of, post


@pytest.fixture
def key(browser):
    return key_of(browser.get("/portal/new"))


def held(session):
    return [row.filename for row in session.scalars(select(HeldFile).order_by(HeldFile.id))]


@pytest.mark.req("C-13")
@pytest.mark.parametrize(("name", "content", "word"), [
    ("vazio.pdf", b"", "vazio"), ("laudo.png", samples.PDF, "parece .pdf"), ("x.exe", b"MZ", "não são aceitos"),
    ("../../x", samples.PDF, "extensão")])
def test_a_refused_file_is_told_and_leaves_nothing(browser, session, folder, key, name, content, word):
    answer = hold(browser, key, name, content)
    assert answer.status_code == 422
    assert word in answer.json["error"]["message"]
    assert held(session) == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_name_that_leads_elsewhere_is_only_a_name(browser, session, key):
    assert hold(browser, key, "../../etc/guia.pdf", samples.PDF).status_code == 201
    assert held(session) == ["guia.pdf"]


@pytest.mark.req("C-13")
def test_the_parameter_says_how_large_a_file_may_be(browser, session, key, viewer_for, make_user):
    with unit_of_work(session):
        set_setting(session, "upload_limit", 1, actor=viewer_for(make_user("adm", "Admin")), now=NOON)
    answer = hold(browser, key, "grande.txt", b"a" * (1024 * 1024 + 1))
    assert answer.json["error"]["message"] == "O arquivo é grande demais: no máximo 1 MB."
    assert "até 1 MB cada" in browser.get("/portal/new").text.replace("Até", "até")


@pytest.mark.req("C-13")
def test_without_a_script_good_files_are_kept_beside_the_refused_one_and_one_is_taken_away(browser, session, key,
                                                                                           ticket_values):
    values = {**ticket_values, "request_key": key}
    page = post(browser, "/portal/new", values, [("a.pdf", samples.PDF), ("b.exe", b"MZ"), ("c.txt", b"oi")])
    assert page.status_code == 422
    assert "b.exe" in page.text
    assert held(session) == ["a.pdf", "c.txt"]
    first = session.scalars(select(HeldFile.id).order_by(HeldFile.id)).first()
    page = post(browser, "/portal/new", {**values, "drop": first})
    assert page.status_code == 200
    assert ticket_values["message"] in page.text
    assert post(browser, "/portal/new", values).status_code == 302
    assert session.scalars(select(Attachment.filename)).all() == ["c.txt"]


def test_to_take_one_away_twice_loses_nothing_that_was_typed(browser, session, key, ticket_values):
    pk = hold(browser, key, "a.pdf", samples.PDF).json["id"]
    for _click in range(2):
        page = post(browser, "/portal/new", {**ticket_values, "request_key": key, "drop": pk})
        assert page.status_code == 200
        assert ticket_values["message"] in page.text
    assert held(session) == []


def test_the_same_file_sent_twice_is_there_once(browser, session, key):
    assert hold(browser, key, "a.pdf", samples.PDF).json["id"] == hold(browser, key, "a.pdf", samples.PDF).json["id"]
    assert held(session) == ["a.pdf"]


def test_too_many_files_are_refused(browser, session, key):
    for number in range(held_files.PER_FORM):
        assert hold(browser, key, f"{number}.txt", b"oi").status_code == 201
    answer = hold(browser, key, "mais.txt", b"oi")
    assert answer.status_code == 409
    assert "20" in answer.json["error"]["message"]


def test_a_held_file_is_of_who_sent_it(browser, stranger, session, key, ticket_values):
    pk = hold(browser, key, "a.pdf", samples.PDF).json["id"]
    assert post(stranger, f"/portal/held/{pk}/remove", headers=JSON).status_code == 404
    assert post(stranger, "/portal/new", {**ticket_values, "request_key": key}).status_code == 302
    assert session.scalars(select(Attachment)).all() == []
    assert post(browser, f"/portal/held/{pk}/remove", headers=JSON).json == {"removed": pk}
    assert held(session) == []


@pytest.mark.parametrize("key", ["", "x", "../../../etc/passwd", "a" * 65])
def test_a_made_up_form_holds_nothing(browser, session, key):
    assert hold(browser, key, "a.pdf", samples.PDF).status_code == 422
    assert held(session) == []


def test_files_of_forms_that_were_never_saved_go_after_a_day(browser, session, folder, ticket_values, key):
    hold(browser, key, "fica.pdf", samples.PDF)
    post(browser, "/portal/new", {**ticket_values, "request_key": key})
    hold(browser, key_of(browser.get("/portal/new")), "vai.txt", b"oi")
    store, later = FolderStore(folder), utc_now() + timedelta(days=1, hours=1)
    assert attachments.drop_unknown(session, store, now=later) == 0  # they are known
    with unit_of_work(session):
        assert held_files.forget_old(session, store, now=later) == 1
    kept = session.scalars(select(Attachment.stored_name)).all()
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == kept
    assert held(session) == []
