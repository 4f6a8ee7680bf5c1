"""Real complaints become closed attendances, each once, whatever file they come in."""
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app import documents
from app.database import unit_of_work
from app.errors import DomainError
from app.models.attendance import Attendance
from app.models.classification import Classification, Motive, Situation, Subclassification
from app.models.custom_field import CustomField
from app.models.custom_form import CustomData
from app.models.custom_record import FieldIndex
from app.models.entity import Entity
from app.models.log import LogEntry
from app.models.protocol import ProtocolCounter
from app.models.survey import SurveyAnswer
from app.phones import parse
from app.security.viewer import SYSTEM
from app.services import audit, field_filling, records
from tests.support.clock import NOON
from tests.support.forms import placed

ROW = ("CO;DF;Brasília;F;entre 51 a 60 anos;2014;10;30/10/2014;07/11/2014;28/11/2014;8;Itaú BMG Consignado;"
       "Bancos, Financeiras e Administradoras de Cartão;Serviços Financeiros;Crédito Consignado;Vício de Qualidade;"
       "Portabilidade não efetivada ;Loja física;S;S;Finalizada avaliada;Não Resolvida;2")
SILENT = (ROW.replace(";07/11/2014;", ";;").replace(";8;Itaú", ";;Itaú").replace(";S;S;", ";N;N;")
          .replace("Resolvida;2", "Resolvida;"))


def one(session):
    return session.scalars(select(Attendance).where(Attendance.source_key.is_not(None))).one()


def all_of(session):
    return session.scalars(select(Attendance).where(Attendance.source_key.is_not(None)).order_by(Attendance.id)).all()


def test_a_complaint_is_classified_dated_and_closed_as_the_file_tells(session, imported):
    assert imported([ROW]) == {"read": 1, "imported": 1, "unchanged": 0, "refused": 0}
    case = one(session)
    assert (case.motive.name, case.occurrence.name, case.cause.name) == (
        "Serviços Financeiros", "Crédito Consignado", "Portabilidade não efetivada")
    assert (case.situation.name, case.phase, case.kind, case.direction) == (
        "Finalizada avaliada", "closed", "sac", "receptive")
    assert case.opened_at == datetime(2014, 10, 30, 2, tzinfo=UTC)  # midnight in São Paulo, in summer time
    assert case.closed_at == datetime(2014, 11, 28, 2, tzinfo=UTC)
    assert re.fullmatch(r"2014-\d{10}", case.protocol)
    assert case.custom_values == {
        "como_comprou": "Loja física", "segmento": "Bancos, Financeiras e Administradoras de Cartão", "regiao": "CO",
        "uf": "DF", "cidade": "Brasília", "sexo": "F", "faixa_etaria": "entre 51 a 60 anos", "tempo_resposta": 8,
        "procurou_empresa": True, "respondida": True, "avaliacao": "Não Resolvida"}


def test_classification_and_subclassification_are_registered_too(session, imported):
    imported([ROW])
    below = session.scalar(select(Subclassification).where(Subclassification.name == "Portabilidade não efetivada"))
    assert below.classification.name == "Vício de Qualidade"
    assert session.scalar(select(func.count()).select_from(Classification).where(
        Classification.name == "Vício de Qualidade")) == 1


def test_the_company_complained_of_is_a_partner_set_as_local(session, imported):
    imported([ROW, ROW.replace("DF;Brasília", "GO;Goiânia").replace("Itaú BMG", "ITAÚ  BMG")])
    first, second = all_of(session)
    assert first.local_partner is second.local_partner
    assert first.local_partner.name == "Itaú BMG Consignado"
    assert [role.role_type.code for role in first.local_partner.active_roles] == ["partner"]


def test_the_person_is_made_up_with_a_valid_document_and_phone(session, imported):
    imported([ROW])
    person = one(session).entity
    assert documents.is_cpf(person.document)
    assert parse(person.main_phone.number) == person.main_phone.number
    assert person.main_phone.number.startswith("+5561")
    assert [role.role_type.code for role in person.active_roles] == ["customer"]


def test_an_answered_complaint_has_the_answer_with_its_date_and_one_without_has_none(session, imported):
    imported([ROW, SILENT])
    answered, silent = (case.details[0] for case in all_of(session))
    assert answered.answered_at == datetime(2014, 11, 7, 2, tzinfo=UTC)
    assert "07/11/2014" in answered.answer
    assert "Portabilidade não efetivada" in answered.description
    assert (silent.answer, silent.answered_at) == (None, None)


def test_the_mark_is_the_answer_of_a_satisfaction_survey(session, imported):
    imported([ROW, SILENT])
    answer = session.scalars(select(SurveyAnswer)).one()
    assert (answer.value, answer.question.text) == (2, "Nota do Consumidor")
    assert answer.question.survey.kind == "satisfaction"


@pytest.mark.req("S-14")
def test_the_complementary_data_are_fields_with_the_options_met(session, imported, rows):
    imported(rows)
    fields = {field.key: field for field in session.scalars(
        select(CustomField).join(CustomData, CustomData.form_id == CustomField.form_id).order_by(CustomField.position))}
    assert fields["regiao"].name == "Região"
    assert {option["value"] for option in fields["regiao"].options} == {row.split(";")[0].strip() for row in rows}
    assert list(fields)[:4] == ["como_comprou", "segmento", "regiao", "uf"]  # in the order of the file
    types = {key: field.type for key, field in fields.items()}
    assert (types["cidade"], types["tempo_resposta"], types["respondida"]) == ("text", "integer", "boolean")


