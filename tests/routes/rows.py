"""Which rows stand for `own`, `foreign` and `closed` in the addresses of the table of routes."""
from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.files.store import store_of
from app.models.alert import Alert, AlertPriority
from app.models.api_token import ApiToken
from app.models.appointment import Appointment
from app.models.attachment import Attachment
from app.models.calendar import Calendar
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
from app.models.custom_file import CustomFile
from app.models.custom_form import CustomData, CustomForm, FormGroup
from app.models.custom_record import CustomRecord
from app.models.dynamic_menu import DynamicMenu
from app.models.email_template import EmailTemplate
from app.models.entity import ContactType, Entity, RoleType
from app.models.identity import LoginAttempt, UserSession
from app.models.internal_message import InternalMessage, InternalRecipient
from app.models.job import Job
from app.models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from app.models.label import Label
from app.models.log import LogEntry
from app.models.merge import Merge
from app.models.notification import Notification
from app.models.order import Invoice, Order
from app.models.outbox import Outbox
from app.models.package_import import PackageImport
from app.models.product import Product, ProductInformation
from app.models.provider_account import Batch, Guide, Payment
from app.models.provider_ticket import Message
from app.models.reclassification import Reclassification
from app.models.saved_view import SavedView
from app.models.script import Script
from app.models.survey import Survey, SurveyParticipation, SurveyQuestion
from app.models.web_menu import WebMenu
from app.models.webhook import Webhook, WebhookDelivery
from app.views.base import AppModelView
from tests.support.clock import HOUR, NOON
from tests.support.forms import form, menu, placed
from tests.support.tickets import add_ticket


