"""Providers' tickets over REST: the central's list and its acts, and the provider's own contacts."""
from flask import current_app, jsonify, request
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from marshmallow import fields

from ..database import utc_now
from ..errors import Forbidden, Invalid, NotFound
from ..extensions import db
from ..models.custom_form import FieldTarget
from ..models.outbox import EMAIL, SMS
from ..models.provider_ticket import MESSAGE_LIMIT, Message, ProviderTicket
from ..queries import ticket_address, ticket_choices
from ..queries import ticket_talk as talks
from ..queries import tickets as reads
from ..queries.catalogue import catalogue
from ..queries.field_order import field_of
from ..queries.ticket_address import Asked
from ..queries.ticket_answers import ANSWERED
from ..security.permissions import Perm
from ..services import web_menus
from ..services.tickets import clock, closing, complementary, conversation, forwarding, opening, thresholds, work
from . import schemas
from .arguments import ASKED, NOT_VALID, Arguments, Listed, Many, Whole, day, one_of, text
from .base import MAX_LIMIT, BadRequest, Resource, actor, body, instant, not_a_key, written
from .operation import operation
from .shapes import FLAG, INSTANT, NAMED, OBJECT, TEXT, WHOLE, Shape, empty, many, named, person

KINDS = (talks.MESSAGE, EMAIL, SMS)
ENTRY = {  # of a conversation, besides what every message has
    "id": ({**empty(WHOLE), "description": "Null of an e-mail or an SMS"}, lambda row: row.id),
    "kind": ({**TEXT, "enum": KINDS}, lambda row: row.kind),
    "subject": ({**TEXT, "description": "Of an e-mail"}, lambda row: row.subject)}
MESSAGE = Shape("TicketMessage", Message, "direction author_name text sent_at", **ENTRY)
TICKET = Shape(
    "ProviderTicket", ProviderTicket, "number protocol opened_at closed_at due_at return_days waiting started",
    id=(WHOLE, lambda row: row.attendance_id), title=(TEXT, lambda row: row.attendance.title),
    provider=(NAMED, lambda row: named(row.entity)), classification=(NAMED, lambda row: named(row.classification)),
    subclassification=(NAMED, lambda row: named(row.subclassification)),
    motive=(empty(NAMED), lambda row: named(row.default_motive)),
    situation=(NAMED, lambda row: named(row.situation)), phase=(TEXT, lambda row: row.phase),
    assignee=(empty(NAMED), lambda row: _inside(person(row.assignee))),
    department=(empty(NAMED), lambda row: _inside(named(row.department))),
    opened_by=(empty(NAMED), lambda row: _inside(person(row.attendance.opened_by))),
    version=(WHOLE, lambda row: row.attendance.version))
WHOLE_TICKET = TICKET.plus(
    "ProviderTicketWithMessages",
    contact_name=(TEXT, lambda row: row.contact_name), contact_phone=(TEXT, lambda row: row.contact_phone),
    contact_email=(TEXT, lambda row: row.contact_email),
    clock_stopped_at=(empty(INSTANT), lambda row: instant(row.clock_stopped_at)),
    is_open=(FLAG, lambda row: row.closed_at is None),
    custom_values=(empty(OBJECT), lambda row: _inside(row.attendance.custom_values)),
    deadline_steps=(many(TEXT), lambda row: clock.explained(
        row, timezone=row.attendance.company.timezone, language=str(get_locale()))),
    messages=(many(MESSAGE.ref), lambda row: [MESSAGE(each) for each in talks.talk(db.session, actor(), row).said]))


def _inside(told):
    """Who works on it is the Operadora's own business: of a provider's token it is null, as the portal hides it."""
    return told if actor().entity_id is None else None


