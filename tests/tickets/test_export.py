"""The files of the central: the list as it is filtered and ordered, for Excel in Brazil (C-40)."""
import csv
import io

import pytest

from app.database import unit_of_work
from app.services.tickets import work
from tests.support.clock import DAY, NOON

from .conftest import PUBLIC_URL

URL = "/provider-central/export.csv"
HEAD = ["N.º Chamado", "Abertura", "Prazo de retorno", "Cliente", "Aberto por", "Título", "Classificação",
        "Subclassificação", "Motivo do atendimento", "Data do fechamento", "Em andamento com", "Setor",
        "Dias em aberto", "Protocolo"]


@pytest.fixture
def ana(desk, sign_in):
    return sign_in(desk.ana)


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


@pytest.mark.req("C-40", "C-65", "C-70")
def test_the_file_has_the_fourteen_columns_and_what_the_list_shows(session, ana, desk, open_ticket, world):
    first, second = open_ticket(title="=1+1"), open_ticket(title="Linha; com ponto", now=NOON - 3 * DAY)
    with unit_of_work(session):
        work.take(session, second.attendance_id, actor=desk.as_bruno, now=NOON)
        work.close(session, second.attendance_id, actor=desk.as_bruno, now=NOON, public_url=PUBLIC_URL)
    head, *rows = rows_of(ana.get(URL))
    assert head[:14] == HEAD
    closed, opened = (dict(zip(HEAD, row, strict=False)) for row in rows)  # by opening
    assert (opened["Título"], opened["Cliente"], opened["Aberto por"]) == ("'=1+1", str(world.provider), "Pedro Teste")
    assert (closed["Título"], closed["Abertura"], closed["Data do fechamento"]) == (
        "Linha; com ponto", "13/03/2026", "16/03/2026")
    assert (closed["Em andamento com"], closed["Setor"], closed["Dias em aberto"], closed["Prazo de retorno"]) == (
        "Bruno Teste", "Financeiro", "3", "2")
    assert opened["Protocolo"] == first.protocol


@pytest.mark.req("C-40")
def test_the_file_follows_filter_and_order(ana, open_ticket):
    for title in ("Beta", "Alfa", "Gama"):
        open_ticket(title=title)
    titles = [row[5] for row in rows_of(ana.get(f"{URL}?order=-title&q=a"))[1:]]
    assert titles == ["Gama", "Beta", "Alfa"]
    assert len(rows_of(ana.get(f"{URL}?filter=closed"))) == 1  # the head alone
    for wrong in ("order=colour", "deadline=soon", "status=x", "opened_from=2026-03-16"):
        assert ana.get(f"{URL}?{wrong}").status_code == 400, wrong


def test_the_time_zone_stands_in_the_name(ana, open_ticket):
    open_ticket()
    for path in (URL, "/lists/tickets/export.csv"):
        assert "America-Sao_Paulo" in ana.get(path).headers["Content-Disposition"]
    assert ana.get(URL).data == ana.get("/lists/tickets/export.csv").data


def test_who_may_not_export_has_no_file(client, desk, sign_in, make_user, world):
    assert sign_in(desk.pedro).get(URL).status_code in (302, 403, 404)
    assert client().get(URL).status_code == 302


def test_the_spreadsheet_has_what_the_screen_shows(ana, open_ticket):
    open_ticket()
    answer = ana.get("/lists/tickets/export.xlsx?columns=number,title")
    assert answer.data[:2] == b"PK"