def seed(session, world, near, far) -> dict:
    """Add what only these tests need, and say which rows the addresses mean: see `table.cases`."""
    device = UserSession(token_hash="0" * 64, user_id=near.id, created_at=NOON, last_seen_at=NOON)
    letter, far_letter = (
        Outbox(key=f"letter-{user.username}", kind="email", recipient=user.profile.contact_email, subject="Bom dia",
               body="Texto", due_at=NOON, created_at=NOON, state="dead") for user in (near, far))
    field = CustomField(name="Carteirinha", key="carteirinha")
    form, data = placed("entity", field)
    group = FormGroup(name="Operação")
    menu = DynamicMenu(name="Visitas", form=form, group=group)
    session.add_all([form, data, menu])
    survey = Survey(name="Satisfação", questions=[SurveyQuestion(text="O que melhorar?", type="text")])
    product = Product(name="Iogurte", code="7001")
    known = ProductInformation(product=product, motive=world.motive, title="Prazo", text="Cinco dias.")
    session.add_all([product, known])
    template = EmailTemplate(name="Retorno", subject="Assunto", body="Texto")
    calendar = Calendar(name="Comercial", week={"mon": [["08:00", "18:00"]]})
    session.add_all([template, calendar])
    near_try, far_try = (
        LoginAttempt(at=NOON, username=user.username, user_id=user.id, via="form", outcome="ok", ip="::1")
        for user in (near, far))
    sales = {}
    for entity in (world.entity, world.other_entity):
        bought = Order(entity=entity, company=entity.company, number="1", ordered_on=NOON.date())
        sales[entity] = bought, Invoice(entity=entity, company=entity.company, number="1", issued_on=NOON.date())
    session.add_all([row for pair in sales.values() for row in pair])
    package = PackageImport(name="Teste", digest="0" * 64, content={"motives": []}, received_at=NOON)
    loaded = Job(user_id=near.id, kind="import", arguments={}, created_at=NOON)
    label, view = Label(name="VIP"), SavedView(name="Minha", list_key="attendances", owner_id=near.id)
    ran = [Reclassification(tree="motives", rows=[{"old": [1], "new": [2], "exact": False, "texts": ["A", "B"]}],
                            filters={}, counts=[0], started_at=NOON, started_by_id=user.id) for user in (near, far)]
    session.add_all([package, loaded, label, view, *ran])
    files = [_attached(session, row) for row in (world.attendance, world.other_attendance, world.restricted_attendance)]
    bells = [Notification(user_id=user.id, key="k", kind="mentioned", at=NOON) for user in (near, far)]
    session.add_all(bells)
    session.add_all([device, letter, far_letter, survey, near_try, far_try])
    around = _around(session, world, near, survey)
    for record in (world.entity, world.other_entity, world.attendance, world.restricted_attendance, near):
        session.add(LogEntry(target=record.__tablename__, target_id=record.id, **entry("update")))
    session.flush()
    kept = _records(session, world, near, far)
    of_fields = [_of_field(session, entity) for entity in (world.entity, world.other_entity)]
    role = {name: session.scalar(select(Role).where(Role.name == name)) for name in ("Attendant", "Admin")}
    of_model = {
        Entity: pair(world.entity, world.other_entity), Company: pair(world.company, world.other_company),
        Unit: pair(world.unit, world.other_unit, closed=world.restricted_unit),
        Department: pair(world.department, world.other_department),
        Order: pair(*(rows[0] for rows in sales.values())), Invoice: pair(*(rows[1] for rows in sales.values())),
        User: pair(near, far), Role: pair(role["Attendant"], role["Admin"]),
        LoginAttempt: pair(near_try, far_try), Outbox: pair(letter, far_letter), Reclassification: pair(*ran),
        Label: label.id, EmailTemplate: template.id, Calendar: calendar.id, Product: product.id,
        ProductInformation: known.id, CustomField: field.id, CustomForm: form.id, FormGroup: group.id,
        CustomData: data.id, DynamicMenu: menu.id,
        Survey: survey.id, **around["models"], **_accounts(session, world), **_read_aloud(session, world),
        Channel: world.channels["phone"].id, Situation: world.situations["open"].id, Motive: world.motive.id,
        Occurrence: world.occurrence.id, Cause: world.cause.id, Classification: world.classification.id,
        Subclassification: world.subclassification.id, DefaultMotive: world.default_motive.id,
        RoleType: world.role_types["customer"].id, ContactType: world.contact_type.id,
    }
    address = {"own": world.attendance.protocol, "foreign": world.other_attendance.protocol,
               "closed": world.restricted_attendance.protocol}
    entity = of_model[Entity]
    attendances = pair(world.attendance, world.other_attendance, closed=world.restricted_attendance)
    return {
        "/": {"filename": "x.txt", "locale": "en", "token": "t"},
        "/lookup": {"source": "motive"},
        "/logs": {
            "target": {"own": "entity", "foreign": "entity", "attend.": "attendance", "closed": "attendance"},
            "pk": {**entity, "attend.": world.attendance.id, "closed": world.restricted_attendance.id}},
        "/orders/entity": {"pk": entity}, "/invoices/entity": {"pk": entity},
        **{f"/{register}/import": {"token": "t", "pk": {"foreign": loaded.id}}
           for register in ("products", "orders", "invoices", "batches", "guides", "payments")},
        "/parameters": {"key": "protocol_mask"}, "/api/v1/settings": {"key": "protocol_mask"},
        "/settings/packages": {"pk": package.id, "name": "saneamento"},
        "/fields/files": {"pk": pair(*of_fields)}, "/api/v1/field-files": {"pk": pair(*of_fields)},
        "/records": {"menu": kept["menu"], "pk": kept["records"]},
        "/records/<int:menu>/import": {"token": "t", "pk": {"foreign": loaded.id}},
        "/api/v1/forms": {"slug": "parada", "pk": kept["records"]},
        "/reclassify": {"pk": of_model[Reclassification]}, "/reclassify/new": {"tree": "motives"},
        "/account/sessions": {"pk": {"foreign": device.id}},
        "/attendances": {"address": address, "pk": entity}, "/attendances/<int:pk>/state": {"pk": attendances},
        "/history/entity": {"pk": entity},
        "/attendances/<address>/email": {"form": {"action": {"own": "preview"}}},
        "/attachments": {"pk": pair(files[0], files[1], closed=files[2]), "attendance": attendances, "number": 1},
        "/notes": {"attendance": attendances},
        "/notes/<int:attendance>/add": {"form": {"text": {"own": "Ligar amanhã"}}},
        "/notes/<int:attendance>/draft": {"json": {"text": {"own": "Ligar amanhã"}}},
        "/jobs": {"pk": {"foreign": loaded.id}},
        "/account/tokens": {"pk": {"foreign": around["token"]}},
        "/alerts/entity": {"pk": entity}, "/duplicates/of": {"pk": entity},
        "/duplicates/undo": {"pk": around["entity merges"]},
        "/attendances/merging": {"pk": around["attendance merges"]},
        "/settings/menus": {"pk": menu.id}, "/settings/custom-data": {"pk": data.id},
        "/settings/forms/add": {"json": {"name": {"own": "Contrato"}, "fields": {"own": []}}},
        "/settings/forms/<int:pk>/type-of": {"key": "carteirinha"},
        "/settings/forms/preview": {"json": {"name": {"own": "Contrato"}}},
        "/surveys/entity": {"pk": entity}, "/surveys/results": {"pk": survey.id, "question": survey.questions[0].id},
        "/surveys/fill": {"pk": around["participations"]}, "/surveys/withdraw": {"pk": around["participations"]},
        "/lists": {"key": "attendances", "kind": "csv", "action": "take", "pk": {"foreign": view.id}},
        "/lists/<key>/look": {"json": {"filters": {"own": True}}},
        "/provider-central/choices": {"level": "motive"}, "/attendance-scripts": {"pk": of_model[Script]},
        "/attendances/many": {"action": "situation"},
        "/notifications": {"pk": {"foreign": bells[0].id}},
        "/internal-messages": {"pk": {"foreign": _between(session, near, far).id}},
        "/attendances/new": {"query": {"entity": entity}},
        "/attendances/draft": {"json": {"entity_id": entity, "values": {"own": {"title": "Rascunho"}}}},
        "/attendances/draft/discard": {"form": {"entity_id": entity}},
        "/provider-central/tickets": {"pk": around["ticket ids"], "name": "attendance",
                                      "attachment": around["ticket files"]},
        "/provider-central/many": {"action": "pending"}, "/provider-central/held": {"pk": {"foreign": 10_000}},
        "/outgoing-webhooks/replay": {"delivery": around["deliveries"]},
        **_of_rest(address, entity, of_model, around, label=label, files=files, loaded=loaded, bell=bells[0]),
        "models": of_model,
    }


