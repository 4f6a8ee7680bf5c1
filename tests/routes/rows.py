"""Which rows stand for `own`, `foreign` and `closed` in the addresses of the table of routes."""
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Situation,
    Subclassification,
)
from app.models.company import Company, Department, Unit
from app.models.custom_field import CustomField
from app.models.entity import ContactType, Entity, RoleType
from app.models.identity import LoginAttempt, UserSession
from app.models.log import LogEntry
from app.models.outbox import Outbox
from app.models.survey import Survey
from app.views.base import AppModelView
from tests.support.clock import NOON


def seed(session, world, near, far) -> dict:
    """Add what only these tests need, and say which rows the addresses mean: see `table.cases`."""
    device = UserSession(token_hash="0" * 64, user_id=near.id, created_at=NOON, last_seen_at=NOON)
    letter, far_letter = (
        Outbox(key=f"letter-{user.username}", kind="email", recipient=user.profile.contact_email, subject="Bom dia",
               body="Texto", due_at=NOON, created_at=NOON, state="dead") for user in (near, far))
    field = CustomField(name="Carteirinha", key="carteirinha", target="entity")
    survey = Survey(name="Satisfação")
    near_try, far_try = (
        LoginAttempt(at=NOON, username=user.username, user_id=user.id, via="form", outcome="ok", ip="::1")
        for user in (near, far))
    session.add_all([device, letter, far_letter, field, survey, near_try, far_try])
    for record in (world.entity, world.other_entity, world.attendance, world.restricted_attendance, near):
        session.add(LogEntry(target=record.__tablename__, target_id=record.id, **entry("update")))
    session.flush()
    role = {name: session.scalar(select(Role).where(Role.name == name)) for name in ("Attendant", "Admin")}
    of_model = {
        Entity: pair(world.entity, world.other_entity), Company: pair(world.company, world.other_company),
        Unit: pair(world.unit, world.other_unit, closed=world.restricted_unit),
        Department: pair(world.department, world.other_department),
        User: pair(near, far), Role: pair(role["Attendant"], role["Admin"]),
        LoginAttempt: pair(near_try, far_try), Outbox: pair(letter, far_letter),
        CustomField: field.id, Survey: survey.id,
        Channel: world.channels["phone"].id, Situation: world.situations["open"].id, Motive: world.motive.id,
        Occurrence: world.occurrence.id, Cause: world.cause.id, Classification: world.classification.id,
        Subclassification: world.subclassification.id, DefaultMotive: world.default_motive.id,
        RoleType: world.role_types["customer"].id, ContactType: world.contact_type.id,
    }
    address = {"own": world.attendance.protocol, "foreign": world.other_attendance.protocol,
               "closed": world.restricted_attendance.protocol}
    entity = of_model[Entity]
    return {
        "/": {"filename": "x.txt", "locale": "en", "token": "t"},
        "/lookup": {"source": "motive"},
        "/logs": {
            "target": {"own": "entity", "foreign": "entity", "attend.": "attendance", "closed": "attendance"},
            "pk": {**entity, "attend.": world.attendance.id, "closed": world.restricted_attendance.id}},
        "/parameters": {"key": "protocol_mask"},
        "/account/sessions": {"pk": {"foreign": device.id}},
        "/attendances": {"address": address, "pk": entity},
        "/attendances/new": {"query": {"entity": entity}},
        "/attendances/draft": {"json": {"entity_id": entity, "values": {"own": {"title": "Rascunho"}}}},
        "/attendances/draft/discard": {"form": {"entity_id": entity}},
        "/api/v1/attendances": {"address": address},
        "/api/v1/persons": {"pk": entity},
        "models": of_model,
    }


def of_registers(appbuilder, models) -> dict:
    """The rows of every generated register, found by its table; `name` is its first action."""
    found = {}
    for view in appbuilder.baseviews:
        if isinstance(view, AppModelView) and view.datamodel.obj in models:
            name = next(iter(view.actions), "none")
            found[view.route_base + "/"] = {"pk": models[view.datamodel.obj], "name": name}
    return found


def entry(action) -> dict:
    """The columns of a log entry that nobody verifies here."""
    return {"seq": 1, "at": NOON, "action": action, "changes": {"notes": ["a", "b", "0"]}, "digests": {},
            "hash": "0" * 64}


def pair(own, foreign, **more) -> dict:
    return {"own": own.id, "foreign": foreign.id, **{kind: row.id for kind, row in more.items()}}
