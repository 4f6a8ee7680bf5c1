""""Reclassificar atendimentos": the mapping put together, by file too, counted, started, told, undone; and by REST."""
import io
import re

import pytest
from sqlalchemy import select

from app.models.classification import Motive
from app.models.reclassification import Reclassification
from tests.orders.conftest import text

pytestmark = pytest.mark.req("B-23")
NEW, API = "/reclassify/new/motives", "/api/v1/reclassifications"


@pytest.fixture
def browser(cora, sign_in):
    """A configurator: no attendance rights are needed."""
    return sign_in(cora)


def row(old, new, exact=False) -> str:
    return f"{'.'.join(str(each.id) for each in old)}{'=' if exact else '<'}{'.'.join(str(each.id) for each in new)}"


def rows_on(page) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', page.text.replace("&lt;", "<"))


def file(*lines, name="mapa.csv") -> tuple:
    return io.BytesIO("\n".join(lines).encode()), name


def test_the_screen_stands_in_the_settings_for_configurators_and_supervisors(browser, sign_in, sue, ana):
    for who in (browser, sign_in(sue)):
        assert "Reclassificar atendimentos" in text(who.get("/parameters/"))
        assert "Nada foi reclassificado ainda" in text(who.get("/reclassify/"))
    assert "Outra classificação para atendimentos antigos" in text(browser.get("/settings/"))
    attendant = sign_in(ana)
    assert "Reclassificar atendimentos" not in text(attendant.get("/", follow_redirects=True))
    assert attendant.get("/reclassify/").status_code == 403


def test_a_row_is_added_counted_taken_out_and_what_is_chosen_stays_where_it_is_refused(browser, world, case):
    case(motive=world.other_motive)
    chosen = {"old_1": world.other_motive.id, "old_2": world.other_occurrence.id, "new_1": world.other_motive.id,
              "new_2": world.other_occurrence.id}
    page = browser.post(NEW, {"action": "add", **chosen})
    assert page.status_code == 422
    assert "O caminho novo é igual ao antigo." in page.text
    assert f'<option value="{world.other_occurrence.id}" selected>Segunda via</option>' in page.text
    page = browser.post(NEW, {"action": "add", "old_1": world.other_motive.id, "new_1": world.motive.id})
    assert "Linha acrescentada." in text(page)
    assert rows_on(page) == [row([world.other_motive], [world.motive])]
    assert 'value="start"' not in page.text, "nothing is started that was not counted"
    page = browser.post(NEW, {"action": "preview", "row": rows_on(page)})
    assert "Isto alteraria 1 atendimento." in text(page)
    assert 'value="start"' in page.text
    page = browser.post(NEW, {"drop": "0", "row": rows_on(page)})
    assert (page.status_code, rows_on(page)) == (200, [])
    page = browser.post(NEW, {"action": "preview"})
    assert (page.status_code, "Acrescente ao menos uma linha" in page.text) == (422, True)


def test_from_the_mapping_to_its_result_its_file_and_its_undoing(
        browser, session, world, case, run_jobs):
    old = case(motive=world.other_motive)
    asked = {"row": [row([world.other_motive], [world.motive, world.occurrence])], "phase": "not_closed",
             "opened_from": "01/01/2026", "opened_to": "31/12/2026"}
    started = browser.post(NEW, {"action": "start", **asked})
    run = session.scalars(select(Reclassification)).one()
    assert (started.status_code, started.location) == (302, f"/reclassify/{run.id}/")
    assert "Parar" in text(browser.get(started.location))
    again = browser.post(NEW, {"action": "start", **asked})
    assert (again.status_code, "Já há uma reclassificação em andamento" in again.text) == (422, True)
    assert rows_on(again) == asked["row"]
    run_jobs()
    assert (old.motive_id, old.occurrence_id) == (world.motive.id, world.occurrence.id)
    page = text(browser.get(started.location))
    assert "Atendimentos alterados: 1" in page
    assert "1 Dúvida Reclamação › Cobrança indevida 1" in page
    assert f"#{run.id}" in text(browser.get("/reclassify/"))
    assert f'href="/reclassify/{run.id}/"' in browser.get("/jobs/").text
    sheet = browser.get(f"/reclassify/{run.id}/changes.csv")
    assert sheet.mimetype == "text/csv"
    assert sheet.text.lstrip("\ufeff").splitlines() == [
        "Protocolo;Caminho anterior;Caminho novo;Linha do mapeamento;Desfazer",
        f"{old.protocol};Dúvida;Reclamação › Cobrança indevida;1;"]
    assert browser.post(f"/reclassify/{run.id}/undo").status_code == 302
    run_jobs()
    assert (old.motive_id, old.occurrence_id) == (world.other_motive.id, None)
    page = text(browser.get(started.location))
    assert "Receberam de volta o que tinham 1" in page
    assert "Desfeita" in browser.get(f"/reclassify/{run.id}/changes.csv").text
    browser.post(f"/reclassify/{run.id}/undo")
    assert "já foi desfeita" in text(browser.get(started.location))


