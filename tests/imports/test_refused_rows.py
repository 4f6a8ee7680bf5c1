"""A broken row is never silent: it stands with its reasons in a file beside the input, and the others are imported."""
import csv
import os

import pytest

from .test_consumidor_gov import ROW


def refusals(path):
    with path.with_name(path.name + ".recusadas.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


BROKEN = {
    "too few columns": (ROW.replace(";DF;", ";"), "22 colunas"),
    "too many columns": (ROW + ";", "24 colunas"),
    "a day that does not exist": (ROW.replace("30/10/2014", "31/02/2014"), "Data Abertura não é uma data válida"),
    "a date in words": (ROW.replace("28/11/2014", "ontem"), "Data Finalização não é uma data válida"),
    "no date of opening": (ROW.replace("30/10/2014", ""), "Data Abertura está em branco"),
    "no date of closing": (ROW.replace("28/11/2014", " "), "Data Finalização está em branco"),
    "closed too early": (ROW.replace("28/11/2014", "29/10/2014"), "Finalização é anterior à abertura"),
    "answered before it was opened": (ROW.replace("07/11/2014", "01/10/2014"), "Data Resposta é anterior à abertura"),
    "answered after it was closed": (
        ROW.replace("07/11/2014", "30/11/2014"), "Data Resposta é posterior à finalização"),
    "in the future": (ROW.replace("28/11/2014", "28/11/2414"), "Data Finalização está no futuro"),
    "another month than its date": (ROW.replace(";2014;10;", ";2014;11;"), "não é do ano e mês"),
    "an unknown flag": (ROW.replace(";S;S;", ";S;X;"), "Respondida deve ser S ou N"),
    "answered, but no date": (ROW.replace("07/11/2014", ""), "Respondida é S, mas não há data"),
    "not answered, but a date": (ROW.replace(";S;S;", ";S;N;"), "Respondida é N, mas há data"),
    "an unknown state": (ROW.replace(";DF;", ";XX;"), "UF não existe"),
    "an unknown region": (ROW.replace("CO;", "OC;", 1), "Região não existe"),
    "a mark of nine": (ROW[:-1] + "9", "Nota do Consumidor deve ser de 1 a 5"),
    "a mark in words": (ROW[:-1] + "dois", "Nota do Consumidor deve ser um número inteiro"),
    "days in words": (ROW.replace(";8;Itaú", ";oito;Itaú"), "Tempo Resposta deve ser um número inteiro"),
    "no company": (ROW.replace("Itaú BMG Consignado", " "), "Nome Fantasia está em branco"),
    "no area": (ROW.replace("Serviços Financeiros", ""), "Área está em branco"),
    "an over-long name": (ROW.replace("Itaú", "Itaú" * 60), "Nome Fantasia tem mais de 200 caracteres"),
    "a control character": (ROW.replace("Itaú", "It\0aú"), "Nome Fantasia tem caracteres que nenhum texto tem"),
    "a quotation mark never closed": (ROW.replace("Brasília", '"Brasília'), "3 colunas"),
}


@pytest.mark.parametrize(("row", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_row_is_refused_with_its_reason_and_its_neighbours_are_not(flask, file, row, reason):
    path = file([ROW, row, ROW])
    assert flask("import-consumidor-gov", path).last == "read=3 imported=2 unchanged=0 refused=1"
    header, refused = refusals(path)
    assert header[:3] == ["Linha", "Motivo", "Região"]
    assert refused[0] == "2"
    assert reason in refused[1]
    assert refused[2] == row.split(";")[0]


def test_every_reason_of_a_row_is_told(flask, file):
    path = file([ROW.replace(";DF;", ";XX;").replace(";S;S;", ";S;X;")])
    flask("import-consumidor-gov", path)
    assert "UF não existe. Respondida deve ser S ou N." in refusals(path)[1][1]


def test_formula_cells_are_disarmed_in_the_file_of_refused_rows(flask, file):
    path = file([ROW.replace("Itaú BMG Consignado", "=HYPERLINK(0)").replace(";DF;", ";XX;")])
    flask("import-consumidor-gov", path)
    assert "'=HYPERLINK(0)" in refusals(path)[1]


def test_the_file_of_refused_rows_tells_of_the_last_run(flask, file):
    path = file([ROW.replace(";DF;", ";XX;")])
    flask("import-consumidor-gov", path)
    assert refusals(path)
    file([ROW])
    assert flask("import-consumidor-gov", path).last == "read=1 imported=1 unchanged=0 refused=0"
    assert not path.with_name(path.name + ".recusadas.csv").exists()


def test_where_no_file_can_be_written_the_refusal_is_said_on_the_terminal(flask, file, monkeypatch):
    path = file([ROW.replace(";DF;", ";XX;")])
    (path.parent / (path.name + ".recusadas.csv")).symlink_to(path.parent / "no such folder" / "file")
    monkeypatch.setattr(os, "unlink", lambda *_a, **_k: None)
    ran = flask("import-consumidor-gov", path)
    assert ran.last == "read=1 imported=0 unchanged=0 refused=1"
    assert "UF não existe" in ran.stderr


def test_empty_lines_and_a_header_are_no_rows(flask, file):
    from app.services.imports.complaints import NAMES

    path = file([";".join(NAMES), ROW, "", "  ", ROW])
    assert flask("import-consumidor-gov", path).last == "read=2 imported=2 unchanged=0 refused=0"


def test_a_quoted_field_may_hold_the_separator_and_go_on_in_the_next_line(flask, file):
    whole = ROW.replace("Brasília", '"Brasília; Plano Piloto"')
    broken = ROW.replace("Brasília", '"Brasília\r\nPlano Piloto"')
    path = file([whole, broken])
    assert flask("import-consumidor-gov", path).last == "read=2 imported=2 unchanged=0 refused=0"
