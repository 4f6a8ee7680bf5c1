"""Files of an attendance, through the screen: taken, fetched, removed, refused with words, nobody else's business."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.errors import Conflict, Forbidden, NotFound
from app.files.store import FolderStore, store_of
from app.models.attachment import Attachment
from app.models.log import LogEntry
from app.services import attachments
from app.services.attachments import Uploads
from tests.support import samples
from tests.support.clock import DAY, NOON

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path / "uploads"))
    return tmp_path / "uploads"


@pytest.fixture
def ana(make_user, world):
    return make_user("ana", "Attendant", companies=[world.company])


@pytest.fixture
def browser(ana, sign_in):
    return sign_in(ana)


def send(browser, attendance, *files, page=1, key="", csrf=True, headers=None):
    address = f"/attachments/add/{attendance.id}/{page}"
    values = {"files": [FileStorage(io.BytesIO(content), name) for name, content in files], "request_key": key}
    if csrf:
        values["csrf_token"] = browser.token()
    boundary, body = encode_multipart(values)  # by itself the test client would make a temporary file of a large one
    return browser.open("POST", address, data=body, headers=headers,
                        content_type=f"multipart/form-data; boundary={boundary}")


def rows(session):
    return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def stored(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.req("B-31")
def test_a_file_is_attached_listed_and_fetched_byte_by_byte(browser, world, session, folder, ana):
    answer = send(browser, world.attendance, ("Currículo – José.pdf", samples.PDF))
    assert answer.status_code == 302
    (row,) = rows(session)
    assert (row.filename, row.mime, row.size, row.uploaded_by_id) == (
        "Currículo – José.pdf",
        "application/pdf",
        len(samples.PDF),
        ana.id,
    )
    page = browser.get(f"/attendances/{world.attendance.protocol}").text
    assert "Currículo – José.pdf" in page
    assert "Ana Teste" in page
    got = browser.get(f"/attachments/{row.id}")
    assert got.data == samples.PDF
    assert got.headers["Content-Disposition"] == (
        "attachment; filename=\"Curr_culo _ Jos_.pdf\"; filename*=UTF-8''Curr%C3%ADculo%20%E2%80%93%20Jos%C3%A9.pdf"
    )
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "no-cache" in got.headers["Cache-Control"]
    assert stored(folder) == [folder / row.stored_name]


@pytest.mark.req("B-31")
def test_what_was_attached_and_removed_stands_in_the_log_and_reading_does_not(browser, world, session, folder):
    send(browser, world.attendance, ("laudo.pdf", samples.PDF))
    pk = rows(session)[0].id
    browser.get(f"/attachments/{pk}")
    assert browser.post(f"/attachments/{pk}/remove").status_code == 302
    assert browser.get(f"/attachments/{pk}").status_code == 404
    assert "laudo.pdf" not in browser.get(f"/attendances/{world.attendance.protocol}").text
    entries = session.scalars(
        select(LogEntry)
        .where(LogEntry.target == "attendance", LogEntry.target_id == world.attendance.id)
        .order_by(LogEntry.seq)
    )
    assert [each.changes["attachment"][:2] for each in entries] == [[None, "laudo.pdf"], ["laudo.pdf", None]]
    assert len(stored(folder)) == 1  # for thirty days
    assert "Anexo" in browser.get(f"/logs/attendance/{world.attendance.id}").text


@pytest.mark.req("B-31", "S-37")
def test_a_file_belongs_to_its_detail_page(browser, world, session, seeding):
    from app.models.attendance import AttendanceDetail

    with seeding():
        world.attendance.details.append(
            AttendanceDetail(page=2, channel=world.channels["phone"], opened_at=NOON, description="Segunda")
        )
    send(browser, world.attendance, ("dois.pdf", samples.PDF), page=2)
    address = f"/attendances/{world.attendance.protocol}"
    assert "dois.pdf" not in browser.get(address).text
    assert "dois.pdf" in browser.get(address + "?page=2").text
    assert send(browser, world.attendance, ("tres.pdf", samples.PDF), page=3).status_code == 404


@pytest.mark.req("B-31")
def test_of_several_files_the_good_ones_stay_and_each_refusal_stands_beside_its_name(browser, world, session):
    answer = send(browser, world.attendance, ("bom.pdf", samples.PDF), ("foto.png", samples.PDF), ("vazio.txt", b""))
    assert answer.status_code == 422
    assert [row.filename for row in rows(session)] == ["bom.pdf"]
    text = answer.text
    assert text.index("foto.png") < text.index("O conteúdo não é de um arquivo .png: parece .pdf.")
    assert text.index("vazio.txt") < text.rindex("O arquivo está vazio.")
    assert "bom.pdf" in text


@pytest.mark.req("B-31")
def test_choosing_nothing_is_told(browser, world, session):
    answer = send(browser, world.attendance)
    assert answer.status_code == 422
    assert "Escolha ao menos um arquivo." in answer.text
    assert rows(session) == []


REFUSED = {
    "virus.txt": (samples.EICAR, "vírus"),
    "desenho.svg": (samples.SVG, "Páginas da web"),
    "foto.gif": (samples.GIF_AND_SCRIPT, "conteúdo"),
    "laudo.png": (samples.PDF, "parece .pdf"),
    "bomba.zip": (samples.archive({"a.txt": bytes(12_000_000)}), "descompactado"),
    "vazio.pdf": (b"", "vazio"),
    "sobe.zip": (samples.archive({"../a.txt": "x"}), "fora da pasta"),
    "x.exe": (b"MZ", "não são aceitos"),
    "../../x": (samples.PDF, "extensão"),
    "macro.docm": (samples.DOCX, "macros"),
}


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_leaves_nothing_behind(browser, world, session, folder, name):
    data, words = REFUSED[name]
    answer = send(browser, world.attendance, (name, data), headers=JSON)
    assert answer.status_code == 422
    assert words in answer.json["error"]["message"]
    assert answer.json["error"]["fields"]["file"] == answer.json["error"]["message"]
    assert rows(session) == []
    assert stored(folder) == []


@pytest.mark.req("B-31")
def test_too_large_a_file_and_too_large_a_request_are_told_nicely(browser, world, session, folder, app, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOAD_MAX_MB", 1)
    answer = send(browser, world.attendance, ("a.txt", b"a" * (1024 * 1024 + 1)), headers=JSON)
    assert (answer.status_code, answer.json["error"]["message"]) == (422, "O arquivo é grande demais: no máximo 1 MB.")
    assert send(browser, world.attendance, ("a.txt", b"a" * 1024 * 1024), headers=JSON).status_code == 201
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100_000)
    answer = send(browser, world.attendance, ("a.txt", b"a" * 200_000), headers=JSON)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")
    answer = send(browser, world.attendance, ("a.txt", b"a" * 200_000))
    assert answer.status_code == 413
    assert "grande demais" in answer.text
    assert len(stored(folder)) == 1


@pytest.mark.req("B-31")
def test_the_same_request_again_doubles_nothing(browser, world, session, folder):
    for _ in range(2):
        assert send(browser, world.attendance, ("laudo.pdf", samples.PDF), key="k1", headers=JSON).status_code == 201
    assert len(rows(session)) == len(stored(folder)) == 1
    send(browser, world.attendance, ("outro.pdf", samples.PDF), key="k1")
    send(browser, world.attendance, ("laudo.pdf", samples.PDF), key="k2")
    assert len(rows(session)) == len(stored(folder)) == 3


@pytest.mark.req("B-31")
def test_a_closed_attendance_takes_and_gives_up_no_files(browser, world, session, seeding, ana, folder):
    send(browser, world.attendance, ("laudo.pdf", samples.PDF))
    with seeding():
        world.attendance.phase, world.attendance.closed_at = "closed", NOON
        world.attendance.situation = world.situations["closed"]
    answer = send(browser, world.attendance, ("outro.pdf", samples.PDF), headers=JSON)
    assert (answer.status_code, len(stored(folder))) == (409, 1)
    assert "fechado" in answer.json["error"]["message"]
    pk = rows(session)[0].id
    assert browser.post(f"/attachments/{pk}/remove", headers=JSON).status_code == 409
    assert browser.get(f"/attachments/{pk}").status_code == 200
    page = browser.get(f"/attendances/{world.attendance.protocol}").text
    assert "não recebe novos anexos" in page
    assert "Remover laudo.pdf" not in page


@pytest.mark.req("B-31")
def test_only_who_sent_a_file_or_a_supervisor_removes_it(browser, world, session, make_user, sign_in):
    send(browser, world.attendance, ("laudo.pdf", samples.PDF), ("dois.pdf", samples.PDF))
    first, second = (row.id for row in rows(session))
    colleague = sign_in(make_user("bia", "Attendant", companies=[world.company]))
    assert "Remover laudo.pdf" not in colleague.get(f"/attendances/{world.attendance.protocol}").text
    answer = colleague.post(f"/attachments/{first}/remove", headers=JSON)
    assert (answer.status_code, "supervisor" in answer.json["error"]["message"]) == (403, True)
    answer = colleague.post(f"/attachments/{first}/remove", follow_redirects=True)
    assert "Somente quem enviou" in answer.text
    supervisor = sign_in(make_user("sonia", "Supervisor", companies=[world.company]))
    assert supervisor.post(f"/attachments/{first}/remove", headers=JSON).json == {"removed": first}
    assert browser.post(f"/attachments/{second}/remove", headers=JSON).status_code == 200
    assert browser.post(f"/attachments/{second}/remove", headers=JSON).status_code == 200  # a second click
    assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.action == "update")) == 4


@pytest.mark.req("B-31", "G-06")
def test_who_does_not_see_the_attendance_does_not_see_its_files(browser, world, session, make_user, sign_in):
    send(browser, world.attendance, ("laudo.pdf", samples.PDF))
    pk = rows(session)[0].id
    neighbour = sign_in(make_user("vera", "Attendant", companies=[world.other_company]))
    customer = sign_in(make_user("cliente", "Customer", entity=world.entity))
    for other, status in ((neighbour, 404), (customer, 403)):
        assert other.get(f"/attachments/{pk}").status_code in (status, 302)
        assert samples.PDF not in other.get(f"/attachments/{pk}").data
        assert other.post(f"/attachments/{pk}/remove").status_code in (status, 302)
        assert send(other, world.attendance, ("x.pdf", samples.PDF)).status_code in (status, 302)
    assert send(browser, world.other_attendance, ("x.pdf", samples.PDF)).status_code == 404
    assert send(browser, world.restricted_attendance, ("x.pdf", samples.PDF)).status_code == 404
    assert [(row.attendance_id, row.removed_at) for row in rows(session)] == [(world.attendance.id, None)]


@pytest.mark.req("B-31", "G-06")
def test_nobody_and_a_request_without_token_attach_nothing(browser, client, world, session):
    assert send(client(), world.attendance, ("x.pdf", samples.PDF)).status_code == 302
    assert send(browser, world.attendance, ("x.pdf", samples.PDF), csrf=False).status_code == 400
    assert rows(session) == []


@pytest.mark.req("B-31")
def test_only_pictures_and_pdf_are_shown_in_place_and_in_a_sandbox(browser, world, session):
    files = [
        ("foto.png", samples.png()),
        ("laudo.pdf", samples.PDF),
        ("nota.xml", samples.XML),
        ("bilhete.txt", b"oi"),
        ("mensagem.eml", samples.EML),
    ]
    send(browser, world.attendance, *files)
    shown = {}
    for row in rows(session):
        answer = browser.get(f"/attachments/{row.id}?inline=1")
        shown[row.filename] = answer.headers["Content-Disposition"].partition(";")[0]
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert answer.mimetype not in ("text/html", "image/svg+xml")
    assert shown == {
        "foto.png": "inline",
        "laudo.pdf": "inline",
        "nota.xml": "attachment",
        "bilhete.txt": "attachment",
        "mensagem.eml": "attachment",
    }


@pytest.mark.req("B-31")
def test_a_part_of_a_file_and_one_that_has_not_changed(browser, world, session):
    send(browser, world.attendance, ("laudo.pdf", samples.PDF))
    address = f"/attachments/{rows(session)[0].id}"
    part = browser.get(address, headers={"Range": "bytes=5-7"})
    assert (part.status_code, part.data) == (206, samples.PDF[5:8])
    assert part.headers["Content-Range"] == f"bytes 5-7/{len(samples.PDF)}"
    assert browser.get(address, headers={"Range": "bytes=9999-"}).status_code == 416
    mark = browser.get(address).headers["ETag"]
    assert browser.get(address, headers={"If-None-Match": mark}).status_code == 304


@pytest.mark.req("B-31")
def test_an_attendance_holds_so_many_files_and_no_more(browser, world, session, monkeypatch, folder):
    monkeypatch.setattr(attachments, "PER_ATTENDANCE", 2)
    for name in ("a.pdf", "b.pdf"):
        send(browser, world.attendance, (name, samples.PDF))
    answer = send(browser, world.attendance, ("c.pdf", samples.PDF), headers=JSON)
    assert (answer.status_code, answer.json["error"]["message"]) == (409, "Um atendimento tem no máximo 2 anexos.")
    assert len(stored(folder)) == 2
    browser.post(f"/attachments/{rows(session)[0].id}/remove")
    assert send(browser, world.attendance, ("c.pdf", samples.PDF), headers=JSON).status_code == 201


@pytest.mark.req("B-31")
def test_a_scanner_is_asked_and_one_that_fails_lets_nothing_in(
    browser, world, session, app, monkeypatch, folder, tmp_path
):
    script = tmp_path / "scan"
    script.write_text('#!/bin/sh\ngrep -q mau "$1" && exit 1\ngrep -q quebra "$1" && exit 2\nexit 0\n')
    script.chmod(0o755)
    monkeypatch.setitem(app.config, "UPLOAD_SCANNER", [str(script)])
    found = {
        text: send(browser, world.attendance, ("a.txt", text.encode()), headers=JSON)
        for text in ("bom", "mau", "quebra")
    }
    assert [answer.status_code for answer in found.values()] == [201, 422, 503]
    assert "vírus" in found["mau"].json["error"]["message"]
    assert "Tente de novo" in found["quebra"].json["error"]["message"]
    assert len(stored(folder)) == 1


@pytest.mark.req("B-31")
def test_a_new_attendance_says_when_files_can_be_attached(browser, world):
    page = browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert "Confirme o atendimento para anexar arquivos." in page
    assert 'type="file"' not in page


# ---- the service and the job


@pytest.fixture
def put(session, ana, viewer_for, folder):
    """`put(attendance, name)`: an attachment by the service, in a transaction of its own."""
    from app.database import unit_of_work

    def one(attendance_id, name="laudo.pdf", data=samples.PDF, actor=None, now=NOON):
        uploads = Uploads(FolderStore(folder))
        actor = actor or viewer_for(ana)
        with attachments.receive(uploads, io.BytesIO(data), name) as arrived, unit_of_work(session):
            return attachments.add(session, attendance_id, 1, arrived, actor=actor, now=now).id

    return one


@pytest.mark.req("B-31")
def test_the_service_refuses_what_the_screen_refuses(put, session, world, make_user, viewer_for, folder):
    ids = {name: getattr(world, name).id for name in ("attendance", "other_attendance", "closed_attendance")}
    reader = viewer_for(make_user("leitor", "Configurator", companies=[world.company]))
    for attendance, actor, refusal in (
        ("other_attendance", None, NotFound),
        ("closed_attendance", None, Conflict),
        ("attendance", reader, Forbidden),
    ):
        with pytest.raises(refusal):
            put(ids[attendance], actor=actor)
    assert stored(folder) == []


@pytest.mark.req("B-31")
def test_bytes_of_files_removed_a_month_ago_are_forgotten_and_the_row_stays(
    put, session, world, folder, ana, viewer_for
):
    from app.database import unit_of_work

    kept, gone = put(world.attendance.id, "fica.pdf"), put(world.attendance.id, "sai.pdf")
    actor = viewer_for(ana)
    with unit_of_work(session):
        attachments.remove(session, gone, actor=actor, now=NOON)
    for days, forgotten, left in ((29, 0, 2), (31, 1, 1), (31, 0, 1)):
        with unit_of_work(session):
            assert attachments.forget_removed(session, FolderStore(folder), now=NOON + days * DAY) == forgotten
        assert len(stored(folder)) == left
    assert session.get(Attachment, gone).stored_name == f"gone/{gone}"
    assert stored(folder) == [folder / session.get(Attachment, kept).stored_name]


@pytest.mark.req("B-31")
def test_the_job_drops_bytes_that_no_row_names(put, app, session, world, folder, monkeypatch):
    from app.jobs import files as job

    put(world.attendance.id)
    store = store_of(app.config)
    with store.new("attachment") as incoming:
        incoming.write(b"its transaction died")
        incoming.keep()
    with store.new("job") as incoming:  # another owner's: not ours to judge
        incoming.write(b"nome;valor")
        incoming.keep()
    assert job.prune_files(session, app.config) == 0
    monkeypatch.setattr(job, "utc_now", lambda: datetime.now(UTC) + timedelta(days=2))
    assert job.prune_files(session, app.config) == 1
    assert len(stored(folder)) == 2
    assert job.prune_files(session, app.config) == 0