@pytest.mark.req("M-88")
def test_a_form_that_could_not_be_told_from_another_keeps_the_import_out(session, seeding, imported):
    with seeding():
        session.add_all(placed("attendance", CustomField(key="cidade_from", name="De", type="text")))
    with pytest.raises(DomainError, match="cidade"):
        imported([ROW])
    assert session.scalar(select(CustomField.id).where(CustomField.key == "cidade")) is None


def test_the_same_file_again_changes_nothing(session, imported, rows):
    def counts():
        models = Attendance, Entity, Motive, LogEntry
        return [session.scalar(select(func.count()).select_from(model)) for model in models]

    assert imported(rows)["imported"] == len(rows)
    before = counts()
    assert imported(rows) == {"read": len(rows), "imported": 0, "unchanged": len(rows), "refused": 0}
    assert counts() == before


def test_identical_rows_are_all_real(session, imported, rows):
    assert len(rows) > len(set(rows)), "the sample holds identical rows"
    assert imported(rows)["imported"] == len(rows)
    assert len({case.source_key for case in all_of(session)}) == len(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_same_rows_in_another_encoding_are_the_same(session, imported, rows, encoding):
    writable = [row.replace("–", "-") for row in rows]  # which Latin-1 does not have
    imported(writable)
    assert imported(writable, encoding) == {"read": len(rows), "imported": 0, "unchanged": len(rows), "refused": 0}


@pytest.mark.parametrize("damage", [
    lambda text: text.encode("cp1252").decode("utf-8", "replace").encode(),  # read as what it is not, and saved
    lambda text: text.encode("ascii", "replace"),
    lambda text: text.encode().decode("ascii", "replace").encode(),  # a U+FFFD for every byte
], ids=["U+FFFD", "question marks", "two U+FFFD a letter"])
def test_rows_with_lost_characters_are_known_again(session, imported, rows, damage):
    imported(rows)
    damaged = damage("".join(row + "\r\n" for row in rows))
    assert imported(damaged) == {"read": len(rows), "imported": 0, "unchanged": len(rows), "refused": 0}


def test_a_damaged_name_finds_its_row_and_a_damaged_row_gets_its_name_back(session, imported):
    other = ROW.replace("30/10/2014", "29/10/2014")
    imported(other.encode("cp1252").decode("utf-8", "replace").encode() + b"\r\n")
    assert "\ufffd" in one(session).motive.name
    imported([ROW])
    assert [case.motive.name for case in all_of(session)] == ["Serviços Financeiros"] * 2
    imported(ROW.replace("30/10/2014", "28/10/2014").encode("ascii", "replace") + b"\r\n")
    assert {case.cause.name for case in all_of(session)} == {"Portabilidade não efetivada"}
    assert len({case.local_partner_id for case in all_of(session)}) == 1


@pytest.mark.req("M-03", "B-13")
def test_protocols_are_the_next_numbers_of_the_opening_years(session, imported, rows):
    first = session.scalar(select(ProtocolCounter.last).where(
        ProtocolCounter.kind == "attendance", ProtocolCounter.year == 2014)) or 0
    late = ROW.replace("2014;10;30/10/2014;07/11/2014;28/11/2014", "2013;12;31/12/2013;02/01/2014;03/01/2014")
    imported([*rows, late])
    numbers = Counter()
    for case in all_of(session):
        year, number = map(int, case.protocol.split("-"))
        numbers[year, number] += 1
    assert numbers == Counter([(2014, first + n) for n in range(1, len(rows) + 1)] + [(2013, 1)])


@pytest.mark.req("B-19")
def test_every_imported_record_has_its_chained_log(session, imported, rows):
    imported(rows)
    case = all_of(session)[0]
    entries = session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == case.id).order_by(LogEntry.seq)).all()
    assert [entry.action for entry in entries] == ["create", "close"]
    assert entries[0].changes["protocol"][:2] == [None, case.protocol]
    assert entries[1].changes["phase"][:2] == [None, "closed"]
    assert {entry.actor_name for entry in entries} == {SYSTEM.name}
    breaches = []
    assert audit.verify(session, breaches.append).entries
    assert breaches == []


def test_a_situation_that_does_not_close_is_not_taken_for_one_that_does(session, imported, file):
    with unit_of_work(session):
        records.create(session, Situation, {"name": "Em análise", "phase": "pending"}, actor=SYSTEM, now=NOON)
    tally = imported([ROW, ROW.replace("Finalizada avaliada", "Em análise")])
    assert tally == {"read": 2, "imported": 1, "unchanged": 0, "refused": 1}
    assert one(session).situation.name == "Finalizada avaliada"


@pytest.mark.req("B-20")
def test_what_is_imported_is_found_by_the_fields_that_can_be_searched(session, seeding, imported, rows):
    imported(rows[:5])
    with seeding():
        session.add_all(placed("entity", CustomField(key="card", name="Carteira", type="text", searchable=True)))
        for field in session.scalars(select(CustomField)):
            field.searchable = field.key != "sexo"  # ten of a form may be
        session.flush()
        for form_id in session.scalars(select(CustomData.form_id)):
            field_filling.refill(session, form_id, actor=SYSTEM, now=NOON)
    imported(rows)
    assert session.scalar(select(func.count()).select_from(FieldIndex).where(FieldIndex.value.is_not(None))) > 100
    assert list(field_filling.verify(session)) == []
