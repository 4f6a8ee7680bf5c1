"""How the external service is asked (M-79): what is sent of a person, by whom, and that it stands in the log.

No call is made here: `begin_lookup` and `begin_test` say what to send and leave an entry in the log before it leaves.
"""
import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from flask_babel import lazy_gettext as _l

from .. import documents, phones
from ..errors import Conflict, Invalid
from ..models.entity import EContactKind, Entity
from ..models.external_service import Auth, ExternalService
from ..secrets_at_rest import LostKey, seal, unseal
from ..security.permissions import Perm
from ..text import digits
from .entity_rules import econtact, raise_all
from .external_service import GIVEN, PLACE, active, asked_by, checked, is_xml
from .log import record_id
from .records import get_visible, require


@dataclass(frozen=True)
class Call:
    """What is sent. `hidden` are texts that must be shown to nobody, whoever repeats them."""

    method: str
    url: str = field(repr=False)
    content: bytes | None = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    seconds: int
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Lookup:
    """A call that stands in the log, and which value of its answer fills which field of the person."""

    call: Call
    key: tuple[int, int]  # id and version of the service: one that was changed is not held to what it did before
    mappings: list[tuple[str, str]]  # (path, person field)
    document_stored: bool = False  # the person has one already, which may be masked on the form
    failures: int = 0  # of the service in a row, before this call


def begin_lookup(session, given: dict, *, entity_id: int | None = None, keys: Sequence[str], actor,
                 now: datetime) -> Lookup:
    """A look-up of the person that `given` (document, phone, email as typed) names, for the form of a new person or of
    `entity_id`, whose stored document is taken where none was typed. It stands in the log before it leaves.

    Raises Forbidden, NotFound, Conflict (no active service), Invalid at what must be typed, LostKey.
    """
    require(actor, Perm.ENTITY_WRITE)
    entity = get_visible(session, Entity, entity_id, actor) if entity_id is not None else None
    service = active(session)
    if service is None:
        raise Conflict(_l("There is no active external service."))
    if entity is not None and entity.document and not given.get("document"):
        given = {**given, "document": entity.document}
    session.refresh(service, with_for_update=True)  # two look-ups at once would both write the next entry of its log
    sent = _read(service, given)
    lookup = Lookup(_call(service, sent, keys), (service.id, service.version),
                    [(row.variable, row.person_field) for row in service.mappings],
                    entity is not None and bool(entity.document), service.failures)
    told = {"entity": (None, entity.id)} if entity is not None else {}  # who keeps the service may see no names
    record_id(session, ExternalService.__tablename__, service.id, "lookup", {**_masked(sent), **told}, actor=actor,
              now=now)
    if entity is not None:
        record_id(session, Entity.__tablename__, entity.id, "lookup", {}, actor=actor, now=now)
    return lookup


def begin_test(session, pk: int, given: dict, values: dict | None = None, *, keys: Sequence[str], allow_private: bool,
               actor, now: datetime) -> Lookup:
    """"Testar" the stored service `pk`, or what was typed over it (`values` as `save` takes them) and is not saved.

    The look stands in the log. Raises as `save` and `begin_lookup`, but for LostKey Invalid.
    """
    require(actor, Perm.SETTING_WRITE)
    service = get_visible(session, ExternalService, pk, actor)
    session.refresh(service, with_for_update=True)
    if values is not None:
        ready, secret = checked(service, values, allow_private)
        sealed = None if ready["auth"] == Auth.NONE else seal(secret, keys) if secret else service.secret
        service = ExternalService(**ready, secret=sealed)
    sent = _read(service, given)
    try:
        lookup = Lookup(_call(service, sent, keys), (pk, 0), [])
    except LostKey as error:
        raise Invalid(_l("The secret cannot be read any more: type it again.")) from error
    record_id(session, ExternalService.__tablename__, pk, "test", _masked(sent), actor=actor, now=now)
    return lookup


def _read(service, given) -> dict[str, str]:
    """What is sent of what was typed: only what the service is asked by. Raises InvalidMany at the fields."""
    errors, sent = [], {}
    for name in asked_by(service):
        typed = (given.get(name) or "").strip()
        try:
            sent[name] = _READ[name](typed) if typed else ""
        except Invalid as error:
            errors.append(error)
    raise_all(errors)
    parts = urlsplit(service.url)
    path = f"{parts.scheme}://{parts.netloc}{parts.path}"
    lacking = [name for name in PLACE.findall(path) if not sent.get(name)]
    if lacking or not any(sent.values()):
        name = (lacking or list(sent))[0]
        raise Invalid(_l("The service is asked by the %(what)s: type it first."), field=name, what=GIVEN[name])
    return sent


def _document(typed: str) -> str:
    number = documents.clean(typed)
    if not (documents.is_cpf(number) or documents.is_cnpj(number)):
        raise Invalid(_l("Invalid CPF or CNPJ."), field="document")
    return number


def _phone(typed: str) -> str:
    return digits(phones.parse(typed, "phone").removeprefix("+55"))


_READ = {"document": _document, "phone": _phone,
         "email": lambda typed: econtact(EContactKind.EMAIL, typed, "email")}


def _masked(sent: dict[str, str]) -> dict[str, tuple]:
    """What was sent as the log keeps it: enough to know whom, too little to use."""
    masks = {"document": documents.masked, "phone": lambda number: documents.DOT * 4 + number[-4:],
             "email": lambda text: f"{text[:1]}{documents.DOT * 3}@{text.rpartition('@')[2]}"}
    return {name: (None, masks[name](value)) for name, value in sent.items() if value}


def _call(service, sent, keys) -> Call:
    url = quote(service.url.partition("#")[0], safe="%/:?#[]@!$&'()*+,;=~{}")
    headers = {"Accept": "application/json, application/xml;q=0.9, text/xml;q=0.9", "Accept-Encoding": "gzip, deflate",
               "User-Agent": "Balcao/1", "Connection": "close", **dict(service.headers or ())}
    content, hidden = None, ()
    if service.method == "POST":
        xml = is_xml(service.body)
        content = PLACE.sub(lambda m: escape(sent.get(m[1], ""), {'"': "&quot;"}) if xml
                            else json.dumps(sent.get(m[1], ""))[1:-1], service.body or "").encode()
        headers |= {"Content-Type": f"{'text/xml' if xml else 'application/json'}; charset=utf-8",
                    "Content-Length": str(len(content))}
    if service.auth != Auth.NONE:
        secret = unseal(service.secret or "", keys)
        pair = base64.b64encode(f"{service.username}:{secret}".encode()).decode()
        name, value = {
            Auth.BASIC: ("Authorization", f"Basic {pair}"), Auth.BEARER: ("Authorization", f"Bearer {secret}"),
            Auth.HEADER: (service.key_header, secret)}[Auth(service.auth)]
        headers[name] = value
        hidden = (secret, pair)
    return Call(service.method, PLACE.sub(lambda m: quote(sent.get(m[1], ""), safe=""), url), content, headers,
                service.seconds, hidden)
