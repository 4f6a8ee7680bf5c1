"""Lotes, Guias and Pagamentos: whose they are, what is refused, who reads and who writes."""
from decimal import Decimal

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.errors import Invalid
from app.models.log import LogEntry
from app.models.provider_account import Batch, Guide, Payment
from tests.orders.conftest import refused, text
from tests.support.clock import NOON
from tests.support.world import add_entity

from .forms import batch_form, guide_form, payment_form


def stored(session, model, **where):
    session.expire_all()
    return session.scalar(select(model).filter_by(**where))


@pytest.fixture
def other_provider(session, seeding, world):
    with seeding():
        row = add_entity(session, world.company, "Polar Refrigeração", role=world.role_types["provider"])
    session.flush()
    return row


@pytest.fixture
def batch(supervisor, session, world):
    assert supervisor.post("/batches/add", batch_form(world.provider)).status_code == 302
    return stored(session, Batch, number="L-01")


@pytest.mark.req("C-80", "C-81", "C-82", "C-105")
def test_a_batch_a_guide_and_a_payment_are_kept_and_shown(batch, supervisor, session, world):
    guide = supervisor.post("/guides/add", guide_form(world.provider, batch=batch.id, total="R$ 1.234,56"))
    assert guide.status_code == 302, refused(guide)
    assert supervisor.post("/payments/add", payment_form(world.provider, batch=batch.id)).status_code == 302
    kept = stored(session, Guide, number="G-01")
    assert (kept.provider_id, kept.batch_id, kept.total, kept.attendance_id) == (
        world.provider.id, batch.id, Decimal("1234.56"), None)
    paid = stored(session, Payment, document="DOC-1")
    assert (paid.amount, paid.batch.number) == (Decimal("500"), "L-01")
    page = text(supervisor.get("/guides/list/"))
    for shown in ("G-01", "Clínica Boa Vista Ltda.", "Maria das Dores", "R$ 1.234,56", "Solicitada", "10/03/2026"):
        assert shown in page, shown
    assert "Recebido" in text(supervisor.get(f"/batches/show/{batch.id}"))
    assert "G-01" in text(supervisor.get(f"/guides/list/?_flt_0_batch={batch.id}"))
    assert "R$ 500,00" in text(supervisor.get(f"/payments/show/{paid.id}"))
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "guide", LogEntry.target_id == kept.id))
    assert entry.changes["total"][:2] == [None, "1234.56"]


@pytest.mark.req("C-105")
def test_only_providers_are_offered_and_taken(supervisor, session, world):
    found = supervisor.get("/lookup/provider?q=").json["results"]
    assert [row["id"] for row in found] == [world.provider.id]
    assert "45.723" not in found[0]["text"]
    for model, path, form in ((Batch, "/batches/add", batch_form), (Guide, "/guides/add", guide_form),
                              (Payment, "/payments/add", payment_form)):
        for entity in (world.entity, world.other_entity):
            page = supervisor.post(path, form(entity))
            assert page.status_code == 422
            assert "provider" in refused(page)
        assert session.scalar(select(model.id)) is None


@pytest.mark.req("C-105")
@pytest.mark.parametrize(("path", "form", "field"), [
    ("/batches/add", batch_form, "total"), ("/guides/add", guide_form, "total"),
    ("/payments/add", payment_form, "amount")])
def test_amounts_are_not_negative(supervisor, world, path, form, field):
    page = supervisor.post(path, form(world.provider, **{field: "-0,01"}))
    assert page.status_code == 422
    assert "não pode ser negativo" in refused(page)[field]
    assert 'value="-0,01"' in page.text


@pytest.mark.req("C-105")
def test_the_tables_themselves_refuse_negative_amounts(session, world):
    row = {"provider_id": world.provider.id, "document": "X", "paid_on": NOON.date(), "amount": Decimal("-1"),
           "version": 1}
    with pytest.raises(IntegrityError, match="ck_payment_amount"), session.begin_nested():
        session.execute(insert(Payment), [row])


