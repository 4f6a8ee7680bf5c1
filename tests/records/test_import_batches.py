"""Rows of a file written many at a time: each as the service writes one, refused one by one, none of them twice."""
import pytest
from sqlalchemy import func, select

from app.models.custom_record import CustomRecord, FieldIndex
from app.models.log import LogEntry
from app.queries import custom_records as reads
from app.services import audit, custom_records, field_filling
from tests.records.conftest import stored
from tests.records.test_import import GOOD, HEAD, bring, counts, reasons, send, total
from tests.support.clock import NOON

NUMBERED = "Número;Bairro;Casas atingidas"


def told(session, pk) -> list[tuple]:
    return [(entry.seq, entry.action, entry.actor_id, {name: change[:2] for name, change in entry.changes.items()})
            for entry in session.scalars(select(LogEntry).where(
                LogEntry.target == "custom_record", LogEntry.target_id == pk).order_by(LogEntry.seq))]


def keys(session, pk) -> list[tuple]:
    return list(map(tuple, session.execute(select(FieldIndex.field_id, FieldIndex.place, FieldIndex.value).where(
        FieldIndex.kind == "record", FieldIndex.owner_id == pk).order_by(FieldIndex.field_id, FieldIndex.place))))


@pytest.mark.req("B-20", "B-19")
def test_an_imported_record_is_what_the_service_would_have_written(
        session, stoppages, browser, ana, viewer_for, world):
    rows = [GOOD.replace("=soma;;", f"=soma;;{world.attendance.protocol}"), GOOD,
            f"Lapa;;;;;;;;;;{world.entity.name};"]
    bring(browser, send(browser, stoppages.root, HEAD, *rows))
    imported = session.scalars(select(CustomRecord).order_by(CustomRecord.id)).all()
    assert [each.attendance_id for each in imported] == [world.attendance.id, None, None]
    assert imported[2].entity_id == world.entity.id
    for each in imported:
        links = {"attendance_id": each.attendance_id} if each.attendance_id else {"entity_id": each.entity_id}
        saved = custom_records.add_record(session, stoppages.form_id, each.values, actor=viewer_for(ana), now=NOON,
                                          **links)
        for name in ("company_id", "owner_id", "department_id", "attendance_id", "entity_id", "values", "search_text",
                     "version"):
            assert getattr(each, name) == getattr(saved, name), name
        assert keys(session, each.id) == keys(session, saved.id)
        assert told(session, each.id) == told(session, saved.id)
    assert list(field_filling.verify(session)) == []
    breaches = []
    audit.verify(session, breaches.append)
    assert breaches == []


def test_a_batch_adds_and_changes(session, stoppages, browser, add):
    old = [add(bairro=f"Antigo {number}") for number in range(3)]
    rows = [line for number, pk in enumerate(old) for line in (f"{pk};Novo {number};7", f";Outro {number};8")]
    assert counts(bring(browser, send(browser, stoppages.root, NUMBERED, *rows))) == [6, 3, 3, 0, 0]
    for number, pk in enumerate(old):
        record = stored(session, pk)
        assert record.values == {"bairro": f"Novo {number}", "casas": 7}
        assert [action for _seq, action, *_rest in told(session, pk)] == ["create", "update"]
    assert total(session) == 6
    assert list(field_filling.verify(session)) == []


def test_a_row_that_came_in_meanwhile_is_refused_alone(session, stoppages, browser, monkeypatch):
    """Two imports at once: the other one's rows were not there when this one looked."""
    first, more = ([f"{name} {number};{number}" for number in range(n)] for name, n in (("Bairro", 3), ("Vila", 4)))
    head = "Bairro;Casas atingidas"
    bring(browser, send(browser, stoppages.root, head, *first))
    at = send(browser, stoppages.root, head, more[0], *first, *more[1:])
    monkeypatch.setattr(reads, "marks_among", lambda *_arguments: set())
    page = bring(browser, at)
    assert counts(page) == [7, 4, 0, 0, 3]
    assert set(reasons(page)) == {"3", "4", "5"}
    assert "Esta linha foi importada" in reasons(page)["3"]
    assert total(session) == 7
    assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.target == "custom_record")) == 7
    assert list(field_filling.verify(session)) == []


def test_the_statements_of_a_batch_do_not_grow_with_its_rows(session, stoppages, browser, world, queries):
    def sent_for(rows):
        at = send(browser, stoppages.root, HEAD, *(
            GOOD.replace("Vila Nova", f"Vila {rows} {number}").replace(
                "=soma;;", f"=soma;{world.entity.name};{world.attendance.protocol if number % 2 else ''}")
            for number in range(rows)))
        queries.clear()
        assert counts(bring(browser, at))[1] == rows
        return len(queries)

    sent_for(4)
    assert sent_for(90) == sent_for(5)
