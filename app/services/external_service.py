"""The external service ("Serviço externo", M-77, M-78): how it is kept, and what its values fill."""
import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid
from ..models.external_service import LEAST_SECONDS, MOST_SECONDS, Auth, ExternalService
from ..models.webhook import NOT_AN_ADDRESS
from ..outgoing_http.addresses import is_address, is_inside
from ..outgoing_http.answers import steps
from ..queries.catalogue import catalogue
from ..secrets_at_rest import seal
from ..security.permissions import Perm
from . import records, service_pauses
from .entity_rules import NOT_A_CHOICE, REQUIRED, raise_all
from .log import record
from .records import get_visible, require

GIVEN = {"document": _l("CPF/CNPJ"), "phone": _l("Phone"), "email": _l("E-mail")}  # what a person is known by
TEXTS = ("name", "url", "method", "body", "auth", "username", "key_header")
METHODS = ("GET", "POST")
# The fields of a person that one value fills, as the form has them; configurators' own begin with the prefix.
FILLED = ("name", "social_name", "trade_name", "document", "kind", "birth_date", "phone", "email", "street", "number",
          "complement", "district", "city", "state", "cep", "notes")
PREFIX = "x_"
NOT_ONE_VALUE = ("choices", "person", "attachment")  # types of theirs that a text does not fill
HIDDEN = "***"
PLACE = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "transfer-encoding", "connection", "content-type", "accept-encoding", "te",
         "trailer", "upgrade", "expect"}
_SECRETS = {"authorization", "proxy-authorization", "cookie"}
MOST_HEADERS, MOST_MAPPINGS = 20, 50


def active(session) -> ExternalService | None:
    """The service that fills forms, if there is one that fills any field."""
    return session.scalar(select(ExternalService).where(ExternalService.active, ExternalService.mappings.any()))


def kept(session) -> ExternalService | None:
    """The service that the settings show: the active one, else the oldest."""
    return session.scalar(select(ExternalService).order_by(
        ExternalService.active.desc(), ExternalService.id).limit(1))


def held(service: ExternalService) -> dict:
    """What `save` takes, as it is stored; the secret, which is told to nobody, is left as it is."""
    return {name: getattr(service, name) for name in (*TEXTS, "headers", "seconds", "active")}


def lacks_secret(service: ExternalService) -> bool:
    """Whether it came in a package, and who keeps it has not typed its secret yet."""
    return service.auth != Auth.NONE and not service.secret


def asked_by(service: ExternalService) -> list[str]:
    """What of a person is sent to it: of document, phone and email those that it is asked by."""
    used = {*PLACE.findall(service.url), *PLACE.findall(service.body or "")}
    return [name for name in GIVEN if name in used]


