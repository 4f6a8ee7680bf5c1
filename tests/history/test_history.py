"""The history of an entity: every kind of entry, newest first, narrowed, by key, and only what one may see."""
import re
from html import unescape

import pytest
from sqlalchemy import select

from app.models.appointment import Appointment
from app.models.log import LogEntry
from app.models.note import AttendanceNote
from app.models.outbox import Outbox
from app.models.survey import Survey, SurveyParticipation
from tests.support.clock import DAY, HOUR, MINUTE, NOON
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("S-18")

WHOLE = [
    "Nota fiscal 20417/1", "Pedido P-77 Pedido em aberto", "Pesquisa: Satisfação de março Não respondida",
    "Alerta: Altíssima", "Agendamento: Coleta do produto Agendado", "E-mail: Sobre a troca 2026000201 Enviado",
    "Nota interna 2026000201", "Detalhe 2 2026000201 E-mail · Receptivo", "Detalhe 1 2026000201 Telefônico · Receptivo",
    "Atendimento aberto 2026000201", "Detalhe 1 2026000101 Telefônico · Receptivo", "Atendimento aberto 2026000101"]


def test_every_kind_of_entry_stands_on_one_line_of_time_newest_first(look, life, told):
    page = look()
    found = told(page)
    assert [re.sub("Pedido .*", "Pedido", each) for each in found] == [re.sub("Pedido .*", "Pedido", x) for x in WHOLE]
    for text in ("Tampa estufada", "Mandou duas fotos", "Vamos trocar", "Cliente difícil", "Ligar só à tarde",
                 "R$\xa01.234,50", "ana@example.com"):
        assert text in unescape(page)


def test_entries_are_grouped_by_local_day(look, life):
    assert re.findall(r'<h2 id="day-([\d-]+)"', look()) == ["2026-03-19", "2026-03-18", "2026-03-17", "2026-03-16"]


def test_a_late_evening_belongs_to_its_local_day(look, session, seeding, world):
    with seeding():
        add_attendance(session, world, world.provider, protocol="2026000301", opened_at=NOON + 11 * HOUR + 30 * MINUTE)
    assert re.findall(r'<h2 id="day-([\d-]+)"', look(world.provider)) == ["2026-03-16"]


def test_an_attendance_just_made_is_there_and_leads_to_its_record(look, acting, world):
    made = acting(acting.attendances.open_attendance, entity_id=world.entity.id, now=NOON + 5 * DAY, values={
        "role_type_id": world.role_types["customer"].id, "motive_id": world.motive.id,
        "situation_id": world.situations["open"].id}, detail={
        "channel_id": world.channels["chat"].id, "direction": "active", "description": "Acabou de ligar"})
    page = look()
    assert "Acabou de ligar" in page
    assert f'href="/attendances/{made.protocol}">Atendimento aberto' in page


def test_closing_and_reopening_are_told_once_each(look, told, acting, world, make_user, session, viewer_for):
    from app.database import unit_of_work

    pk, service = world.attendance.id, acting.attendances
    supervisor = viewer_for(make_user("sueli", "Supervisor", companies=[world.company]))

    def save(situation, now):
        with unit_of_work(session):
            service.save_attendance(session, pk, version=None, actor=supervisor, now=now,
                                    values={"situation_id": world.situations[situation].id})
    save("closed", NOON + HOUR)
    save("in_progress", NOON + 2 * HOUR)
    save("cancelled", NOON + 3 * HOUR)
    assert [line.split(" 2026")[0] for line in told(look(kind="attendance"))] == [
        "Atendimento cancelado", "Atendimento reaberto", "Atendimento fechado", "Atendimento aberto"]


def test_changes_of_the_registration_are_told_with_both_values(look, acting, world):
    acting(acting.entities.update, world.entity.id, {"notes": "Prefere WhatsApp", "document": "39053344705"},
           now=NOON + DAY)
    page = unescape(look(kind="log"))
    assert "Cadastro: Alteração" in page
    assert "Prefere WhatsApp" in page
    assert "39053344705" not in page
    assert "•••.533.447-••" in page