def test_an_undoing_asked_again_after_it_was_cut_short_counts_what_is_left(
        browser, session, world, case, run_jobs, monkeypatch):
    from app.services.reclassification import steps

    def told() -> tuple:
        state = browser.get(f"/jobs/{session.get(Reclassification, pk).undo_job_id}/state").json
        return state["state"], state["count_text"]

    def run_some(asking):
        asked = []
        run_jobs(stopping=lambda: asked.append(1) or len(asked) > asking)

    monkeypatch.setattr(steps, "BATCH", 2)
    for _n in range(7):
        case(motive=world.other_motive)
    browser.post(NEW, {"action": "start", "row": [row([world.other_motive], [world.motive])]})
    run_jobs()
    pk = session.scalars(select(Reclassification.id)).one()
    browser.post(f"/reclassify/{pk}/undo")
    run_some(4)
    assert told() == ("queued", "2 de 7")
    browser.post(f"/jobs/{session.get(Reclassification, pk).undo_job_id}/cancel")
    restored = session.get(Reclassification, pk).restored["restored"]
    browser.post(f"/reclassify/{pk}/undo")
    run_some(4)
    assert told() == ("queued", f"2 de {7 - restored}")
    assert f'max="{7 - restored}" value="2"' in browser.get(f"/reclassify/{pk}/").text
    run_jobs()
    assert told() == ("done", f"{7 - restored} de {7 - restored}")
    assert "Receberam de volta o que tinham 7" in text(browser.get(f"/reclassify/{pk}/"))


def test_a_file_gives_rows_by_names_and_ids_and_each_refused_line_says_why(browser, session, seeding, world):
    with seeding():
        session.add(Motive(name="2024"))
    session.commit()
    page = browser.post(NEW, {"action": "file", "row": [row([world.motive], [world.other_motive])], "file": file(
        "antigo;novo;exato",
        "reclamacao > COBRANÇA INDEVIDA > Valor a maior;Dúvida › Segunda via;",
        f"{world.other_motive.id};{world.motive.id} > {world.occurrence.id};sim",
        "2024;Dúvida;", "Nada;Dúvida;", "Reclamação > Segunda via;Dúvida;", "Reclamação;Dúvida;", ";Dúvida;",
        "Dúvida;Dúvida;", "a > b > c > d;Dúvida;", "curta;demais")})
    assert page.status_code == 422
    assert rows_on(page)[:3] == [
        row([world.motive], [world.other_motive]),
        row([world.motive, world.occurrence, world.cause], [world.other_motive, world.other_occurrence]),
        row([world.other_motive], [world.motive, world.occurrence], exact=True)]
    assert len(rows_on(page)) == 4
    told = text(page)
    for line, words in ((5, "Não existe “Nada” no primeiro nível"),
                        (6, "Não existe “Segunda via” abaixo de “Reclamação”"), (7, "já está em outra linha"),
                        (8, "O caminho está vazio"), (9, "igual ao antigo"),
                        (10, "mais níveis que a árvore"), (11, "2 colunas")):
        assert re.search(rf"Linha {line} : [^•]*{re.escape(words)}", told), (line, told)


@pytest.mark.parametrize(("lines", "words"), [
    (["caminho;outro", "a;b"], "precisa ter as colunas"), ([""], "vazio"),
    (["antigo;novo", *["Reclamação;Dúvida"] * 201], "no máximo 200 linhas")])
def test_a_file_that_is_no_mapping_is_refused_beside_its_field(browser, lines, words):
    page = browser.post(NEW, {"action": "file", "file": file(*lines)})
    assert page.status_code == 422
    assert words in re.search(r'id="file-err"[^>]*>([^<]*)', page.text)[1]


