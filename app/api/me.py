"""What an app of a provider needs, about himself alone: contacts, conversations and files (B-37, C-26 to C-30).

Files are sent first, for a message that the app names by a key of its own (`form`); whoever writes the message with
that key sends them with it.
"""
from dataclasses import replace

from flask import current_app, jsonify, request
from flask_babel import gettext as _

from ..database import unit_of_work, utc_now
from ..errors import Invalid, NotFound
from ..extensions import db
from ..files.store import store_of
from ..lowcode.controls import today
from ..models.attachment import Attachment
from ..models.entity import Entity
from ..models.held_file import HeldFile
from ..models.provider_ticket import MESSAGE_LIMIT, Message, ProviderTicket
from ..queries import attachments as files
from ..queries import portal as reads
from ..queries import tickets
from ..queries.classifications import classification_tree
from ..queries.ticket_talk import of_message, talk
from ..services import attachments, held_files, web_menus
from ..services.settings import provider_upload_mb
from ..services.tickets import conversation, opening
from . import schemas
from .arguments import Arguments, Listed, Whole, one_of, text
from .attachments import download
from .base import Resource, actor, body, not_a_key, written
from .operation import operation
from .provider_tickets import ENTRY, NewTicket
from .shapes import FLAG, NAMED, OBJECT, TEXT, WHOLE, Shape, empty, many, named

FILE = Shape("MyFile", Attachment, "id filename mime size uploaded_at")
HELD = Shape("HeldFile", HeldFile, "id filename mime size")
MESSAGE = Shape("MyMessage", Message, "author_name text sent_at", **ENTRY,
                mine=(FLAG, lambda row: row.direction == "in"))
CONTACT = Shape(
    "MyContact", ProviderTicket, "number protocol opened_at closed_at due_at return_days",
    title=(TEXT, lambda row: row.attendance.title), address=(TEXT, lambda row: row.attendance.address),
    classification=(NAMED, lambda row: named(row.classification)),
    subclassification=(NAMED, lambda row: named(row.subclassification)),
    situation=(NAMED, lambda row: named(row.situation)), is_open=(FLAG, lambda row: row.closed_at is None),
    answered=(FLAG, lambda row: row.closed_at is None and row.waiting == "provider"))
ME = {"type": "object", "required": ["name", "entity", "menus"], "properties": {
    "name": TEXT, "entity": empty(NAMED), "menus": many(TEXT)}}
TALK = {"type": "object", "required": ["items", "earlier"], "properties": {
    "items": many({"allOf": [MESSAGE.ref, {"type": "object", "required": ["files"], "properties": {
        "files": many(FILE.ref)}}]}), "earlier": empty(WHOLE)}}
PARTS = {"file": {"type": "string", "format": "binary"},
         "form": {"type": "string", "description": "The message it is for: a key of the app's, 8 to 64 characters"}}


class ListMyContacts(Listed):
    filter = one_of("open", "closed", "all")
    q = text(200, metadata={"description": "Number, protocol, or words of the title"})


class ReadTalk(Arguments):
    before = Whole(metadata={"description": "The `earlier` of the page before"})


class OpenMyContact(NewTicket):
    form = schemas.text(64, metadata={"description": "The key under which its files were sent"})


class MyComplement(schemas.Body):
    text = schemas.text(2 * MESSAGE_LIMIT, required=True)
    form = schemas.text(64, metadata={"description": "The key under which its files were sent"})


LIST, READ, OPEN, ADD = ListMyContacts(), ReadTalk(), OpenMyContact(), MyComplement()