def custom_groups(session) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(heading of a form on persons, [(name in the form, label)])] of the fields that configurators have added and one
    value can fill."""
    found = [(data.heading, [(PREFIX + each.key, each.name) for _title, specs in data.form.parts for each in specs
                             if each.type not in NOT_ONE_VALUE]) for data in catalogue(session).on("entity")]
    return [(heading, fields) for heading, fields in found if fields]


def custom_fields(session) -> list[tuple[str, str]]:
    """All of `custom_groups`."""
    return [each for _heading, fields in custom_groups(session) for each in fields]


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
    ready, secret = checked(item, values, allow_private)
    gone = secret is None and ready["auth"] == Auth.NONE
    return _kept(session, item, ready, seal(secret, keys) if secret is not None else None, gone=gone, actor=actor,
                 now=now)


def save_brought(session, pk: int | None, values: dict, *, actor, now: datetime) -> ExternalService:
    """Take what a package says of the service, which is never its secret: `values` as of `save`; what they leave out
    stays. A secret that is here is kept while the host and the kind of authentication stay; else it is gone, and the
    service inactive until somebody who has seen it says otherwise.

    Where it leads is checked when that is said, and with each call. Raises Forbidden, NotFound, InvalidMany.
    """
    require(actor, Perm.SETTING_WRITE)
    item = get_visible(session, ExternalService, pk, actor) if pk is not None else None
    whole = held(item) if item is not None else {"seconds": 5}
    ready, _none = checked(item, {**whole, **values, "secret": None}, True, without_secret=True)
    stays = item is not None and (item.auth, _origin(item.url)) == (ready["auth"], _origin(ready["url"]))
    ready["active"] = bool(stays and ready["active"] and item.active)
    if item is not None:
        service_pauses.clear(session, item.id)
    return _kept(session, item, ready, None, gone=not stays, actor=actor, now=now)


def secret_of(session, pk: int) -> dict:
    """What `save_brought` may take from a service: its secret as it lies here, encrypted, with the host and the kind of
    authentication that it is for, and whether it is in use. `give_back` takes it."""
    item = session.get(ExternalService, pk)
    return {"secret": item.secret, "active": item.active, "auth": item.auth, "origin": _told_origin(item.url)}


def give_back(session, pk: int, held: dict, *, actor, now: datetime) -> None:
    """The secret that a package took, where the service leads to the same host in the same way again; in use again
    where it was and no other is. Raises Forbidden, NotFound."""
    require(actor, Perm.SETTING_WRITE)
    item = get_visible(session, ExternalService, pk, actor)
    if (item.auth, _told_origin(item.url)) != (held["auth"], held["origin"]):
        return
    ready = {"active": item.active or (held["active"] and session.scalar(
        select(ExternalService.id).where(ExternalService.active).limit(1)) is None)}
    _kept(session, item, ready, held["secret"], gone=False, actor=actor, now=now)


def delete(session, pk: int, *, actor, now: datetime) -> None:
    """Remove a service that is not in use, and its mapping. Raises Forbidden, NotFound, Conflict."""
    require(actor, Perm.SETTING_WRITE)
    item = get_visible(session, ExternalService, pk, actor)
    if item.active or item.secret:
        raise records.in_use(_l("The external service is in use: it can be deactivated, not deleted."))
    record(session, item, "delete", {name: (getattr(item, name), None) for name in TEXTS}, actor=actor, now=now,
           children=list(item.mappings))
    session.delete(item)
    session.flush()  # constraints speak here


def _kept(session, item, ready, sealed, *, gone, actor, now) -> ExternalService:
    """The row with what was checked, its new secret or (`gone`) none, in the log."""
    was = bool(item is not None and item.secret)
    with session.no_autoflush:
        row = ExternalService() if item is None else item
        changes = records.assign(row, ready)
        if "headers" in changes:
            changes["headers"] = tuple([name for name, _value in each or ()] for each in changes["headers"])
        if sealed is not None or (was and gone):
            row.secret = sealed
            changes["secret"] = (HIDDEN if was else None, f"{HIDDEN} (2)" if was and sealed else sealed and HIDDEN)
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


def checked(item, values, allow_private, *, without_secret=False) -> tuple[dict, str | None]:
    """(columns to set, the secret that was typed or None). Raises InvalidMany: what is wrong, all at once."""
    errors: list[DomainError] = []
    ready = {name: values.get(name) for name in TEXTS}
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
    errors += _wrong_auth(ready)
    if not without_secret and ready["auth"] in tuple(Auth):
        errors += _wrong_secret(item, ready, secret)
    raise_all(errors)
    return ready, secret if ready["auth"] != Auth.NONE else None


def _wrong_address(ready, allow_private) -> list[DomainError]:
    url = ready["url"] or ""
    if not url:
        return [Invalid(REQUIRED, field="url")]
    if not is_address(PLACE.sub("x", url), 1000) or len(url) > 1000:
        return [Invalid(NOT_AN_ADDRESS, field="url")]
    parts = urlsplit(url)
    if "{" in parts.netloc or not parts.netloc.isascii():
        return [Invalid(_l("The host must stand as it is: variables go after it."), field="url")]
    unknown = [name for name in PLACE.findall(url) if name not in GIVEN]
    if unknown:
        return [_unknown("url", unknown[0])]
    if not {*PLACE.findall(url), *PLACE.findall(ready["body"] or "")} & set(GIVEN):
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
    if unknown := [name for name in PLACE.findall(body) if name not in GIVEN]:
        return [_unknown("body", unknown[0])]
    filled = PLACE.sub("x", body)
    try:
        fromstring(filled, forbid_dtd=True) if is_xml(body) else json.loads(filled)
    except (ValueError, RecursionError, ParseError):  # what is refused in XML is a ValueError too
        return [Invalid(_l('Neither JSON nor XML: the body must look like {"cpf": "{document}"} or '
                           '<cpf>{document}</cpf>.'), field="body")]
    return []


def is_xml(body: str | None) -> bool:
    """Whether the body of a POST is XML, such as a SOAP envelope; else it is JSON."""
    return (body or "").lstrip().startswith("<")


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


def _wrong_auth(ready) -> list[DomainError]:
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
    return errors


def _wrong_secret(item, ready, secret) -> list[DomainError]:
    auth, errors = ready["auth"], []
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


def _told_origin(url: str) -> str:
    """A host as JSON keeps it."""
    return " ".join(map(str, _origin(url)))


def _origin(url: str) -> tuple:
    try:
        parts = urlsplit(PLACE.sub("x", url))
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ()