REST_REGISTERS = {
    "products": Product, "product-information": ProductInformation, "motives": Motive, "occurrences": Occurrence,
    "causes": Cause, "provider-classifications": Classification, "subclassifications": Subclassification,
    "default-motives": DefaultMotive, "labels": Label, "situations": Situation, "channels": Channel, "roles": RoleType,
    "contact-types": ContactType, "alert-priorities": AlertPriority, "companies": Company, "units": Unit,
    "departments": Department, "scripts": Script, "knowledge-sections": KnowledgeSection,
    "calendars": Calendar, "email-templates": EmailTemplate, "surveys": Survey,
    "web-menus": WebMenu, "custom-forms": CustomForm, "custom-data": CustomData, "dynamic-menus": DynamicMenu,
    "form-groups": FormGroup,
    "knowledge-categories": KnowledgeCategory, "knowledge-items": KnowledgeItem}


def _of_rest(address, entity, of_model, around, *, label, files, loaded, bell) -> dict:
    """The rows of the addresses below /api/v1/."""
    return {
        "/api/v1/provider-tickets": {"address": around["tickets"]},
        "/api/v1/me": {"address": around["tickets"], "pk": around["ticket files"]},
        "/portal": {"address": around["tickets"], "pk": {"foreign": 10_000}},
        "/portal/files": {"pk": around["ticket files"]},
        "/api/v1/attendances": {"address": address, "page": 1, "label_id": label.id},
        "/api/v1/attendances/<address>/attachments": {"pk": pair(files[0], files[1], closed=files[2])},
        "/api/v1/attendances/<address>/merges": {"pk": around["attendance merges"]},
        "/api/v1/persons": {"pk": entity, "merge_id": around["entity merges"]},
        "/api/v1/alerts": {"pk": of_model[Alert]}, "/api/v1/appointments": {"pk": of_model[Appointment]},
        "/api/v1/orders": {"pk": of_model[Order]}, "/api/v1/invoices": {"pk": of_model[Invoice]},
        "/api/v1/batches": {"pk": of_model[Batch]}, "/api/v1/guides": {"pk": of_model[Guide]},
        "/api/v1/payments": {"pk": of_model[Payment]},
        "/api/v1/survey-participations": {"pk": around["participations"]},
        **{f"/api/v1/{name}": {"pk": of_model[model]} for name, model in REST_REGISTERS.items()},
        "/api/v1/reclassifications": {"pk": of_model[Reclassification]},
        "/api/v1/jobs": {"pk": {"foreign": loaded.id}}, "/api/v1/notifications": {"pk": {"foreign": bell.id}}}