class MeApi(Resource):
    """Every row is of the caller's own entity; another's does not exist."""

    resource_name = "me"
    class_permission_name = "portal"
    method_permission_name = dict.fromkeys(
        ("me", "classifications", "hold", "contacts", "open", "contact", "messages", "complement", "file"), "use")
    openapi_spec_tag = "Me"

    @operation("", summary="Who I am", answer=ME)
    def me(self):
        """And which menus of the portal are released for me."""
        entity = db.session.get(Entity, actor().entity_id) if actor().entity_id else None
        return jsonify(name=actor().name, entity=named(entity),
                       menus=sorted(web_menus.released(db.session, actor())) if entity else [])

    @operation("/classifications", summary="What I can choose", answer={
        "type": "object", "required": ["items"], "properties": {"items": many(OBJECT)}})
    def classifications(self):
        """Classifications in use, each with its subclassifications."""
        _require_contacts()
        return jsonify(items=classification_tree(db.session, today()))

    @operation("/files", "POST", summary="Send a file for a message", file=PARTS, answer=HELD, status=201)
    def hold(self):
        """Kept for a day, until the message with the same `form` is written."""
        _require_contacts()
        sent = request.files.getlist("file")
        if len(sent) != 1 or not sent[0].filename:
            raise Invalid(_("Choose one file at a time."), field="file")
        uploads = replace(attachments.uploads_of(current_app.config),
                          max_mb=provider_upload_mb(db.session, current_app.config))
        with attachments.receive(uploads, sent[0].stream, sent[0].filename) as arrived, \
                unit_of_work(db.session) as session:
            answer = HELD(held_files.hold(session, arrived, form_key=request.form.get("form", ""), actor=actor(),
                                          now=utc_now()))
        return jsonify(answer), 201

    @operation("/tickets", summary="List my contacts", query=LIST, listed=CONTACT)
    def contacts(self):
        """The newest first; `answered` are those in which the Operadora waits for me."""
        _require_contacts()
        args, now = LIST.read(), utc_now()
        try:
            page = tickets.list_tickets(
                db.session, actor(), tickets.TicketFilter(filter=args["filter"] or "all", q=args["q"] or ""),
                tickets.Bounds(now, now), timezone=current_app.config["BABEL_DEFAULT_TIMEZONE"], desc=True,
                size=args["limit"], after=args["after"])
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[CONTACT(row) for row in page.rows], next=page.next)

    @operation("/tickets", "POST", summary="Open a contact", body=OPEN, answer=CONTACT, status=201, once=True)
    def open(self):
        _require_contacts()
        data = body(OPEN)

        def act(session, now):
            form = data.pop("form", None)
            ticket = opening.open_ticket(
                session, data, files=_files(session, form, now), public_url=current_app.config["PUBLIC_URL"],
                actor=actor(), now=now)
            return CONTACT(tickets.find(session, actor(), ticket.attendance_id))
        return written(act, "my-contact", status=201)

    @operation("/tickets/<address>", summary="Read a contact", answer=CONTACT)
    def contact(self, address):
        return jsonify(CONTACT(_found(address)))

    @operation("/tickets/<address>/messages", summary="Read the conversation", query=READ, answer=TALK)
    def messages(self, address):
        """The newest page, the oldest message first, each with its files; e-mails and SMS to me stand among them."""
        before = READ.read()["before"]
        found = talk(db.session, actor(), _found(address), before=before)
        return jsonify(earlier=found.earlier, items=[
            {**MESSAGE(each), "files": [FILE(file) for file in each.files]} for each in found.said])

    @operation("/tickets/<address>/messages", "POST", summary="Complement a contact", body=ADD, answer=MESSAGE,
               status=201, once=True)
    def complement(self, address):
        """"Complementar": it waits for the Operadora again."""
        data, pk = body(ADD), _found(address).attendance_id

        def act(session, now):
            return MESSAGE(of_message(conversation.complement(
                session, pk, data["text"], files=_files(session, data["form"], now), actor=actor(), now=now)))
        return written(act, "my-complement", status=201)

    @operation("/files/<int:pk>", summary="Fetch a file", produces="application/octet-stream")
    def file(self, pk):
        """One that came with a message of mine or to me, always as a download."""
        _require_contacts()
        found = files.find(db.session, actor(), pk)
        try:
            return download(store_of(current_app.config).open(found.stored_name), found.filename) if found else _none()
        except FileNotFoundError as error:
            current_app.logger.exception("attachment %s has lost its bytes", pk)
            raise NotFound(_("Record not found.")) from error


def _files(session, form, now):
    return held_files.arrived(session, form, actor=actor(), now=now, waiting=True) if form else ()


def _found(address) -> ProviderTicket:
    _require_contacts()
    return tickets.find_by_address(db.session, actor(), address) or _none()


def _none():
    raise NotFound(_("Record not found."))


def _require_contacts() -> None:
    """A provider's user from whom "Fale conosco" was not taken away (C-03)."""
    released = web_menus.allowed(db.session, actor(), web_menus.FALE_CONOSCO)
    front = reads.front_of(db.session, actor(), contacts=released, attendances=False)
    if front is None or not front.contacts:
        raise NotFound(web_menus.NOT_RELEASED)
