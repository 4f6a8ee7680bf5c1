"""Files and internal notes of a record, and the bell, as people use them: by mouse, by keyboard, on a phone."""

import re

import pytest

from tests.support import samples
from tests.support.accessibility import assert_accessible

from .conftest import NARROW


@pytest.fixture
def record(server):
    return f"/attendances/id-{server.ids['desk_files']}"


def upload(page, *files):
    panel = page.get_by_role("region", name="Anexos")
    with page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Escolher arquivos").press("Enter")
    chooser.value.set_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )
    return panel


@pytest.mark.req("B-31")
def test_files_are_chosen_attached_refused_fetched_and_removed(open_page, record):
    page = open_page("attendant", record)
    panel = upload(page, ("Currículo.pdf", samples.PDF), ("foto.png", samples.PDF), ("vazio.txt", b""))
    panel.get_by_text("O conteúdo não é de um arquivo .png: parece .pdf.").wait_for()
    assert panel.get_by_text("O arquivo está vazio.").count() == 1
    panel.get_by_role("button", name="Dispensar: foto.png").click()
    assert panel.get_by_text("parece .pdf").count() == 0
    with page.expect_download() as fetched:
        panel.get_by_role("link", name="Baixar Currículo.pdf").click()
    assert fetched.value.suggested_filename == "Currículo.pdf"
    assert fetched.value.path().read_bytes() == samples.PDF
    page.reload()
    panel.get_by_role("link", name="Ver Currículo.pdf em outra aba").wait_for()
    panel.get_by_role("button", name="Remover Currículo.pdf").press("Enter")
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_text("Remover o anexo “Currículo.pdf”?").wait_for()
    dialog.get_by_role("button", name="Remover").click()
    page.get_by_text("Anexo removido.").wait_for()
    assert panel.get_by_role("link", name="Baixar Currículo.pdf").count() == 0


@pytest.mark.req("B-31")
def test_a_file_is_fetched_beside_what_is_typed_without_a_question(open_page, record):
    page = open_page("attendant", record)
    panel = upload(page, ("Recibo.pdf", samples.PDF))
    panel.get_by_role("link", name="Baixar Recibo.pdf").wait_for()
    answer = page.get_by_role("textbox", name="Resposta", exact=True)
    answer.fill("Meia frase")
    with page.expect_download():
        panel.get_by_role("link", name="Baixar Recibo.pdf").click()
    assert page.get_by_role("alertdialog").count() == 0
    assert answer.input_value() == "Meia frase"


