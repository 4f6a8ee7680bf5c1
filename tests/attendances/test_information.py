"""Block 5: the product of a detail page, what is known of it for the motive and occurrence, lot and dates."""
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.database import utc_now
from app.errors import Invalid
from app.models.attendance import Attendance
from app.models.log import LogEntry
from app.models.product import Product, ProductInformation
from app.services import attendances
from tests.support.clock import DAY, NOON
from tests.support.world import add_attendance


@pytest.fixture
def known(world, session, seeding):
    """Two products and what is known of them: below the occurrence, the whole motive, another motive, switched off."""
    with seeding():
        yogurt, cheese = Product(name="Iogurte natural", code="7001"), Product(name="Queijo minas", code="7002")
        session.add_all([yogurt, cheese])

        def told(title, product, motive, occurrence=None, active=True):
            row = ProductInformation(title=title, text=f"Texto de {title}.", product=product, motive=motive,
                                     active=active)
            session.add(row)
            session.flush()
            row.occurrence_id = occurrence.id if occurrence else None
            return row

        world.yogurt, world.cheese = yogurt, cheese
        world.of_pair = told("Tampa estufada", yogurt, world.motive, world.occurrence)
        world.of_motive = told("Prazo do laudo", cheese, world.motive)
        world.of_other = told("Onde comprar", yogurt, world.other_motive)
        world.off = told("Recolhimento antigo", yogurt, world.motive, active=False)
    session.commit()
    return world


def offered(desk, **query):
    return [row["text"] for row in desk.browser.get("/lookup/information", query_string=query).json["results"]]


@pytest.mark.req("S-53", "S-67")
def test_what_is_known_is_offered_for_the_motive_and_its_occurrence(desk, known):
    motive, occurrence = known.motive.id, known.occurrence.id
    assert offered(desk, parent=motive, occurrence=occurrence) == [
        "Iogurte natural · Tampa estufada", "Queijo minas · Prazo do laudo"]
    assert offered(desk, parent=motive) == ["Queijo minas · Prazo do laudo"]  # what holds for the whole motive
    assert offered(desk, parent=motive, occurrence=occurrence, product=known.cheese.id) == [
        "Queijo minas · Prazo do laudo"]
    assert offered(desk, parent=motive, occurrence=occurrence, q="IÔGURTE") == ["Iogurte natural · Tampa estufada"]
    assert offered(desk, parent=known.other_motive.id) == ["Iogurte natural · Onde comprar"]
    assert offered(desk, parent="") == offered(desk, parent="²") == []


@pytest.mark.req("S-53")
def test_without_a_motive_it_is_asked_for_and_an_empty_list_says_so(desk, world):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    box = re.search(r'<select[^>]*id="information_ids"[^>]*>', page)[0]
    assert 'data-first="Escolha o motivo antes"' in box
    assert 'data-none="Nenhuma informação vinculada a este motivo e ocorrência."' in box


@pytest.mark.req("S-53", "S-54", "S-55", "S-56", "S-57", "S-58")
def test_product_information_lot_and_dates_are_stored_with_the_page(desk, known, session):
    attendance = desk.opened(
        product_id=known.yogurt.id, information_ids=[known.of_pair.id, known.of_motive.id], note="Guardado frio",
        lot_number="L26-0418", serial_number="SN-9", manufactured_on="2026-01-18", expires_on="2026-02-17")
    page = attendance.details[0]
    assert page.product == known.yogurt
    assert [row.title for row in page.information] == ["Tampa estufada", "Prazo do laudo"]
    html = desk.page(attendance)
    for text in ("Iogurte natural (7001)", "Iogurte natural · Tampa estufada", "Queijo minas · Prazo do laudo",
                 "Guardado frio", 'value="L26-0418"', 'value="SN-9"', 'value="18/01/2026"', 'value="17/02/2026"'):
        assert text in html
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "attendance", LogEntry.target_id == attendance.id))
    assert entry.changes["details.1.product"][1]["text"] == "Iogurte natural"
    assert [row["text"] for row in entry.changes["details.1.information"][1]] == ["Tampa estufada", "Prazo do laudo"]
    logs = desk.browser.get(f"/logs/attendance/{attendance.id}").text
    assert "Informação (página 1)" in logs
    assert "Tampa estufada; Prazo do laudo" in logs


