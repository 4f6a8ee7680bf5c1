""""Logs" of a record: who, when, what, old and new value; of any record one may see."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import documents
from ..extensions import db
from ..lowcode import fields as custom
from ..queries.catalogue import catalogue
from ..queries.logs import outside, page_of_log
from ..security.labels import PERMISSION_NAMES, ROLES
from ..security.permissions import Perm
from ..security.visibility import RULES, visible
from ..services.settings import PARAMETERS
from .base import AppModelView
from .field_kinds import name_persons
from .listing import shown
from .lookup import whole

ACTIONS = {
    "create": _l("Added"), "update": _l("Changed"), "delete": _l("Deleted"), "open": _l("Opened"),
    "close": _l("Closed"),
    "reopen": _l("Reopened"), "reveal": _l("CPF/CNPJ shown"), "import": _l("Imported"), "link": _l("Linked"),
    "password": _l("Password changed"), "send_link": _l("Link to choose a password sent"),
    "end_session": _l("Session ended"), "resend": _l("Sent again"), "email": _l("E-mail written"),
    "merge": _l("Merged"), "merged": _l("Became part of another"), "unmerge": _l("Merge undone"),
    "different": _l("Not the same person"), "split": _l("Split"),
    "answer": _l("Survey answered"), "revoke": _l("Revoked"),
    "forward": _l("Forwarded"), "label": _l("Labels changed"),
    "take": _l("Taken"), "give_up": _l("Given up"), "pending": _l("Left pending"), "message": _l("Message written"),
    "sms": _l("SMS written"), "lookup": _l("Asked of the external service"), "test": _l("Tested"),
    "reclassify": _l("Reclassified"), "unreclassify": _l("Reclassification undone"),
}
# Names of fields that no register labels.
LABELS = {
    "custom_values": _l("Custom information"), "phase": _l("Phase"), "company": _l("Company"), "version": _l("Version"),
    "kind": _l("Kind"), "name": _l("Name"), "is_main": _l("Main"), "number": _l("Number"), "value": _l("Value"),
    "merged": _l("Merged register"), "merged_into": _l("Became part of"), "moved": _l("Moved rows"),
    "reclassification": _l("Reclassification"), "different_from": _l("Different from"), "released": _l("Menu"),
}
# Codes of records that no register shows.
CODES = {
    "direction": {"active": _l("Active"), "receptive": _l("Receptive")},
    "phase": {"open": _l("Open"), "in_progress": _l("In progress"), "pending": _l("Pending"), "closed": _l("Closed"),
              "cancelled": _l("Cancelled")},
    "waiting": {"operator": _l("Operator company"), "provider": _l("Provider")},
    "kind": {"phone": _l("Phone"), "sac": _l("SAC"), "multichannel": _l("Multichannel"), "provider": _l("Provider")},
}
# Table -> codes of a register that its screen shows in another way than by `choice_columns`.
CODES_OF: dict[str, dict] = {
    "ab_user": {"roles": ROLES, "locale": {"pt_BR": "Português", "en": "English"},
                "theme": {"light": _l("Light"), "dark": _l("Dark"), "auto": _l("Automatic")}},
    "ab_role": {"permissions": PERMISSION_NAMES, "name": ROLES},
}
# Table -> labels of fields that its register does not have; screens without a register fill in theirs.
# "details.2.answer" is the answer of page 2.
LABELS_OF: dict[str, dict] = {"ab_user": {
    "contact_email": _l("Contact e-mail"), "locale": _l("Language"), "theme": _l("Theme"),
    "companies": _l("Companies"), "units": _l("Restricted units"), "department": _l("Department"),
    "central_operator": _l("Operator of the provider central"), "chat_active": _l("Receives chats"),
    "sessions": _l("Open sessions"),
    "entity": _l("Entity of the portal"),
}}
# Table -> the definitions, by key, of what its `values` hold; and where one of its records is shown. Filled in by the
# screens of what has no register.
FIELDS_OF: dict[str, Callable] = {}
ADDRESS_OF: dict[str, Callable] = {}
HIDDEN = {"name_key", "title_key", "search_text", "search_digits", "value_key", "created_at", "updated_at", "version"}
DOCUMENTS = {"document", "cpf", "cnpj"}
READS = {"attendance": Perm.ATTENDANCE_READ, "setting": Perm.SETTING_READ,  # of what has no register
         "survey_participation": Perm.SURVEY_ANSWER, "external_service": Perm.SETTING_READ,
         "custom_record": Perm.CUSTOM_RECORD_READ}
PAGES: dict[str, str] = {}  # table -> where the page of a record without a register begins, before its id
TARGETS = {model.__tablename__: model for model in RULES}


@dataclass(frozen=True)
class Line:
    """One changed field."""

    label: str
    old: str
    new: str


class LogView(BaseView):
    """/logs/<table>/<id>: needs `read log`, the right to read the noun, and a record one may see."""

    route_base, default_view = "/logs", "show"
    class_permission_name = "log"
    method_permission_name = {"show": "read"}

    @expose("/<target>/<pk>")
    @has_access
    def show(self, target, pk):
        model, pk = TARGETS.get(target) or abort(404), whole(pk) or abort(404)
        register = self._register_of(model)
        if not (register.may("show") if register else target in READS and g.viewer.may(READS[target])):
            abort(403)
        item = db.session.scalar(select(model).where(model.id == pk, visible(model, g.viewer)))
        if item is None and not (g.viewer.admin and g.viewer.all_companies and db.session.get(model, pk) is None):
            abort(404)  # of what is deleted only those who see everything see the log
        before = request.args.get("before")
        entries, after = page_of_log(
            db.session, target, pk, before=None if before is None else whole(before) or abort(400))
        if item is None and not entries:
            abort(404)
        reader = Reader(target, register, item, internal=g.viewer.entity_id is None)
        back = self._record(register, item, target)
        name = register.title_of(item) if register and item is not None else item
        if target == "setting" and item is not None and item.key in PARAMETERS:
            name = PARAMETERS[item.key].label
        if target == "custom_record" and item is not None:  # its number alone says nothing
            name = f"{item.form.name} {item}"
        g.menu_path = back  # the log is a page of its record's screen
        return self.render_template(
            "logs/record.html", title=_("Logs"), item=name, target=target, pk=pk,
            entries=[(each, ACTIONS.get(each.action, each.action), reader.lines(each)) for each in entries],
            older=f"{request.path}?before={after}" if after else None, newest=request.path if before else None,
            back=back)

    def _register_of(self, model):
        """The view that keeps this model, if any: its labels, its codes, its permission."""
        views = (view for view in self.appbuilder.baseviews if isinstance(view, AppModelView))
        return next((view for view in views if view.datamodel.obj is model), None)

    @staticmethod
    def _record(register, item, target):
        if item is None:
            return None
        if target in ADDRESS_OF:
            return ADDRESS_OF[target](item)
        if target == "attendance":
            return f"{request.script_root}/attendances/{item.address}"
        if target == "survey_participation":
            return f"{request.script_root}/surveys/fill/{item.id}"
        if target == "external_service":
            return f"{request.script_root}/settings/service/"
        if target in PAGES:
            return f"{request.script_root}{PAGES[target]}{item.id}"
        if target == "setting" and item.key in PARAMETERS:
            return f"{request.script_root}/parameters/?tab={PARAMETERS[item.key].tab}"
        return f"{request.script_root}{register.route_base}/show/{item.id}" if register else None


class Reader:
    """Turns what the log keeps into what a person reads; without `internal`, who is no colleague."""

    def __init__(self, target, register, item=None, *, internal=True):
        self.target, self.register, self.item, self.internal = target, register, item, internal
        self.labels = {**LABELS_OF.get(target, {}), **(register.label_columns if register else {})}

    def lines(self, entry) -> list[Line]:
        """The changed fields of an entry, in the order in which they were changed."""
        made = []
        changes = entry.changes if self.internal else outside(entry.changes)
        for name, (old, new, *_salt) in changes.items():
            if name in HIDDEN:
                continue
            if name == "custom_values" or name == "values" and self.target in FIELDS_OF:
                made += self._custom(old, new)
            else:
                made.append(Line(self.label(name), self.text(name, old), self.text(name, new)))
        return [line for line in made if line.old != line.new or line.old]

    def label(self, name) -> str:
        if row := re.fullmatch(r"(\w+)\.(\d+)\.(\w+)", name):
            return _("%(field)s (page %(number)s)", field=self.label(row[3]), number=row[2])
        if name.startswith("field."):  # of a form: by its variable, for its name may have changed
            return _("Field %(key)s", key=name.removeprefix("field."))
        if " " in name:  # no field: the words of a question
            return name
        return str(self.labels.get(name) or self.labels.get(name.removesuffix("_id")) or LABELS.get(name)
                   or name.removesuffix("_id").replace("_", " ").capitalize())

    def text(self, name, value) -> str:
        """A stored value: codes by their labels, rows one after the other, documents masked."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, list):
            return "; ".join(filter(None, (self.text(name, each) for each in value)))
        if isinstance(value, dict):
            if set(value) == {"id", "text"}:  # a row; of the product's own roles the name is a code
                return str(CODES_OF.get(self.target, {}).get(name, {}).get(value["text"], value["text"]))
            return self._row(getattr(self.register, "row_formatters", {}).get(name, {}), value)
        if format_of := getattr(self.register, "log_formatters", {}).get(name):
            return format_of(value)
        if name in DOCUMENTS and isinstance(value, str):
            return value if documents.is_masked(value) else documents.masked(value)
        name = name.rsplit(".", 1)[-1]
        choices = self.register.choice_columns.get(name) if self.register else CODES.get(name)
        choices = choices or CODES_OF.get(self.target, {}).get(name)
        if choices and value in choices:
            return str(choices[value])
        return str(shown(_moment(value)))

    def _row(self, formatters, row) -> str:
        """A child row: what it points at, then the rest in one order, whichever order the engine keeps keys in."""
        row = dict(sorted(row.items(), key=lambda each: (not isinstance(each[1], dict), len(each[0]), each[0])))
        made = ((LABELS.get(k) or self.label(k),
                 formatters[k](v) if k in formatters and v not in (None, "") else self.text(k, v))
                for k, v in row.items() if k not in HIDDEN)
        return ", ".join(f"{label}: {text}" for label, text in made if text)

    @cached_property
    def _definitions(self) -> dict:
        """Configurators' fields by key: read once, however many entries name them."""
        if self.target in FIELDS_OF:
            return FIELDS_OF[self.target](self.item) if self.item is not None else {}
        return catalogue(db.session).every_field(self.target)

    def _custom(self, old, new):
        kept, old, new = self._definitions, old or {}, new or {}
        name_persons(kept.values(), [old, new])
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) == new.get(key):
                continue
            if each := kept.get(key):
                yield Line(each.name, custom.shown(each, old.get(key)), custom.shown(each, new.get(key)))
            else:
                yield Line(key, self.text(key, old.get(key)), self.text(key, new.get(key)))


def _moment(value):
    """ISO text of a date or an instant, as the log keeps them, back as what it was; anything else as it is."""
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-" == value[7:8]:
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
