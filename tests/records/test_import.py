"""Records behind a menu from a CSV file: template, trial, import, refusals by row and column, and the export again."""
import csv
import io
import re

import pytest
from sqlalchemy import func, select

from app.jobs.work import run_waiting
from app.models.custom_field import CustomField, FieldType
from app.models.custom_record import CustomRecord, FieldIndex
from app.models.job import Job, JobState
from app.models.log import LogEntry
from tests.records.conftest import ADD, READ
from tests.support.world import add_entity

HEAD = ("Bairro;Região;Causas;Casas atingidas;Custo;Dia da parada;Início;Programada;Documento;Observação;Pessoa;"
        "Atendimento")
GOOD = ("Vila Nova;zona norte;Obra na rede, Falha elétrica;1.200;R$ 1.250,50;10/03/2026;10/03/2026 08:30;Sim;"
        "529.982.247-25;'=soma;;")


def send(browser, root, *lines, encoding="utf-8-sig"):
    data = "\r\n".join(lines).encode(encoding) if isinstance(lines[0], str) else lines[0]
    sent = browser.post(root + "import/", {"file": (io.BytesIO(data), "paradas.csv")},
                        content_type="multipart/form-data")
    assert sent.status_code == 302, sent.text
    return sent.location


def counts(page) -> list[int]:
    """Read, added, changed, unchanged, refused."""
    return [int(n.replace(".", "")) for n in re.findall(r"<li[^>]*><b>([\d.]+)</b><span>", page.text)]


def mapping(page) -> dict:
    """The form of the page as it stands."""
    return {name: next(iter(re.findall(r'<option value="([^"]*)" selected', options)), "") for name, options in
            re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL)}


def bring(browser, at):
    return browser.post(at, {**mapping(browser.get(at)), "action": "import"})


def reasons(page) -> dict[str, str]:
    """{line: why it is refused}"""
    return dict(re.findall(r'<td class="b-num">(\d+)</td><td class="b-reasons">(.*?)</td>', page.text))


def total(session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(CustomRecord))


def exported(browser, stoppages, query="") -> bytes:
    return browser.get(f"/lists/records-{stoppages.menu_id}/export.csv{query}").data


@pytest.mark.req("M-82", "M-83", "B-20")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_file_is_tried_then_imported_once(session, stoppages, browser, ana, world, encoding):
    at = send(browser, stoppages.root, HEAD, GOOD, GOOD, encoding=encoding)
    trial = browser.get(at)
    assert counts(trial) == [2, 2, 0, 0, 0]
    assert total(session) == 0
    assert counts(bring(browser, at)) == [2, 2, 0, 0, 0]
    assert total(session) == 2
    record = session.scalars(select(CustomRecord).order_by(CustomRecord.id)).first()
    assert record.values == {
        "bairro": "Vila Nova", "regiao": "n", "causas": ["obra", "falha"], "casas": 1200, "custo": "1250.50",
        "dia": "2026-03-10", "inicio": "2026-03-10T11:30:00+00:00", "programada": True, "documento": "52998224725",
        "obs": "=soma"}
    assert (record.owner_id, record.company_id) == (ana.id, world.company.id)
    assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.target == "custom_record")) == 2
    assert session.scalar(select(func.count()).select_from(FieldIndex).where(FieldIndex.value == "vila nova")) == 2
    again = send(browser, stoppages.root, HEAD, GOOD, GOOD, GOOD.replace("Vila Nova", "Lapa"))
    assert counts(bring(browser, again)) == [3, 1, 0, 2, 0]
    assert total(session) == 3