@pytest.mark.req("B-31")
def test_a_dropped_file_is_attached_and_too_large_a_one_is_not_even_sent(open_page, record):
    page = open_page("attendant", record)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/attachments/add/" in request.url else None)
    panel = page.get_by_role("region", name="Anexos")
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["bilhete"], "arrastado.txt"));
        data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], "enorme.mp4"));
        const dropped = {bubbles: true, cancelable: true, dataTransfer: data};
        document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", dropped));
    }""")
    panel.get_by_role("link", name="Baixar arrastado.txt").wait_for()
    panel.get_by_text("O arquivo é grande demais: no máximo 20 MB.").wait_for()
    assert len(sent) == 1
    assert page.locator("form#attendance").get_attribute("data-dirty") == "0"


@pytest.mark.req("B-31")
def test_what_was_lost_on_the_way_is_sent_again_and_stands_once(open_page, record):
    page = open_page("attendant", record)
    page.evaluate("""() => {  // the server takes the first one, its answer is lost on the way back
        const send = XMLHttpRequest.prototype.send;
        const token = document.querySelector("#file-remove [name=csrf_token]").value;
        let lost = false;
        XMLHttpRequest.prototype.send = function (body) {
            if (lost) return send.call(this, body);
            lost = true;
            const headers = {"Accept": "application/json", "X-CSRFToken": token};
            fetch(document.getElementById("files").dataset.url, {method: "POST", body, headers})
                .then(() => this.dispatchEvent(new ProgressEvent("loadend")));
        };
    }""")
    panel = upload(page, ("repetido.txt", b"oi"))
    panel.get_by_role("button", name="Tentar de novo: repetido.txt").click()
    panel.get_by_role("link", name="Baixar repetido.txt").wait_for()
    page.reload()
    panel.get_by_role("link", name="Baixar repetido.txt").wait_for()
    assert panel.get_by_role("link", name="Baixar repetido.txt").count() == 1


@pytest.mark.req("B-31")
def test_without_a_script_a_file_is_attached_by_the_plain_form(open_page, record):
    page = open_page("attendant", record, java_script_enabled=False)
    panel = page.get_by_role("region", name="Anexos")
    panel.get_by_label("Escolher arquivos").set_input_files(
        [
            {"name": "simples.txt", "mimeType": "text/plain", "buffer": b"oi"},
            {"name": "foto.gif", "mimeType": "image/gif", "buffer": samples.GIF_AND_SCRIPT},
        ]
    )
    panel.get_by_role("button", name="Enviar arquivos").click()
    page.get_by_role("heading", name="Alguns arquivos não foram anexados").wait_for()
    assert page.get_by_text("O conteúdo não é de um arquivo .gif").count() == 1
    page.get_by_role("link", name="Voltar ao atendimento").click()
    page.get_by_role("link", name="Baixar simples.txt").wait_for()


@pytest.mark.req("B-39")
def test_a_colleague_is_mentioned_by_keyboard_and_told_by_the_bell(open_page, record):
    hers = open_page("supervisor", "/notifications/")
    page = open_page("attendant", record)
    panel = page.get_by_role("region", name="Notas internas")
    text = panel.get_by_label("Nova nota")
    text.press_sequentially("Veja isto, @superv")
    option = panel.get_by_role("option", name="Supervisor Teste @supervisor")
    option.wait_for()
    assert option.get_attribute("aria-selected") == "true"
    assert text.get_attribute("aria-activedescendant") == option.get_attribute("id")
    text.press("Enter")
    assert text.input_value() == "Veja isto, @supervisor "
    text.press("Control+Enter")
    panel.get_by_text("Veja isto, @supervisor").first.wait_for()
    assert text.input_value() == ""
    hers.evaluate("window.dispatchEvent(new Event('focus'))")
    bell = hers.get_by_role("link", name=re.compile(r"Avisos: \d+ não lidos?"))
    bell.wait_for()
    bell.click()
    told = hers.get_by_role("link", name=re.compile("Attendant Teste mencionou você no atendimento 2026000204"))
    told.first.click()
    hers.wait_for_url("**/attendances/2026000204")
    hers.get_by_role("link", name="Avisos: nenhum não lido").wait_for()


@pytest.mark.req("B-39")
def test_a_mention_of_a_stranger_is_refused_beside_the_text_which_stays(open_page, record):
    page = open_page("attendant", record)
    panel = page.get_by_role("region", name="Notas internas")
    text = panel.get_by_label("Nova nota")
    text.fill("Oi @ninguem aqui")
    panel.get_by_role("button", name="Adicionar nota").click()
    panel.get_by_text("@ninguem não é um colega que possa ver este atendimento.").wait_for()
    assert text.input_value() == "Oi @ninguem aqui"
    assert text.get_attribute("aria-invalid") == "true"
    text.fill("")


@pytest.mark.req("B-31", "B-39")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_panels_and_notifications_are_accessible_on_a_phone(open_page, record, dark):
    page = open_page("attendant", record, size=NARROW, dark=dark)
    panel = upload(page, ("telefone.txt", b"oi"), ("foto.png", b"x"))
    panel.get_by_text("O conteúdo não é de um arquivo .png").wait_for()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.goto("/notifications/")
    assert_accessible(page)