def test_the_days_near_by_have_names(look, session, seeding, world):
    from app.database import utc_now

    with seeding():
        for n in (0, 1):
            session.add(AttendanceNote(attendance=world.attendance, text="x", written_at=utc_now() - n * DAY))
    page = look(kind="note")
    assert "Hoje, " in page
    assert "Ontem, " in page
    assert "segunda-feira, 16/03/2026" in look()


def test_each_entry_leads_to_its_record(look, life, world):
    page = look()
    for address in ("/attendances/2026000201", "/attendances/2026000201?page=2", f"/orders/show/{life.order.id}",
                    f"/invoices/show/{life.invoice.id}", f"/alerts/show/{life.alert.id}",
                    "/attendances/2026000201/email#sent"):
        assert f'href="{address}"' in page, address


@pytest.mark.parametrize(("kind", "entries"), [
    ("note", ["Nota interna 2026000201"]), ("email", ["E-mail: Sobre a troca 2026000201 Enviado"]),
    ("invoice", ["Nota fiscal 20417/1"]), ("alert", ["Alerta: Altíssima"])])
def test_the_history_is_narrowed_by_kind(look, life, told, kind, entries):
    assert told(look(kind=kind)) == entries


def test_several_kinds_may_be_chosen(look, life, told):
    assert [x.split(" 20")[0] for x in told(look(kind=["note", "alert"]))] == ["Alerta: Altíssima", "Nota interna"]


@pytest.mark.parametrize("typed", ["clíente", "DIFICIL", "cliente difícil"])
def test_the_text_is_found_without_accents_and_case(look, life, told, typed):
    assert told(look(q=typed)) == ["Nota interna 2026000201"]


@pytest.mark.parametrize("typed", ["%", "_", "100%", "\\", "'", "/", ".+", ".*", "(", "[a", "clientex", "a{2}"])
def test_what_stands_for_something_in_sql_is_text_here(look, life, told, typed):
    assert told(look(q=typed)) == []
    assert "Nada encontrado no histórico" in look(q=typed)


def test_signs_are_found_as_they_stand(look, session, seeding, world, told):
    with seeding():
        for text in ("Desconto de 10% (à vista)", "C:\\temp_1/x", "É AÇÃO?"):
            session.add(AttendanceNote(attendance=world.attendance, text=text, written_at=NOON))
    for typed in ("10% (a", "\\temp_1/", "e acao?"):
        assert len(told(look(q=typed))) == 1, typed


def test_the_text_is_looked_for_in_surveys_orders_and_protocols_too(look, life, told):
    assert told(look(q="satisfacao")) == ["Pesquisa: Satisfação de março Não respondida"]
    assert len(told(look(q="p-77"))) == 1
    assert told(look(q="2026000101")) == ["Atendimento aberto 2026000101"]


def test_the_period_holds_both_its_days(look, life, told):
    assert told(look(day_from="2026-03-18", day_to="2026-03-19")) == told(look())[:2]
    assert told(look(day_from="2026-03-16", day_to="2026-03-16")) == WHOLE[-2:]


def test_a_period_that_ends_before_it_begins_is_refused_at_its_field(look, life):
    page = look(day_from="2026-03-18", day_to="2026-03-16", status=422)
    assert "O fim do período é anterior ao início." in page
    assert 'value="18/03/2026"' in page


@pytest.mark.parametrize("query", [
    {"after": "lixo"}, {"after": "W10"}, {"kind": "segredo"}, {"before": "WyIyMDI2IiwgMSwgMV0"},
    {"after": "WyI5OTk5LTEyLTMxVDIzOjU5OjU5KzAwOjAwIiwgMSwgMV0"}])