def test_every_refused_row_is_told_with_column_and_reason(session, stoppages, browser, world, seeding):
    with seeding():
        for _twice in range(2):
            add_entity(session, world.company, "Maria Souza")
    rows = [GOOD, ";;;;;;;;;;;", GOOD.replace("Vila Nova", ""), GOOD.replace("10/03/2026;", "31/02/2026;", 1),
            GOOD.replace("zona norte", "Zona Leste"), GOOD.replace("1.200", "1,5"), "só;duas",
            GOOD.replace("=soma;;", "=soma;Maria Souza;"), GOOD.replace("=soma;;", "=soma;;2099-0000000001"),
            GOOD.replace("529.982.247-25", "111.111.111-11").replace("Sim", "talvez")]
    at = send(browser, stoppages.root, HEAD, *rows)
    page = browser.get(at)
    assert counts(page) == [9, 1, 0, 0, 8]
    told = reasons(page)
    for line, words in (("4", "Bairro: Este campo é obrigatório"), ("5", "Dia da parada: “31/02/2026” não é uma data"),
                        ("6", "Região: “Zona Leste” não é uma das opções"), ("7", "não é um número inteiro"),
                        ("8", "2 colunas"), ("9", "Pessoa: Várias pessoas se chamam “Maria Souza”"),
                        ("10", "Atendimento: Não existe atendimento com este número"),
                        ("11", "Programada: “talvez” deve ser Sim ou Não")):
        assert words in told[line], (line, told[line])
    assert "CPF ou CNPJ inválido" in told["11"]
    refused = browser.post(at, {**mapping(page), "action": "refused"})
    back = list(csv.reader(refused.data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert back[0][:3] == ["Linha", "Motivo", "Bairro"]
    assert [row[0] for row in back[1:]] == [str(n) for n in range(4, 12)]
    assert counts(bring(browser, at)) == [9, 1, 0, 0, 8]
    assert total(session) == 1


@pytest.mark.req("B-20")
def test_all_that_is_wrong_of_a_row_is_told_at_once(session, stoppages, browser, seeding):
    with seeding():
        fields = {field.key: field for field in stoppages.form.fields}
        fields["casas"].maximum = 10
        fields["regiao"].options = [{**each, "active": each["value"] != "s"} for each in fields["regiao"].options]
        stoppages.form.fields.append(CustomField(key="quem", name="Quem", type=FieldType.PERSON, position=20))
    at = send(browser, stoppages.root, "Bairro;Região;Casas atingidas;Dia da parada;Quem",
              ";Zona Sul;12;ontem;Ninguém", "Lapa;;;ontem;", "Lapa;;;;")
    told = reasons(browser.get(at))
    for words in ("Bairro: Este campo é obrigatório.", "Região: A opção “Zona Sul” não está mais em uso.",
                  "Casas atingidas: No máximo 10.", "Dia da parada: “ontem” não é uma data.",
                  "Quem: Nenhuma pessoa ativa se chama “Ninguém”."):
        assert words in told["2"], told["2"]
    assert told["3"] == "Dia da parada: “ontem” não é uma data."
    assert counts(bring(browser, at)) == [3, 1, 0, 0, 2]


@pytest.mark.req("B-20")
def test_what_the_list_exports_comes_in_again(session, stoppages, seeding, browser, add, world):
    with seeding():
        stoppages.form.fields += [
            CustomField(key="medidor", name="Número", type=FieldType.DECIMAL, position=20),
            CustomField(key="quem", name="Pessoa", type=FieldType.PERSON, position=21),
            CustomField(key="fone", name="Telefone", type=FieldType.PHONE, position=22)]
    pk = add(attendance=world.attendance.id, bairro="-2", obs="uma linha\noutra", causas=["obra", "falha"],
             custo="1234.5", casas=12, inicio="2026-03-10T11:30:25+00:00", programada=False, medidor="0.125",
             quem=world.entity.id, fone="11987654321", documento="52998224725", dia="2026-03-10", regiao="n")
    add(bairro="Centro")
    file = exported(browser, stoppages)
    head = file.decode("utf-8-sig").splitlines()[0].split(";")
    assert head[0] == "Código"
    every = "?columns=" + ",".join(["id", "attendance", "entity", "company", *(f"x_{f.key}" for f in
                                                                                stoppages.form.fields)])
    file = exported(browser, stoppages, every)
    assert ";1234,50;" in file.decode("utf-8-sig")  # an amount with its cents, not 1234,5
    page = browser.get(send(browser, stoppages.root, file))
    assert counts(page) == [2, 0, 0, 2, 0], reasons(page)
    changed = file.decode("utf-8-sig").replace("Centro", "Lapa").encode("cp1252")
    assert counts(bring(browser, send(browser, stoppages.root, changed))) == [2, 0, 1, 1, 0]
    session.expire_all()
    assert session.get(CustomRecord, pk).version == 1
    assert set(session.scalars(select(CustomRecord.values["bairro"].as_string()))) == {"-2", "Lapa"}
    without = "\r\n".join(";".join(row[1:]) for row in csv.reader(
        io.StringIO(file.decode("utf-8-sig")), delimiter=";") if "\n" not in "".join(row)).encode()
    assert counts(bring(browser, send(browser, stoppages.root, without))) == [1, 1, 0, 0, 0]


def test_the_template_and_who_may_import(session, stoppages, seeding, another_menu, browser, add):
    with seeding():
        stoppages.form.fields.append(CustomField(key="foto", name="Foto", type=FieldType.ATTACHMENT, position=20))
    template = browser.get(stoppages.root + "import/template.csv")
    assert template.data.decode() == f"\ufeff{HEAD};Empresa\r\n"
    start = browser.get(stoppages.root + "import/").text
    assert "Arquivos não são importados: Foto." in start
    assert "/import/" in browser.get(stoppages.root).text
    reading = another_menu("Só leitura", record_permission=READ)
    assert browser.get(f"/records/{reading}/import/").status_code == 403
    assert "/import/" not in browser.get(f"/records/{reading}/").text
    assert browser.get("/records/999/import/").status_code == 404
    adding = another_menu("Só inclusão", record_permission=ADD)
    pk = add()
    at = send(browser, f"/records/{adding}/", "Número;Bairro", f"{pk};Lapa", f"{pk + 1};Lapa", ";Lapa")
    page = bring(browser, at)
    assert counts(page) == [3, 1, 0, 0, 2]
    assert "Este menu não permite alterar registros" in reasons(page)["2"]
    assert "Não há aqui um registro com o código" in reasons(page)["3"]
    assert browser.get(at.replace(f"/{adding}/", f"/{stoppages.menu_id}/")).status_code == 404  # another menu's token


def test_a_large_file_is_long_work_that_is_told_and_can_be_cancelled(app, db, session, stoppages, browser):
    rows = [f"Bairro {number};{number}" for number in range(101)] + ["Lapa;x"]
    at = send(browser, stoppages.root, "Bairro;Casas atingidas", *rows)
    queued = bring(browser, at)
    assert queued.status_code == 302
    session.expire_all()
    run_waiting(db.session, app.config)
    job = session.scalar(select(Job))
    assert job.state == JobState.DONE
    page = browser.get(queued.location)
    assert counts(page) == [102, 101, 0, 0, 1]
    assert "Lapa" not in page.text
    assert "“x” não é um número" in page.text
    assert total(session) == 101
    browser.post(bring(browser, at).location)
    run_waiting(db.session, app.config)
    assert total(session) == 101