class ListProviderTickets(Listed):
    """The central's query, described for OpenAPI; what it says is read where the page reads it (`ticket_address`)."""

    target = FieldTarget.ATTENDANCE

    filter = one_of(*reads.FILTERS)
    order = text(60, metadata={"description": f"{', '.join(reads.ORDERS)} or cf_<field>; a leading - turns it round"})
    classification = Many(Whole(), load_default=list)
    subclassification = Many(Whole(), load_default=list)
    motive = Many(Whole(), load_default=list)
    assignee = Many(fields.String(), load_default=list, metadata={
        "description": "Ids of operators; none is nobody's"})
    department = Many(fields.String(), load_default=list, metadata={
        "description": "Ids of departments; none is in no sector"})
    status = Many(Whole(), load_default=list)
    entity = Whole(metadata={"description": "Id of the provider"})
    waiting = one_of(*reads.TURNS)
    answered = one_of(*ANSWERED, metadata={
        "description": "What a provider asked: yes, with an answer; no, open without one"})
    opened_from = day(metadata={"description": "A local day, inclusive; with opened_to"})
    opened_to = day(metadata={"description": "A local day, inclusive; with opened_from"})
    closed_from = day(metadata={"description": "A local day, inclusive; with closed_to"})
    closed_to = day(metadata={"description": "A local day, inclusive; with closed_from"})
    deadline = one_of(*reads.DEADLINES)
    status_deadline = one_of(*reads.STATUS_DEADLINES)
    q = text(200, metadata={"description": "Number, protocol, or words of the title or of the provider's name"})

    def read(self) -> tuple[Asked, int]:
        """(what the address asks, how many rows a page). Configurators' fields are the Operadora's own business.
        Raises BadRequest."""
        size = super().read()["limit"]
        try:
            own = actor().entity_id is not None
            asked = ticket_address.read(request.args, custom=None if own else self.read_fields,
                                        ordering=None if own else self._field)
        except ticket_address.Unreadable as error:
            raise _not_valid(error.name) from error
        except Invalid as refusal:
            first = getattr(refusal, "errors", [refusal])[0]
            raise BadRequest(str(first), field=first.field) from refusal
        for name in ticket_choices.unknown(db.session, actor(), asked.filters):
            raise _not_valid(name)
        return asked, size

    def _field(self, name):
        return field_of(name, catalogue(db.session).fields(self.target))


def _not_valid(name: str) -> BadRequest:
    return BadRequest(f"{name}: {NOT_VALID}", field=name)


class ListMessages(Arguments):
    after = Whole(metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=talks.SIZE)


class NewTicket(schemas.Body):
    """What every ticket is opened with, whoever opens it."""

    title = schemas.text(200, required=True)
    classification_id = schemas.whole(required=True)
    subclassification_id = schemas.whole(required=True)
    contact_name = schemas.text(200, required=True)
    contact_phone = schemas.text(40, required=True)
    contact_email = schemas.text(320, required=True)
    message = schemas.text(2 * MESSAGE_LIMIT, required=True, metadata={
        "description": "At most 4,000 characters; a line break is one"})


class OpenProviderTicket(NewTicket):
    provider_id = schemas.whole(metadata={"description": "For whom; of a provider's own token, left out"})
    motive_id = schemas.whole()
    custom_values = schemas.anything(load_default=None, allow_none=True, metadata={
        "description": "What configurators' fields on attendances hold, by key; of staff's token only"})


class ChangeTicket(schemas.Body):
    custom_values = schemas.anything(required=True, metadata={"description": "By key; what is left out stays"})
    version = schemas.whole()


class WriteTicketMessage(schemas.Body):
    text = schemas.text(2 * MESSAGE_LIMIT, required=True)


class CloseTicket(schemas.Body):
    situation_id = schemas.whole()
    message = schemas.text(2 * MESSAGE_LIMIT, metadata={
        "description": "An answer to the provider, sent before closing; at most 4,000 characters"})
    version = schemas.whole()


class ForwardTicket(schemas.Body):
    operator_id = schemas.whole()
    department_id = schemas.whole()
    reason = schemas.text(500)
    version = schemas.whole()


LIST, TALK, OPEN, WRITE = ListProviderTickets(), ListMessages(), OpenProviderTicket(), WriteTicketMessage()
CLOSE, FORWARD, CHANGE, NOTHING = CloseTicket(), ForwardTicket(), ChangeTicket(), schemas.Body()