def of_registers(appbuilder, models) -> dict:
    """The rows of every generated register, found by its table; `name` is its first action."""
    found = {}
    for view in appbuilder.baseviews:
        if isinstance(view, AppModelView) and view.datamodel.obj in models:
            name = next(iter(view.actions), "none")
            found[view.route_base + "/"] = {"pk": models[view.datamodel.obj], "name": name}
    return found


def _between(session, sender, receiver) -> InternalMessage:
    """What one colleague wrote to another: of nobody in the table."""
    message = InternalMessage(kind="message", sender_id=sender.id, subject="A", text="B", sent_at=NOON,
                              recipients=[InternalRecipient(user_id=receiver.id)])
    session.add(message)
    session.flush()
    return message


def _records(session, world, near, far) -> dict:
    """A menu of attendants and supervisors, and the records behind it."""
    stoppages = form("Parada", CustomField(name="Bairro", key="bairro"), slug="parada")
    roles = session.scalars(select(Role).where(Role.name.in_(("Attendant", "Supervisor")))).all()
    behind = menu("Parada", stoppages, *roles)
    records = [CustomRecord(form=stoppages, company=company, owner_id=user.id, attendance=attendance, created_at=NOON,
                            updated_at=NOON) for company, user, attendance in (
        (world.company, near, None), (world.other_company, far, None),
        (world.company, near, world.restricted_attendance))]
    session.add_all([behind, *records])
    session.flush()
    return {"menu": behind.id, "records": pair(*records[:2], closed=records[2])}


def _of_field(session, entity) -> CustomFile:
    """A file that lies on a person."""
    with store_of(current_app.config).new("attachment") as incoming:
        incoming.write(b"Contrato")
        file = CustomFile(kind="entity", owner_id=entity.id, filename="contrato.txt", mime="text/plain",
                          size=incoming.size, sha256=incoming.sha256, uploaded_at=NOON, stored_name=incoming.keep())
    session.add(file)
    session.flush()
    return file


def _accounts(session, world) -> dict:
    """Batches, guides and payments of a provider of each company; a web menu."""
    rows = [{Batch: Batch(provider=entity, number="1", received_on=NOON.date()),
             Guide: Guide(provider=entity, number=f"G{entity.id}", issued_on=NOON.date(), beneficiary="Zé"),
             Payment: Payment(provider=entity, document="1", paid_on=NOON.date(), amount=1)}
            for entity in (world.provider, world.other_entity)]
    session.add_all([each for made in rows for each in made.values()])
    session.flush()
    return {WebMenu: session.scalar(select(WebMenu.id).limit(1)),
            **{model: pair(rows[0][model], rows[1][model]) for model in rows[0]}}