@pytest.mark.req("S-53")
def test_information_is_taken_off_and_the_log_tells_it(desk, known, session):
    attendance = desk.opened(information_ids=[known.of_pair.id, known.of_motive.id])
    assert desk.save(attendance, action="detail", information_ids=[known.of_motive.id]).status_code == 302
    assert [row.title for row in attendance.details[0].information] == ["Prazo do laudo"]
    last = session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == attendance.id).order_by(LogEntry.seq)).all()[-1]
    old, new = last.changes["details.1.information"][:2]
    assert (len(old), [row["text"] for row in new]) == (2, ["Prazo do laudo"])
    version = attendance.version
    assert desk.save(attendance, action="detail", information_ids=[known.of_motive.id]).status_code == 302
    assert attendance.version == version  # the same again is no change


@pytest.mark.req("S-53")
def test_information_of_another_motive_is_refused_even_when_forged(desk, known, error_at):
    response = desk.open(information_ids=[known.of_other.id])
    assert response.status_code == 422
    assert "não está vinculada ao motivo" in error_at(response.text, "information_ids")
    no_occurrence = desk.open(information_ids=[known.of_pair.id], occurrence_id="", cause_id="")
    assert no_occurrence.status_code == 422
    for pk in (known.off.id, 999_999):
        assert desk.open(information_ids=[pk]).status_code == 422


@pytest.mark.req("S-53")
def test_what_is_linked_stays_when_it_is_switched_off(desk, known, session, seeding):
    attendance = desk.opened(information_ids=[known.of_pair.id], product_id=known.yogurt.id)
    with seeding():
        known.of_pair.active = known.yogurt.active = False
    session.commit()
    response = desk.save(attendance, information_ids=[known.of_pair.id], product_id=known.yogurt.id, lot_number="L2")
    assert response.status_code == 302
    assert attendance.details[0].lot_number == "L2"
    assert [row.title for row in attendance.details[0].information] == ["Tampa estufada"]
    assert desk.open(product_id=known.yogurt.id, request_key="k2").status_code == 422


@pytest.mark.req("S-53")
def test_an_attendance_without_a_motive_takes_no_information(known, session, seeding, viewer_for, staff):
    with seeding():
        known.attendance.motive = None
    session.commit()
    with pytest.raises(Invalid) as refused:
        attendances.add_detail(
            session, known.attendance.id, actor=viewer_for(staff("Attendant")), now=utc_now(),
            detail={"channel_id": known.channels["phone"].id, "description": "Texto",
                    "information_ids": [known.of_motive.id]})
    assert refused.value.field == "information_ids"


@pytest.mark.req("S-57")
def test_manufacture_tomorrow_is_refused_by_the_day_of_the_company(desk, world, error_at, session, viewer_for, staff):
    tomorrow = utc_now().astimezone(ZoneInfo("America/Sao_Paulo")).date() + timedelta(days=1)
    response = desk.open(manufactured_on=tomorrow.isoformat())
    assert response.status_code == 422
    assert "não pode estar no futuro" in error_at(response.text, "manufactured_on")
    late = datetime(2026, 3, 17, 1, 30, tzinfo=UTC)  # in São Paulo it is still the 16th
    pk, actor = desk.opened().id, viewer_for(staff("Attendant"))
    with pytest.raises(Invalid):
        attendances.save_detail(session, pk, version=None, actor=actor, now=late,
                                detail={"page": 1, "manufactured_on": late.date()})


@pytest.mark.req("S-58")
def test_what_has_expired_is_taken_and_flagged(desk):
    def flag(html):
        return "hidden" not in re.search(r'<span[^>]*id="expired"[^>]*>', html)[0]

    today = utc_now().astimezone(ZoneInfo("America/Sao_Paulo")).date()
    old = desk.opened(expires_on=(today - timedelta(days=1)).isoformat())
    assert flag(desk.page(old))
    assert "Vencido" in desk.page(old)
    last_day = desk.opened(expires_on=today.isoformat(), request_key="k2")
    assert not flag(desk.page(last_day))
    assert not flag(desk.page(desk.opened(request_key="k3")))


