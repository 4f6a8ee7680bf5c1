"""A guide issued where the CRM module is used opens an attendance, once; the central is closed then."""
import pytest
from sqlalchemy import func, select

from app.errors import Conflict, Invalid
from app.models.attendance import Attendance, AttendanceDetail
from app.models.classification import Channel
from app.models.log import LogEntry
from app.models.provider_account import Guide
from app.services import central, guides, settings
from tests.orders.conftest import refused, text
from tests.support.clock import NOON

from .forms import guide_form


@pytest.fixture
def crm(session, admin):
    """The parameter "Utiliza o módulo CRM" is SIM."""
    settings.set_setting(session, "uses_crm", True, actor=admin, now=NOON)
    session.commit()


@pytest.fixture
def keeper(make_user, viewer_for, world):
    """A supervisor of Azul as services know him."""
    return viewer_for(make_user("sam", "Supervisor", companies=[world.company]))


def opened(session) -> int:
    return session.scalar(select(func.count()).select_from(Attendance).where(Attendance.kind == "multichannel"))


def kept(session, number="G-01") -> Guide:
    session.expire_all()
    return session.scalar(select(Guide).where(Guide.number == number))


@pytest.mark.req("C-06", "C-105")
def test_issuing_a_guide_opens_an_attendance_of_the_provider(crm, supervisor, session, world):
    assert "um atendimento do prestador é aberto" in text(supervisor.get("/guides/add"))
    response = supervisor.post("/guides/add", guide_form(world.provider, state="issued"))
    assert response.status_code == 302, refused(response)
    guide = kept(session)
    attendance = session.get(Attendance, guide.attendance_id)
    assert (attendance.kind, attendance.entity_id, attendance.company_id, attendance.role_type.code) == (
        "multichannel", world.provider.id, world.company.id, "provider")
    assert attendance.protocol
    assert attendance.title == "Guia G-01 emitida"
    said = session.scalar(select(AttendanceDetail.description).where(AttendanceDetail.attendance_id == attendance.id))
    assert said == "Guia G-01 emitida em 10/03/2026 para Maria das Dores."
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "guide", LogEntry.target_id == guide.id))
    assert entry.changes["attendance"][1]["id"] == attendance.id
    assert attendance.protocol in text(supervisor.get(f"/guides/show/{guide.id}"))
    assert supervisor.get(f"/attendances/{attendance.protocol}").status_code == 200


@pytest.mark.req("C-06")
def test_a_guide_opens_one_attendance_however_often_it_is_saved(crm, supervisor, session, world):
    assert supervisor.post("/guides/add", guide_form(world.provider)).status_code == 302
    assert opened(session) == 0
    first = None
    for state in ("issued", "issued", "cancelled", "issued"):
        guide = kept(session)
        form = guide_form(world.provider, state=state, beneficiary=f"Maria {state}", version=guide.version)
        assert supervisor.post(f"/guides/edit/{guide.id}", form).status_code == 302
        first = first or kept(session).attendance_id
        assert (opened(session), kept(session).attendance_id) == (1, first)


@pytest.mark.req("C-06", "C-07")
def test_without_the_crm_issuing_opens_nothing(supervisor, session, world):
    assert "um atendimento do prestador é aberto" not in text(supervisor.get("/guides/add"))
    assert supervisor.post("/guides/add", guide_form(world.provider, state="issued")).status_code == 302
    assert (opened(session), kept(session).attendance_id) == (0, None)


@pytest.mark.req("C-06")
def test_a_refused_guide_leaves_no_attendance(crm, supervisor, session, world):
    assert supervisor.post("/guides/add", guide_form(world.provider, state="issued")).status_code == 302
    again = supervisor.post("/guides/add", guide_form(world.provider, state="issued"))
    assert again.status_code == 409
    assert opened(session) == 1
    form = guide_form(world.provider, number="G-02")
    assert supervisor.post("/guides/add", form).status_code == 302
    stale = guide_form(world.provider, number="G-02", state="issued", version=99)
    assert supervisor.post(f"/guides/edit/{kept(session, 'G-02').id}", stale).status_code == 409
    assert opened(session) == 1


@pytest.mark.req("C-06")
def test_an_attendance_is_opened_even_without_the_channel_of_providers(crm, session, seeding, keeper, world):
    with seeding():
        world.channels["provider_web"].active = False
    values = {"provider": world.provider.id, "number": "G-9", "issued_on": NOON.date(), "beneficiary": "Zé",
              "state": "issued"}
    guide = guides.create(session, values, actor=keeper, now=NOON)
    assert guide.attendance.channel.active
    with seeding():
        for channel in session.scalars(select(Channel)):
            channel.active = False
    with pytest.raises(Invalid, match="canal ativo"):
        guides.create(session, {**values, "number": "G-10"}, actor=keeper, now=NOON)


@pytest.mark.req("C-07")
def test_the_central_is_closed_where_the_crm_is_used(session, admin, queries):
    assert central.require_open(session) is None
    settings.set_setting(session, "uses_crm", True, actor=admin, now=NOON)
    queries.clear()
    with pytest.raises(Conflict, match="Utiliza o módulo CRM"):
        central.require_open(session)
    assert len([each for each in queries if each.startswith("SELECT")]) == 1
    settings.set_setting(session, "uses_crm", False, actor=admin, now=NOON)
    assert central.require_open(session) is None