def _read_aloud(session, world) -> dict:
    """Scripts of a department of each company, and an item of the knowledge base in its branch."""
    far = Department(name="Ouvidoria Verde", company=world.other_company)
    rows = [Script(title="Saudação", body="Bom dia.", departments=[each]) for each in (world.department, far)]
    section = KnowledgeSection(name="Contas")
    category = KnowledgeCategory(name="Segunda via", section=section)
    item = KnowledgeItem(title="Onde pedir", category=category, proposed_solution="No portal.")
    session.add_all([*rows, item])
    session.flush()
    return {Script: pair(*rows), KnowledgeSection: section.id, KnowledgeCategory: category.id, KnowledgeItem: item.id}


def _around(session, world, near, survey) -> dict:
    """Alerts, appointments, merges, surveys put and a token of somebody else."""
    priority = AlertPriority(name="Altíssima")
    alerts = [Alert(entity=entity, priority=priority, text="Ligar antes", created_at=NOON)
              for entity in (world.entity, world.other_entity)]
    agenda = [Appointment(entity=entity, operator=near, subject="Visita", starts_at=NOON, ends_at=NOON + HOUR)
              for entity in (world.entity, world.other_entity)]
    session.add_all([*alerts, *agenda])
    hooks = [Webhook(name=company.name, company=company, url="https://example.com/", secret="x",
                     events=["entity.created"]) for company in (world.company, world.other_company)]
    told = [WebhookDelivery(webhook=hook, key=f"d{n}", event="test", body={}, state="dead", due_at=NOON,
                            created_at=NOON) for n, hook in enumerate(hooks)]
    session.add_all([*hooks, *told])
    token = ApiToken(user_id=near.id, name="ERP", prefix="blc_", token_hash="0" * 64, scopes=[], created_at=NOON)
    session.flush()
    attendances = world.attendance, world.other_attendance, world.restricted_attendance
    merges = {kind: [Merge(kind=kind, kept_id=row.id, merged_id=10_000 + row.id, moved={}, at=NOON) for row in rows]
              for kind, rows in (("entity", (world.entity, world.other_entity)), ("attendance", attendances))}
    parts = [SurveyParticipation(survey=survey, entity=row.entity, attendance=row, invited_at=NOON)
             for row in attendances]
    session.add_all([token, *parts, *merges["entity"], *merges["attendance"]])
    session.flush()
    tickets = [add_ticket(session, world, entity, protocol=f"T{place}")
               for place, entity in enumerate((world.provider, world.other_entity))]
    said = [_attached(session, ticket.attendance, message_id=session.scalar(select(Message.id).where(
        Message.attendance_id == ticket.attendance_id))) for ticket in tickets]
    session.flush()
    return {"tickets": dict(zip(("own", "foreign"), (each.protocol for each in tickets), strict=True)),
            "ticket files": pair(*said),
            "ticket ids": dict(zip(("own", "foreign"), (each.attendance_id for each in tickets), strict=True)),
            "models": {Webhook: pair(*hooks), Alert: pair(*alerts), AlertPriority: priority.id,
                       Appointment: pair(*agenda)},
            "token": token.id, "deliveries": pair(*told),
            "participations": pair(parts[0], parts[1], closed=parts[2]), "entity merges": pair(*merges["entity"]),
            "attendance merges": pair(*merges["attendance"][:2], closed=merges["attendance"][2])}


def _attached(session, attendance, **of) -> Attachment:
    """A file with its bytes."""
    with store_of(current_app.config).new("attachment") as incoming:
        incoming.write(b"Laudo")
        file = Attachment(attendance_id=attendance.id, filename="laudo.txt", mime="text/plain", size=incoming.size,
                          sha256=incoming.sha256, uploaded_at=NOON, stored_name=incoming.keep(), **of)
    session.add(file)
    return file


def entry(action) -> dict:
    """The columns of a log entry that nobody verifies here."""
    return {"seq": 1, "at": NOON, "action": action, "changes": {"notes": ["a", "b", "0"]}, "digests": {},
            "hash": "0" * 64}


def pair(own, foreign, **more) -> dict:
    return {"own": own.id, "foreign": foreign.id, **{kind: row.id for kind, row in more.items()}}