@pytest.mark.req("S-59")
def test_ver_informacao_shows_all_that_is_linked(desk, known):
    attendance = desk.opened(information_ids=[known.of_pair.id, known.of_motive.id])
    link = re.search(r'id="see-information"[^>]*href="([^"]+)"', desk.page(attendance))[1].replace("&amp;", "&")
    shown = desk.browser.get(link).text
    for text in ("Tampa estufada", "Texto de Tampa estufada.", "Iogurte natural · Reclamação · Cobrança indevida",
                 "Texto de Prazo do laudo.", "Queijo minas · Reclamação"):
        assert text in shown
    inside = desk.browser.get(link, headers={"X-Requested-With": "fetch"}).text
    assert "<html" not in inside
    assert "Texto de Prazo do laudo." in inside
    assert "Nenhuma informação vinculada a este detalhe" in desk.browser.get("/attendances/information").text
    assert desk.browser.get("/attendances/information?id=²&id=x&id=99").status_code == 200


# ---- "Local" and "SAC Relacionado" by their dialogs

@pytest.mark.req("S-49")
@pytest.mark.parametrize(("typed", "found"), [("", ["Mercado Bonfim"]), ("bonfim MERC", ["Mercado Bonfim"]),
                                              ("ana", []), ("alheio", [])])
def test_only_active_partners_of_the_own_company_are_offered_as_place(desk, world, session, seeding, typed, found):
    from tests.support.world import add_entity
    with seeding():
        add_entity(session, world.company, "Bonfim Desativado", role=world.role_types["partner"], active=False)
        add_entity(session, world.other_company, "Parceiro Alheio", role=world.role_types["partner"])
    session.commit()
    answer = desk.browser.get("/attendances/partners", query_string={"q": typed}).json
    assert [row["text"] for row in answer["results"]] == found
    assert answer["more"] is False


@pytest.mark.req("S-49")
def test_the_place_can_be_cleared(desk, world):
    attendance = desk.opened(local_partner_id=world.partner.id)
    assert desk.save(attendance, local_partner_id="").status_code == 302
    assert attendance.local_partner is None


@pytest.mark.req("S-49")
def test_partners_are_shown_to_who_may_see_entities(world, sign_in, make_user, session, seeding):
    assert sign_in(make_user(None, "Configurator", companies=[world.company])).get(
        "/attendances/partners").status_code in (302, 403)


@pytest.mark.req("S-15")
def test_attendances_are_found_for_sac_relacionado(desk, world):
    def found(typed):
        answer = desk.browser.get("/attendances/related", query_string={"q": typed})
        return [row["id"] for row in answer.json["results"]]

    mine = desk.opened()
    assert found(mine.protocol) == [mine.protocol]
    assert found("pereira") == [world.closed_attendance.protocol]
    assert world.other_attendance.protocol not in found("")


@pytest.mark.req("S-15")
def test_for_sac_relacionado_the_attendances_of_the_same_entity_come_first(desk, world, session, seeding):
    with seeding():
        older = [add_attendance(session, world, world.entity, protocol=f"2025-00{n}", opened_at=NOON - n * 30 * DAY)
                 for n in (1, 2)]
    session.commit()
    mine, here = desk.opened(), older[0]
    answer = desk.browser.get("/attendances/related", query_string={"entity": world.entity.id, "but": here.id})
    found = [row["id"] for row in answer.json["results"]]
    own = session.scalars(select(Attendance.protocol).where(
        Attendance.entity_id == world.entity.id, Attendance.id != here.id)).all()
    assert set(found[:len(own)]) == set(own)
    assert here.protocol not in found
    assert mine.protocol in found
    assert len(found) == len(set(found)) > len(own)
    page = desk.browser.get(f"/attendances/{here.address}").text
    assert f"/attendances/related?entity={world.entity.id}&amp;but={here.id}" in page


# ---- the registers

@pytest.fixture
def configurator(world, make_user, sign_in):
    return sign_in(make_user(None, "Configurator", companies=[world.company]))


@pytest.mark.req("S-67")
def test_a_configurator_keeps_products_and_what_is_known_of_them(configurator, desk, world, session):
    assert configurator.post("/products/add", {"name": "Manteiga", "code": "7004", "active": "y"}).status_code == 302
    product = session.scalars(select(Product).where(Product.name == "Manteiga")).one()
    answer = configurator.post("/product-information/add", {
        "product": product.id, "motive": world.motive.id, "occurrence": world.occurrence.id, "title": "Coleta",
        "text": "Coletar com gelo.", "active": "y"})
    assert answer.status_code == 302
    assert offered(desk, parent=world.motive.id, occurrence=world.occurrence.id) == ["Manteiga · Coleta"]
    found = configurator.get("/product-information/list/", query_string={
        "_flt_0_motive": world.motive.id, "_flt_0_occurrence": world.occurrence.id, "_flt_0_product": product.id})
    assert "Coleta" in found.text
    assert "Coleta" not in configurator.get(f"/product-information/list/?_flt_0_motive={world.other_motive.id}").text


