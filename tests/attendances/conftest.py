"""An attendant at the desk, and how one fills and confirms the record page."""
import re

import pytest
from sqlalchemy import select

from app.models.attendance import Attendance


class Desk:
    """A browser on the record page; `typed` are the fields of a complete new attendance."""

    def __init__(self, browser, world, session):
        self.browser, self.world, self.session = browser, world, session

    @property
    def typed(self) -> dict:
        world = self.world
        return {
            "request_key": "k1", "role_type_id": world.role_types["customer"].id,
            "channel_id": world.channels["phone"].id,
            "direction": "receptive",
            "description": "Cobraram duas vezes.\r\nQuer o dinheiro de volta.",
            "motive_id": world.motive.id, "occurrence_id": world.occurrence.id, "cause_id": world.cause.id,
            "situation_id": world.situations["open"].id}

    def open(self, entity=None, **changes):
        """Post a new attendance; a value of None leaves the field out."""
        entity = entity or self.world.entity
        data = {k: v for k, v in {**self.typed, **changes}.items() if v is not None}
        return self.post(f"/attendances/new?entity={entity.id}", data)

    def post(self, url, data):
        """Post as a browser does: sent on to a refusal it reads that page; where it goes after a success is told."""
        response = self.browser.post(url, data)
        going_to = response.headers.get("Location", "")
        return self.browser.get(going_to) if "refused=1" in going_to else response

    def opened(self, entity=None, **changes) -> Attendance:
        """The attendance that `open` made."""
        response = self.open(entity, **changes)
        assert response.status_code == 302, response.text
        address = re.search(r"/attendances/([^?]+)", response.headers["Location"])[1]
        return self.session.scalar(select(Attendance).where(Attendance.protocol == address))

    def save(self, attendance, action="confirm", number=1, **changes):
        """Post the record page as the browser would after reading it, with some fields changed."""
        page = attendance.details[number - 1]
        data = {
            "version": attendance.version, "role_type_id": attendance.role_type_id, "channel_id": page.channel_id,
            "direction": page.direction, "description": page.description, "answer": page.answer or "",
            "motive_id": attendance.motive_id or "", "occurrence_id": attendance.occurrence_id or "",
            "cause_id": attendance.cause_id or "", "situation_id": attendance.situation_id, "action": action, **changes}
        where = f"/attendances/{attendance.address}" + (f"?page={number}" if number > 1 else "")
        return self.post(where, {k: v for k, v in data.items() if v is not None})

    def page(self, attendance, number=1):
        response = self.browser.get(f"/attendances/{attendance.address}?page={number}")
        assert response.status_code == 200
        return response.text


@pytest.fixture
def world(world, session, seeding):
    """The small world with a contact, a linked unit and a partner for the record's choices."""
    from app.models.entity import EntityContact
    from tests.support.world import add_entity

    with seeding():
        world.entity.contacts.append(EntityContact(name="Helena", job_title="Cônjuge"))
        world.entity.units.append(world.unit)
        world.partner = add_entity(session, world.company, "Mercado Bonfim", role=world.role_types["partner"])
        world.without_role = add_entity(session, world.company, "Sem Papel")
    session.commit()
    return world


@pytest.fixture
def staff(make_user, world):
    """`staff("Attendant")`: a user of the Azul company."""
    return lambda *roles, **values: make_user(None, *roles, companies=[world.company], **values)


@pytest.fixture
def desk(world, session, staff, sign_in):
    """An attendant of Azul at work."""
    return Desk(sign_in(staff("Attendant", name="Renata")), world, session)


@pytest.fixture
def people(world, session, staff, sign_in):
    """`people("Supervisor")`: another desk, for who else works there."""
    return lambda role, **values: Desk(sign_in(staff(role, **values)), world, session)


@pytest.fixture
def error_at():
    """`error_at(html, "motive_id")`: the refusal that stands at a field, or ""."""
    def find(html, field):
        found = re.search(rf'id="{field}-err"[^>]*>([^<]*)<', html)
        return found[1] if found else ""
    return find


