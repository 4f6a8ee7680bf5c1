"""The external service ("Serviço externo", M-77…M-79): how it is kept, what its values fill, how it is asked.

No call is made here: `begin_lookup` and `begin_test` say what to send and leave an entry in the log before it leaves.
"""
import base64
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import documents, phones
from ..errors import Conflict, DomainError, Invalid
from ..models.entity import EContactKind, Entity
from ..models.external_service import LEAST_SECONDS, MOST_SECONDS, Auth, ExternalService
from ..models.webhook import NOT_AN_ADDRESS
from ..outgoing_http.addresses import is_address, is_inside
from ..outgoing_http.answers import steps
from ..secrets_at_rest import seal, unseal
from ..security.permissions import Perm
from ..text import digits
from . import records, service_pauses
from .entity_rules import NOT_A_CHOICE, REQUIRED, econtact, raise_all
from .log import record, record_id
from .records import get_visible, require

GIVEN = {"document": _l("CPF/CNPJ"), "phone": _l("Phone"), "email": _l("E-mail")}  # what a person is known by
METHODS = ("GET", "POST")
HIDDEN = "***"
_PLACE = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "transfer-encoding", "connection", "content-type", "accept-encoding", "te",
         "trailer", "upgrade", "expect"}
_SECRETS = {"authorization", "proxy-authorization", "cookie"}
MOST_HEADERS, MOST_MAPPINGS = 20, 50


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


def active(session) -> ExternalService | None:
    """The service that fills forms, if there is one that fills any field."""
    return session.scalar(select(ExternalService).where(ExternalService.active, ExternalService.mappings.any()))


def kept(session) -> ExternalService | None:
    """The service that the settings show: the active one, else the oldest."""
    return session.scalar(select(ExternalService).order_by(
        ExternalService.active.desc(), ExternalService.id).limit(1))


def asked_by(service: ExternalService) -> list[str]:
    """What of a person is sent to it: of document, phone and email those that it is asked by."""
    used = {*_PLACE.findall(service.url), *_PLACE.findall(service.body or "")}
    return [name for name in GIVEN if name in used]


# ---- kept by configurators

def save(session, pk: int | None, values: dict, *, version: int | None = None, keys: Sequence[str],
         allow_private: bool, actor, now: datetime) -> ExternalService:
    """Register the service (pk None) or change it: name, url, method, body, auth, username, key_header, headers
    [[name, value]], seconds, active, and `secret`, of which None leaves the stored one.

    Neither the secret nor the values of headers stand in the log. Raises Forbidden, NotFound, Stale, InvalidMany.
    """
    require(actor, Perm.SETTING_WRITE)
    item = get_visible(session, ExternalService, pk, actor) if pk is not None else None
    if item is not None:
        records.refuse_stale(item, version)
        service_pauses.clear(session, item.id)
    ready, secret = _checked(item, values, allow_private)
    was = bool(item is not None and item.secret)
    with session.no_autoflush:
        row = ExternalService() if item is None else item
        changes = records.assign(row, ready)
        if "headers" in changes:
            changes["headers"] = tuple([name for name, _value in each or ()] for each in changes["headers"])
        if secret is not None or (was and row.auth == Auth.NONE):
            row.secret = seal(secret, keys) if secret is not None else None
            changes["secret"] = (HIDDEN if was else None, f"{HIDDEN} (2)" if was and secret else secret and HIDDEN)
        if not changes:
            return row
        row.updated_at = now
        if item is None:
            row.created_at = now
            session.add(row)
        record(session, row, "create" if item is None else "update", changes, actor=actor, now=now)
    session.flush()  # constraints speak here
    return row


def save_mappings(session, pk: int, rows: list[dict], *, offered: Collection[str], version: int | None = None, actor,
                  now: datetime) -> ExternalService:
    """"Campos pessoa": [{"variable": path, "person_field": one of `offered`}] in the place of what was.

    Raises Forbidden, NotFound, Stale, InvalidMany: a field that two variables would fill is refused at the later row.
    """
    require(actor, Perm.SETTING_WRITE)
    service = get_visible(session, ExternalService, pk, actor)
    stored = {row.person_field: row.id for row in service.mappings}
    errors, taken, wanted = [], set(), []
    for place, row in enumerate(rows):
        variable, target = (row.get("variable") or "").strip(), row.get("person_field") or ""
        errors += _refused_row(f"mappings.{place}.", variable, target, taken, {*offered, *stored})
        taken.add(target)
        wanted.append({"id": stored.get(target), "variable": variable, "person_field": target})
    if len(rows) > MOST_MAPPINGS:
        errors.append(Invalid(_l("At most %(n)s lines."), field="mappings", n=MOST_MAPPINGS))
    raise_all(errors)
    return records.update(session, ExternalService, pk, {"mappings": wanted}, version=version, actor=actor, now=now,
                          rows=("mappings",))