class ProviderTicketApi(Resource):
    """Staff see the central's tickets, a provider's user his own; what each may do says the service."""

    resource_name = "provider-tickets"
    class_permission_name = "ticket_api"
    method_permission_name = dict.fromkeys(
        ("get_list", "post", "get", "change", "messages", "say", "take", "close", "forward"), "use")
    openapi_spec_tag = "Provider tickets"

    @operation("", summary="List providers' tickets", query=LIST, listed=TICKET, description=(
        f"As the provider central filters and orders them; of a provider's own token, his. {ASKED}"))
    def get_list(self):
        _require_reader()
        asked, size = LIST.read()
        zone = str(get_timezone())
        bounds = thresholds.bounds(db.session, timezone=zone, now=utc_now())
        try:
            page = reads.list_tickets(
                db.session, actor(), asked.filters, bounds, timezone=zone, order=asked.order, desc=asked.desc,
                by=asked.by, size=size, after=asked.after)
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[TICKET(row) for row in page.rows], next=page.next)

    @operation("", "POST", summary="Open a provider's ticket", body=OPEN, answer=WHOLE_TICKET, status=201, once=True)
    def post(self):
        """The answer has its number, and its protocol where the desk gives protocols."""
        data = body(OPEN)
        _require_released()
        if actor().entity_id is not None:
            data.pop("provider_id")
            data.pop("custom_values")

        def act(session, now):
            ticket = opening.open_ticket(
                session, data, public_url=current_app.config["PUBLIC_URL"], actor=actor(), now=now)
            return WHOLE_TICKET(reads.find(session, actor(), ticket.attendance_id))
        return written(act, "ticket", status=201)

    @operation("/<address>", summary="Read a provider's ticket", answer=WHOLE_TICKET)
    def get(self, address):
        """With the last 50 messages of its conversation, and why its deadline is what it is."""
        return jsonify(WHOLE_TICKET(_found(address)))

    @operation("/<address>", "PATCH", summary="Change what configurators' fields of a ticket hold", body=CHANGE,
               answer=WHOLE_TICKET)
    def change(self, address):
        pk, data = _found(address).attendance_id, body(CHANGE)  # of one that is not his, nobody hears what is missing

        def act(session, now):
            complementary.save(session, pk, data["custom_values"], version=data["version"], actor=actor(), now=now)
            return WHOLE_TICKET(reads.find(session, actor(), pk))
        return written(act)

    @operation("/<address>/messages", summary="List the messages of a ticket", query=TALK, listed=MESSAGE,
               description=(
        "A page of them, the oldest first; `next` asks for those before it. E-mails and SMS to the contact stand among "
        "them and do not count in `limit`."))
    def messages(self, address):
        args, ticket = TALK.read(), _found(address)
        found = talks.talk(db.session, actor(), ticket, before=args["after"], size=args["limit"])
        return jsonify(items=[MESSAGE(each) for each in found.said],
                       next=str(found.earlier) if found.earlier else None)

    @operation("/<address>/messages", "POST", summary="Write in a ticket", body=WRITE, answer=MESSAGE, status=201,
               once=True, description="Of staff an answer, of the provider a complement.")
    def say(self, address):
        data, pk = body(WRITE), _found(address).attendance_id

        def act(session, now):
            if actor().entity_id is not None:
                return MESSAGE(talks.of_message(conversation.complement(
                    session, pk, data["text"], actor=actor(), now=now)))
            return MESSAGE(talks.of_message(conversation.reply(
                session, pk, data["text"], public_url=current_app.config["PUBLIC_URL"], actor=actor(), now=now)))
        return written(act, "ticket-message", status=201)

    @operation("/<address>/take", "POST", summary="Take a ticket", body=NOTHING, answer=WHOLE_TICKET, once=True)
    def take(self, address):
        """Of two at once the second is answered 409 with who was first."""
        body(NOTHING)
        return self._act(address, "ticket-take", work.take)

    @operation("/<address>/close", "POST", summary="Close a ticket", body=CLOSE, answer=WHOLE_TICKET, once=True)
    def close(self, address):
        return self._act(address, "ticket-close", closing.close, **body(CLOSE),
                         public_url=current_app.config["PUBLIC_URL"])

    @operation("/<address>/forward", "POST", summary="Forward a ticket", body=FORWARD, answer=WHOLE_TICKET, once=True)
    def forward(self, address):
        """To an operator of the central or to a sector, with the reason."""
        return self._act(address, "ticket-forward", forwarding.forward, **body(FORWARD))

    @staticmethod
    def _act(address, name, verb, **values):
        pk = _found(address).attendance_id

        def act(session, now):
            verb(session, pk, **values, actor=actor(), now=now)
            return WHOLE_TICKET(reads.find(session, actor(), pk))
        return written(act, name)


def _found(address) -> ProviderTicket:
    _require_reader()
    ticket = reads.find_by_address(db.session, actor(), address)
    if ticket is None:
        raise NotFound(_("Attendance not found."))
    return ticket


def _require_reader() -> None:
    """The right to call is not yet the right to read: that of the central, or of the portal where its menu is
    released."""
    needed = Perm.TICKET_READ if actor().entity_id is None else Perm.PORTAL_USE
    if not actor().may(needed):
        raise Forbidden(_("You do not have permission to do this."))
    _require_released()


def _require_released() -> None:
    """A provider from whom "Fale conosco" was taken away has no tickets here either (C-03)."""
    if actor().entity_id is not None and not web_menus.allowed(db.session, actor(), web_menus.FALE_CONOSCO):
        raise NotFound(web_menus.NOT_RELEASED)