def test_a_made_up_address_is_refused(look, life, query):
    assert "2026000201" not in look(status=400, **query)


def test_without_activity_it_says_so(look, world):
    assert "Ainda não há nada no histórico" in look(world.provider)


def test_pages_follow_each_other_without_gap_or_repetition_there_and_back(session, world, seeding, viewer_for,
                                                                          attendant, life):
    from app.queries.history import HistoryFilter, entity_history

    with seeding():
        for number in range(20):  # many at the same moment: rank and id decide
            session.add(AttendanceNote(attendance=world.attendance, text=f"Nota {number}", written_at=NOON + DAY))
            session.add(Outbox(key=f"m{number}", kind="email", recipient="ana@example.com", subject=f"E {number}",
                               body="", due_at=NOON, created_at=NOON + DAY, entity_id=world.entity.id))
    viewer = viewer_for(attendant)

    def page(**key):
        return entity_history(session, viewer, world.entity.id, HistoryFilter(), timezone="America/Sao_Paulo", size=7,
                              **key)
    whole = entity_history(session, viewer, world.entity.id, HistoryFilter(), timezone="America/Sao_Paulo",
                           size=500).entries
    there, now = [], page()
    assert now.newer is None
    while True:
        there += now.entries
        if now.older is None:
            break
        now = page(after=now.older)
    assert [(e.kind, e.id) for e in there] == [(e.kind, e.id) for e in whole]
    assert len(there) == 12 + 40
    back = list(now.entries)
    while now.newer:
        now = page(before=now.newer)
        back = now.entries + back
    assert [(e.kind, e.id) for e in back] == [(e.kind, e.id) for e in whole]


def test_the_page_leads_on_and_keeps_its_filters(look, session, world, seeding, told):
    with seeding():
        for number in range(70):
            session.add(AttendanceNote(attendance=world.attendance, text=f"Nota {number:02}",
                                       written_at=NOON + number * MINUTE))
    first = look(kind="note")
    assert len(told(first)) == 30
    onward = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    second = look.browser.get(onward).text
    assert "Nota 39" in second
    assert "Nota 40" not in second
    assert 'rel="prev"' in second


# ---- who sees what

@pytest.fixture
def secret(world, session, seeding, attendant):
    """An attendance of the restricted unit with everything on it, of an entity that one may see."""
    hidden, entity = world.restricted_attendance, world.second_entity
    with seeding():
        session.add_all([
            AttendanceNote(attendance=hidden, text="Segredo na nota", written_at=NOON),
            Outbox(key="s1", kind="email", recipient="joao@example.com", subject="Segredo no e-mail", body="x",
                   due_at=NOON, created_at=NOON, attendance_id=hidden.id, entity_id=entity.id),
            SurveyParticipation(survey=Survey(name="Segredo na pesquisa"), entity=entity, attendance=hidden,
                                invited_at=NOON),
            Appointment(entity=entity, attendance=hidden, operator_id=attendant.id, subject="Segredo na agenda",
                        starts_at=NOON, ends_at=NOON + HOUR)])
    return entity


def test_nothing_of_an_attendance_of_a_restricted_unit_is_seen_by_others(look, secret):
    page = look(secret)
    assert "Segredo" not in page
    assert "2026000103" not in page
    assert "2026000102" in page  # the premise: the entity's other attendance is there


def test_a_member_of_the_unit_sees_all_of_it(secret, world, make_user, sign_in):
    member = sign_in(make_user("olga", "Attendant", companies=[world.company], units=[world.restricted_unit]))
    page = member.get(f"/history/entity/{secret.id}").text
    for text in ("Segredo da ouvidoria", "Segredo na nota", "Segredo no e-mail", "Segredo na pesquisa",
                 "Segredo na agenda"):
        assert text in page


def test_the_history_of_an_entity_of_another_company_does_not_exist(look, world):
    assert "Zilda" not in look(world.other_entity, status=404)