def _refused_row(at, variable, target, taken, offered) -> list[DomainError]:
    errors: list[DomainError] = []
    if not variable:
        errors.append(Invalid(REQUIRED, field=at + "variable"))
    else:
        try:
            steps(variable)
        except ValueError:
            errors.append(Invalid(_l("Not a variable: it must look like cliente.nome or enderecos[0].logradouro."),
                                  field=at + "variable"))
    if not target:
        errors.append(Invalid(REQUIRED, field=at + "person_field"))
    elif target in taken:
        errors.append(Conflict(_l("This field is already filled by another variable."), field=at + "person_field"))
    elif target not in offered:
        errors.append(Invalid(NOT_A_CHOICE, field=at + "person_field"))
    return errors


def _checked(item, values, allow_private) -> tuple[dict, str | None]:
    """(columns to set, the secret that was typed or None). Raises what is wrong, all at once."""
    errors: list[DomainError] = []
    ready = {name: values.get(name) for name in ("name", "url", "method", "body", "auth", "username", "key_header")}
    ready = {name: (value or "").strip() or None for name, value in ready.items()}
    ready |= {"headers": values.get("headers") or [], "seconds": values.get("seconds"),
              "active": bool(values.get("active"))}
    secret = (values.get("secret") or "").strip() or None
    for name, longest in (("name", 200), ("username", 200), ("key_header", 100)):
        if len(ready[name] or "") > longest:
            errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=name, n=longest,
                                  have=len(ready[name])))
    if not ready["name"]:
        errors.append(Invalid(REQUIRED, field="name"))
    errors += _wrong_address(ready, allow_private)
    errors += _wrong_body(ready)
    errors += _wrong_headers(ready["headers"])
    if ready["method"] not in METHODS:
        errors.append(Invalid(NOT_A_CHOICE, field="method"))
    if not isinstance(ready["seconds"], int) or not LEAST_SECONDS <= ready["seconds"] <= MOST_SECONDS:
        errors.append(Invalid(_l("Type a whole number from %(least)s to %(most)s."), field="seconds",
                              least=LEAST_SECONDS, most=MOST_SECONDS))
    errors += _wrong_auth(item, ready, secret)
    raise_all(errors)
    return ready, secret if ready["auth"] != Auth.NONE else None


def _wrong_address(ready, allow_private) -> list[DomainError]:
    url = ready["url"] or ""
    if not url:
        return [Invalid(REQUIRED, field="url")]
    if not is_address(_PLACE.sub("x", url), 1000) or len(url) > 1000:
        return [Invalid(NOT_AN_ADDRESS, field="url")]
    parts = urlsplit(url)
    if "{" in parts.netloc or not parts.netloc.isascii():
        return [Invalid(_l("The host must stand as it is: variables go after it."), field="url")]
    unknown = [name for name in _PLACE.findall(url) if name not in GIVEN]
    if unknown:
        return [_unknown("url", unknown[0])]
    if not {*_PLACE.findall(url), *_PLACE.findall(ready["body"] or "")} & set(GIVEN):
        return [Invalid(_l("Say where the person goes: put {document}, {phone} or {email} in the address or in the "
                           "body."), field="url")]
    if not allow_private and is_inside(parts.hostname):
        return [Invalid(_l("The address leads into a private network, which this installation does not allow."),
                        field="url")]
    if parts.scheme == "http" and ready["auth"] not in (None, Auth.NONE) and not allow_private:
        return [Invalid(_l("With authentication the address must begin with https://."), field="url")]
    return []


def _unknown(field, name) -> Invalid:
    return Invalid(_l("There is no variable {%(name)s}: use {document}, {phone} or {email}."), field=field, name=name)