@pytest.mark.req("S-67")
def test_an_occurrence_of_another_motive_and_a_repeated_title_are_refused(configurator, known):
    form = {"product": known.yogurt.id, "motive": known.motive.id, "occurrence": known.other_occurrence.id,
            "title": "Nova", "text": "Texto", "active": "y"}
    refused = configurator.post("/product-information/add", form)
    assert refused.status_code == 422
    assert 'id="occurrence-err"' in refused.text
    again = configurator.post("/product-information/add", {
        **form, "occurrence": known.occurrence.id, "title": "Tampa estufada"})
    assert again.status_code == 409
    assert "Já existe uma informação com este título" in again.text
    whole = configurator.post("/product-information/add", {
        **form, "product": known.cheese.id, "occurrence": "", "title": "Prazo do laudo"})
    assert whole.status_code == 409


@pytest.mark.req("S-67")
def test_a_product_needs_a_code_of_its_own(configurator, known):
    assert configurator.post("/products/add", {"name": "Outro", "code": "", "active": "y"}).status_code == 422
    same = configurator.post("/products/add", {"name": "Outro", "code": "7001", "active": "y"})
    assert same.status_code == 409
    assert "Já existe um produto com este código" in same.text


@pytest.mark.req("S-67")
def test_what_is_in_use_is_deactivated_not_deleted_and_stays_about_what_it_was(configurator, desk, known, session):
    desk.opened(product_id=known.cheese.id, information_ids=[known.of_pair.id])
    for address in (f"/product-information/delete/{known.of_pair.id}", f"/products/delete/{known.cheese.id}",
                    f"/products/delete/{known.yogurt.id}"):
        refused = configurator.post(address)
        assert refused.status_code == 409
        assert "pode ser desativado, não excluído" in refused.text
    form = {"product": known.yogurt.id, "motive": known.other_motive.id, "occurrence": "", "title": "Tampa estufada",
            "text": "Texto", "version": known.of_pair.version, "active": "y"}
    moved = configurator.post(f"/product-information/edit/{known.of_pair.id}", form)
    assert moved.status_code == 409
    assert "já está em uso" in moved.text
    kept = {**form, "motive": known.motive.id, "occurrence": known.occurrence.id, "text": "Outro texto"}
    kept.pop("active")
    assert configurator.post(f"/product-information/edit/{known.of_pair.id}", kept).status_code == 302
    session.expire_all()
    assert (known.of_pair.text, known.of_pair.active) == ("Outro texto", False)


@pytest.mark.req("S-66")
def test_an_occurrence_with_product_information_stays_below_its_motive(configurator, known, session, seeding):
    from app.models.classification import Occurrence
    with seeding():
        free = Occurrence(name="Só com informação", motive=known.motive)
        session.add(free)
        session.flush()
        known.of_motive.occurrence_id = free.id
    session.commit()
    moved = configurator.post(f"/occurrences/edit/{free.id}", {
        "motive": known.other_motive.id, "name": "Só com informação", "active": "y", "version": "1"})
    assert moved.status_code == 409
    assert "já está em uso" in moved.text


@pytest.mark.req("S-66")
def test_equal_names_of_occurrences_are_told_apart_by_their_motive(configurator, world, session, seeding):
    from app.models.classification import Cause, Occurrence
    with seeding():
        twins = [Occurrence(name="Embalagem", motive=motive) for motive in (world.motive, world.other_motive)]
        cause = Cause(name="Rasgada", occurrence=twins[0])
        session.add_all([*twins, cause])
    session.commit()
    rows = configurator.get("/lookup/occurrence?q=embalagem").json["results"]
    assert [row["text"] for row in rows] == ["Embalagem — Dúvida", "Embalagem — Reclamação"]
    below = configurator.get(f"/lookup/occurrence?q=embalagem&parent={world.motive.id}").json["results"]
    assert [row["text"] for row in below] == ["Embalagem"]
    assert "Embalagem — Reclamação</option>" in configurator.get(f"/causes/edit/{cause.id}").text