@pytest.mark.req("C-105")
def test_all_refusals_are_told_at_once(supervisor):
    page = supervisor.post("/guides/add", {"provider": "", "number": "", "issued_on": "0001-01-01", "beneficiary": "",
                                           "state": "burnt", "total": "-1"})
    assert set(refused(page)) >= {"provider", "number", "beneficiary", "state", "total"}
    page = supervisor.post("/payments/add", {"provider": "", "document": "", "paid_on": "", "amount": ""})
    assert set(refused(page)) >= {"provider", "document", "paid_on", "amount"}


@pytest.mark.req("C-105")
def test_numbers_are_taken_once(batch, supervisor, other_provider, world):
    again = supervisor.post("/batches/add", batch_form(world.provider))
    assert (again.status_code, "number" in refused(again)) == (409, True)
    assert supervisor.post("/batches/add", batch_form(other_provider)).status_code == 302
    assert supervisor.post("/guides/add", guide_form(world.provider)).status_code == 302
    assert "number" in refused(supervisor.post("/guides/add", guide_form(other_provider)))
    assert supervisor.post("/payments/add", payment_form(world.provider)).status_code == 302
    assert "document" in refused(supervisor.post("/payments/add", payment_form(world.provider, amount="1")))


@pytest.mark.req("C-105")
def test_a_batch_belongs_to_the_same_provider(batch, supervisor, session, other_provider, world):
    page = supervisor.post("/guides/add", guide_form(other_provider, batch=batch.id))
    assert "batch" in refused(page)
    assert supervisor.post("/guides/add", guide_form(world.provider, batch=batch.id)).status_code == 302
    guide = stored(session, Guide, number="G-01")
    moved = guide_form(other_provider, batch=batch.id, version=guide.version)
    assert "batch" in refused(supervisor.post(f"/guides/edit/{guide.id}", moved))
    taken = batch_form(other_provider, version=batch.version)
    assert "provider" in refused(supervisor.post(f"/batches/edit/{batch.id}", taken))
    assert supervisor.post(f"/batches/delete/{batch.id}").status_code == 409
    assert supervisor.post(f"/guides/delete/{guide.id}").status_code == 302
    assert supervisor.post(f"/batches/delete/{batch.id}").status_code == 302
    assert supervisor.get(f"/lookup/batch?parent={world.provider.id}").json["results"] == []


@pytest.mark.req("C-105", "B-29")
def test_an_attendant_reads_a_configurator_does_not_and_a_stranger_finds_nothing(
        batch, attendant, configurator, make_user, sign_in, world):
    assert "L-01" in text(attendant.get("/batches/list/"))
    assert attendant.get("/batches/add").status_code == 403
    assert attendant.post(f"/batches/delete/{batch.id}").status_code == 403
    for path in ("/batches/list/", "/guides/list/", "/payments/list/"):
        assert configurator.get(path).status_code == 403
    stranger = sign_in(make_user("zoe", "Supervisor", companies=[world.other_company]))
    assert stranger.get(f"/batches/show/{batch.id}").status_code == 404
    assert "L-01" not in text(stranger.get("/batches/list/"))
    assert stranger.get("/lookup/batch?q=L-01").json["results"] == []
    provider = sign_in(make_user("pedro", "Provider", entity=world.provider))
    assert provider.get(f"/batches/show/{batch.id}").status_code in (403, 404)


@pytest.mark.req("C-105")
def test_the_registers_stand_under_providers_in_the_menu(supervisor):
    page = text(supervisor.get("/batches/list/"))
    assert "Prestadores Lotes Guias Pagamentos" in page


def test_what_a_merged_provider_had_follows(batch, session, other_provider, make_user, viewer_for, world):
    from app.services import batches, entity_merge

    actor = viewer_for(make_user("sam", "Supervisor", companies=[world.company]))
    kept, merged, pk = other_provider.id, world.provider.id, batch.id
    done = entity_merge.merge(session, kept, merged, same_person=True, actor=actor, now=NOON)
    assert session.get(Batch, pk).provider_id == kept
    with pytest.raises(Invalid) as refused_new:
        batches.create(session, {"provider": merged, "number": "L-99", "received_on": NOON.date()}, actor=actor,
                       now=NOON)
    assert refused_new.value.field == "provider"
    entity_merge.undo(session, done.id, actor=actor, now=NOON)
    session.expire_all()
    assert session.get(Batch, pk).provider_id == merged