def _wrong_body(ready) -> list[DomainError]:
    body = ready["body"]
    if body is None:
        return []
    if ready["method"] == "GET":
        return [Invalid(_l("A GET sends no body: choose POST or leave it blank."), field="body")]
    if unknown := [name for name in _PLACE.findall(body) if name not in GIVEN]:
        return [_unknown("body", unknown[0])]
    try:
        json.loads(_PLACE.sub("x", body))
    except (ValueError, RecursionError):
        return [Invalid(_l('Not JSON: the body must look like {"cpf": "{document}"}.'), field="body")]
    return []


def _wrong_headers(headers) -> list[DomainError]:
    if len(headers) > MOST_HEADERS:
        return [Invalid(_l("At most %(n)s lines."), field="headers", n=MOST_HEADERS)]
    for name, value in headers:
        if not _HEADER.fullmatch(name) or not value or len(value) > 500 or not value.isprintable() or any(
                ord(c) > 255 for c in value):
            return [Invalid(_l("Not a header: write one a line, such as Accept-Language: pt-BR."), field="headers")]
        if name.lower() in _SECRETS:
            return [Invalid(_l("%(name)s is not written here, where all can read it: use the authentication above."),
                            field="headers", name=name)]
        if name.lower() in _OURS:
            return [Invalid(_l("%(name)s is set by the system."), field="headers", name=name)]
    return []


def _wrong_auth(item, ready, secret) -> list[DomainError]:
    auth, errors = ready["auth"], []
    if auth not in tuple(Auth):
        return [Invalid(NOT_A_CHOICE, field="auth")]
    if auth == Auth.BASIC and not ready["username"]:
        errors.append(Invalid(REQUIRED, field="username"))
    if auth == Auth.BASIC and ":" in (ready["username"] or ""):
        errors.append(Invalid(_l("A user name of this kind has no colon."), field="username"))
    if auth == Auth.HEADER and not _HEADER.fullmatch(ready["key_header"] or ""):
        errors.append(Invalid(_l("Type the name of the header, such as X-API-Key."), field="key_header"))
    elif auth == Auth.HEADER and ready["key_header"].lower() in _OURS:
        errors.append(Invalid(_l("%(name)s is set by the system."), field="key_header", name=ready["key_header"]))
    if auth == Auth.NONE:
        return errors
    if secret is None and not (item is not None and item.secret):
        errors.append(Invalid(REQUIRED, field="secret"))
    elif secret is None and _origin(item.url) != _origin(ready["url"] or ""):
        # Else who may only type an address would have the secret sent to him.
        errors.append(Invalid(_l("The address leads to another host: type the secret again."), field="secret"))
    elif secret is not None and (len(secret) > 1000 or not secret.isprintable()
                                 or not (secret.isascii() or auth == Auth.BASIC)):
        errors.append(Invalid(_l("A secret has at most 1000 letters, digits and signs, without accents."),
                              field="secret"))
    return errors


def _origin(url: str) -> tuple:
    try:
        parts = urlsplit(_PLACE.sub("x", url))
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ()


# ---- asked

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

    The look stands in the log. Raises as `save` and `begin_lookup`.
    """
    require(actor, Perm.SETTING_WRITE)
    service = get_visible(session, ExternalService, pk, actor)
    session.refresh(service, with_for_update=True)
    if values is not None:
        ready, secret = _checked(service, values, allow_private)
        sealed = None if ready["auth"] == Auth.NONE else seal(secret, keys) if secret else service.secret
        service = ExternalService(**ready, secret=sealed)
    sent = _read(service, given)
    lookup = Lookup(_call(service, sent, keys), (pk, 0), [])
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
    lacking = [name for name in _PLACE.findall(path) if not sent.get(name)]
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
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Balcao/1",
               "Connection": "close", **dict(service.headers or ())}
    content, hidden = None, ()
    if service.method == "POST":
        content = _PLACE.sub(lambda m: json.dumps(sent.get(m[1], ""))[1:-1], service.body or "").encode()
        headers |= {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(content))}
    if service.auth != Auth.NONE:
        secret = unseal(service.secret or "", keys)
        pair = base64.b64encode(f"{service.username}:{secret}".encode()).decode()
        name, value = {
            Auth.BASIC: ("Authorization", f"Basic {pair}"), Auth.BEARER: ("Authorization", f"Bearer {secret}"),
            Auth.HEADER: (service.key_header, secret)}[Auth(service.auth)]
        headers[name] = value
        hidden = (secret, pair)
    return Call(service.method, _PLACE.sub(lambda m: quote(sent.get(m[1], ""), safe=""), url), content, headers,
                service.seconds, hidden)