def test_a_kind_is_shown_to_who_may_read_it_only(world, life, session, seeding, make_user, sign_in):
    from flask_appbuilder.security.sqla.models import Role

    from app.security.permissions import Perm
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    hidden = {Perm.ORDER_READ.pair, Perm.LOG_READ.pair, Perm.ALERT_READ.pair}
    with seeding():
        role.permissions = [x for x in role.permissions if (x.permission.name, x.view_menu.name) not in hidden]
    page = sign_in(make_user("nina", "Attendant", companies=[world.company])).get(
        f"/history/entity/{world.entity.id}").text
    assert "Pedido P-77" not in page
    assert "Altíssima" not in page
    assert 'value="order"' not in page
    assert "Coleta do produto" in page


def test_people_of_the_portal_have_no_history(world, make_user, sign_in, client):
    customer = sign_in(make_user("cida", "Customer", entity=world.entity))
    assert customer.get(f"/history/entity/{world.entity.id}").status_code in (302, 403)
    assert "/login/" in client().get(f"/history/entity/{world.entity.id}").location


def test_what_a_customer_wrote_is_text_on_the_page(look, session, seeding, world):
    with seeding():
        session.add(AttendanceNote(attendance=world.attendance, text="<script>alert(1)</script>", written_at=NOON))
    page = look(kind="note")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_sends_as_many_queries_for_a_long_history_as_for_a_short_one(look, session, seeding, world, life,
                                                                              queries):
    def count():
        look()
        queries.clear()
        look()
        return len(queries)
    few = count()
    with seeding():
        for number in range(60):
            session.add(LogEntry(target="entity", target_id=world.entity.id, seq=number + 1, at=NOON + DAY,
                                 action="update", changes={"notes": ["a", "b", "0"]}, digests={}, hash="0" * 64))
            session.add(AttendanceNote(attendance=world.attendance, text="x", written_at=NOON + number * MINUTE))
    assert count() == few


def test_the_record_and_the_entity_lead_to_the_history_and_back(look, world):
    record = look.browser.get(f"/attendances/{world.attendance.protocol}").text
    link = unescape(re.search(r'href="(/history/entity/[^"]+)"', record)[1])
    page = look.browser.get(link).text
    assert f'href="/attendances/{world.attendance.protocol}"><i class="fa-solid fa-arrow-left"' in page
    assert "Histórico da entidade" in look.browser.get(f"/entities/show/{world.entity.id}").text


def test_a_way_back_to_elsewhere_is_not_followed(look, life):
    assert "evil.example" not in re.search(r'<div class="end">.*?</div>', look(**{"return": "https://evil.example/"}),
                                           re.S)[0]


def test_who_has_the_same_rights_is_shown_his_own_companies_units_and_records(session, world, life, secret, attendant,
                                                                              make_user, viewer_for):
    """They share the statement, which was made for the first of them."""
    from app.queries.history import HistoryFilter, entity_history

    others = [make_user("otto", "Attendant", companies=[world.other_company]),
              make_user("olga", "Attendant", companies=[world.company], units=[world.restricted_unit]), attendant]

    def found(user, entity, **narrowed):
        return {(entry.kind, entry.id) for entry in entity_history(
            session, viewer_for(user), entity.id, HistoryFilter(**narrowed), timezone="America/Sao_Paulo",
            size=100).entries}
    for narrowed in ({}, {"q": "estufad"}, {"kinds": ("note", "attendance")}):
        assert found(attendant, world.entity, **narrowed)
        elsewhere, member, again = (found(user, world.entity, **narrowed) for user in others)
        assert {kind for kind, _id in elsewhere} <= {"email", "log", "survey"}  # of an entity that he does not see
        assert again == member
    elsewhere, member, outside = (found(user, secret, kinds=("note", "attendance", "survey")) for user in others)
    assert not elsewhere
    assert member > outside