def test_a_target_that_went_out_of_use_meanwhile_is_told_at_its_row(browser, world, out_of_use, case):
    case(motive=world.motive)
    asked = {"row": [row([world.motive], [world.other_motive])]}
    assert browser.post(NEW, {"action": "preview", **asked}).status_code == 200
    out_of_use(world.other_motive)
    page = browser.post(NEW, {"action": "start", **asked})
    assert page.status_code == 422
    assert "Dúvida: Esta opção valeu até" in page.text
    assert rows_on(page) == asked["row"]


def test_what_was_tampered_with_is_no_row_and_no_server_error(browser, world):
    for posted in ("x", "1<", "1<2<3", "1.2.3.4<1", "9" * 30 + "<1", "1=1\0"):
        page = browser.post(NEW, {"action": "preview", "row": [posted]})
        assert page.status_code == 422, posted
    assert browser.post(NEW, {"action": "preview", "row": ["999999<999998"]}).status_code == 422
    assert browser.post(NEW, {"action": "nothing"}).status_code == 400
    assert browser.get("/reclassify/new/labels").status_code == 404
    assert browser.get("/reclassify/?after=x").status_code == 400


# ---- over REST

@pytest.fixture
def caller(cora, api):
    return api(cora)


def body(old, new, **more) -> dict:
    return {"tree": "motives", "rows": [{"old": [old.id], "new": [new.id]}], **more}


def test_rest_counts_starts_tells_and_undoes(caller, world, case, run_jobs):
    old = case(motive=world.other_motive)
    asked = body(world.other_motive, world.motive)
    assert caller.post(f"{API}/preview", asked).json == {"counts": [1]}
    made = caller.post(API, asked, headers={"Idempotency-Key": "k"})
    assert (made.status_code, made.json["running"], made.json["changed"]) == (202, True, 0)
    assert caller.post(API, asked, headers={"Idempotency-Key": "k"}).json["id"] == made.json["id"]
    assert caller.post(API, asked).status_code == 409
    address = f"{API}/{made.json['id']}"
    run_jobs()
    read = caller.get(address).json
    assert (read["running"], read["rows"][0]["changed"], read["rows"][0]["texts"]) == (
        False, 1, ["Dúvida", "Reclamação"])
    assert caller.get(f"{address}/changes").json == {"next": None, "items": [
        {"attendance_id": old.id, "protocol": old.protocol, "row": 0, "old": [world.other_motive.id],
         "outcome": None}]}
    assert [each["id"] for each in caller.get(API).json["items"]] == [made.json["id"]]
    assert caller.post(f"{address}/undo").status_code == 202
    run_jobs()
    assert caller.get(address).json["restored"] == {"restored": 1}
    assert caller.post(f"{address}/undo").status_code == 409


def test_rest_refuses_at_the_field_and_who_may_not(caller, ana, api, world):
    wrong = caller.post(API, body(world.motive, world.motive)).json["error"]
    assert list(wrong["fields"]) == ["rows.0.new"]
    for more in ({"phase": "x"}, {"opened_from": "hoje"}, {"rows": [{"old": [1]}]}, {"tree": "labels"}, {"x": 1}):
        assert caller.post(API, body(world.motive, world.other_motive) | more).status_code == 422, more
    assert api(ana).post(API, body(world.motive, world.other_motive)).status_code == 403
    assert caller.get(f"{API}/999999").status_code == 404
    assert caller.get(f"{API}?after=x").status_code == 400


def test_a_run_of_another_company_is_not_there(caller, browser, session, seeding, world, make_user):
    stranger = make_user("vera", "Supervisor", companies=[world.other_company])
    with seeding():
        run = Reclassification(tree="motives", rows=[], filters={}, counts=[], started_at=world.attendance.opened_at,
                               started_by_id=stranger.id)
        session.add(run)
    session.commit()
    for answer in (caller.get(f"{API}/{run.id}"), caller.post(f"{API}/{run.id}/undo"), browser.get(
            f"/reclassify/{run.id}/"), browser.get(f"/reclassify/{run.id}/changes.csv"), browser.post(
            f"/reclassify/{run.id}/undo")):
        assert answer.status_code == 404
    assert caller.get(API).json["items"] == []
