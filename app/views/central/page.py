"""`/provider-central/`: the tickets of all providers in one dense list, driven by the keyboard."""
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from urllib.parse import urlencode

from flask import abort, g, jsonify, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import lazy_gettext as _l

from ...errors import Invalid, InvalidMany
from ...extensions import db
from ...lowcode.dates import date_box, read_day, typed_day
from ...models.custom_form import FieldTarget
from ...queries import ticket_choices, ticket_lines
from ...queries import tickets as reads
from ...queries.ticket_address import PERIODS, Asked
from ...security.permissions import Perm
from .. import custom_filters
from ..lists.source import SOURCES
from ..lists.tools import ListTools
from ..lookup import whole
from . import query
from .buttons import LATERAL, MENU, QUICK, TOOLBAR, allowed
from .listed import LEAST_WIDTH, MOST_WIDTH, USUAL_WIDTH, WIDTHS, lines, named, order_of, shows_custom
from .options import ANSWERED, DEADLINE, FILTER, ORDER, STATUS_DEADLINE, TABS, WAITING, chips
from .rows import FOOTER, drawn

MOST_ROWS, USUAL_ROWS = 200, 50
MOST_ASKED = 200  # rows read again at once


@dataclass
class Shown:
    """What a page shows: an address that cannot be read shows its error and no row."""

    asked: Asked
    page: reads.Page
    count: int = 0
    errors: dict = field(default_factory=dict)


class CentralView(BaseView):
    """Menu "Central" › "Movimentações" (C-08): "Central de atendimento ao prestador"."""

    route_base, default_view = "/provider-central", "central"
    class_permission_name = "ticket"
    method_permission_name = {"central": "read", "rows": "read", "choices": "read"}

    @expose("/")
    @has_access
    def central(self):
        """The whole page; its address is its whole state."""
        if query.uses_crm():
            return self.render_template("central/blocked.html", title=_l("Provider central (title)"))
        tools = ListTools(SOURCES["tickets"])
        if start := tools.start():
            return redirect(start)
        lost = [] if tools.view else None
        try:
            asked, errors, status = query.asked(lost=lost), {}, 200
        except Invalid as refusal:
            asked, errors, status = query.told(), _errors(refusal), refusal.status
        choices = ticket_choices.offered(db.session, g.viewer, asked.filters)
        if unknown := ticket_choices.unknown(db.session, g.viewer, asked.filters, choices):
            if not tools.view:
                abort(400)
            asked = replace(asked, filters=ticket_choices.without(asked.filters, choices, unknown))
        tools.lost = [*(str(LOST[name]) for name in unknown), *(lost or ())]
        shown = Shown(asked, reads.Page([], None, None), errors=errors) if errors else self._read(asked, tools)
        return self._page(shown, tools, choices), status

    @expose("/rows")
    @has_access
    def rows(self):
        """Rows alone: the next page (`after`), or what became of some rows (`ids`) under the filters of the address."""
        if query.uses_crm():
            abort(409)
        try:
            asked = query.checked()
        except Invalid as refusal:
            abort(refusal.status)
        tools = ListTools(SOURCES["tickets"])
        if "ids" not in request.args:
            page = self._listed(asked, tools)
            return self._rows(drawn(page.rows, tools.columns), page)
        ids = [whole(text) or abort(400) for text in request.args.getlist("ids")[:MOST_ASKED]]
        seen = named(ticket_lines.seen_lines(db.session, g.viewer, ids, timezone=query.zone(), now=query.now(),
                                             custom=shows_custom(tools.columns)))
        listed = reads.still_listed(db.session, g.viewer, asked.filters, query.bounds(), [line.id for line in seen],
                                    timezone=query.zone())
        return self._rows(drawn(seen, tools.columns, listed=listed))

    @expose("/choices/<level>")
    @has_access
    def choices(self, level):
        """What a list of the filters offers below what was chosen above it."""
        if level not in ("subclassification", "motive"):
            abort(404)
        parents = [whole(text) or abort(400) for text in request.args.getlist("parent")[:MOST_ASKED]]
        found = ticket_choices.below(db.session, level, parents)
        return jsonify(choices=[{"id": row.id, "name": row.name, "parent": row.parent} for row in found])

    def _listed(self, asked, tools, narrowed=None) -> reads.Page:
        try:
            return reads.list_tickets(
                db.session, g.viewer, asked.filters, query.bounds(), timezone=query.zone(), order=asked.order,
                desc=asked.desc, by=asked.by, size=_size(tools), after=asked.after, before=asked.before,
                narrowed=narrowed, read=partial(lines, custom=shows_custom(tools.columns)))
        except ValueError:
            abort(400)

    def _read(self, asked, tools) -> Shown:
        among = (db.session, g.viewer, asked.filters, query.bounds())
        narrowed = reads.narrow(*among, timezone=query.zone())
        page = self._listed(asked, tools, narrowed)
        if not page.next and not asked.after and not asked.before:
            return Shown(asked, page, len(page.rows))
        return Shown(asked, page, reads.count_tickets(*among, timezone=query.zone(), narrowed=narrowed))

    def _rows(self, rows, page=None):
        return self.render_template("central/rows.html", rows=rows, alone=True, following=page and page.next)

    def _page(self, shown, tools, choices):
        asked, given = shown.asked, shown.asked.filters.given
        widths = {**dict.fromkeys(tools.offered, USUAL_WIDTH), **WIDTHS}
        widths |= _widths(tools.kept.get("widths"), widths)
        return self.render_template(
            "central/index.html", title=_l("Provider central (title)"), tools=tools, asked=asked,
            filters=asked.filters, choices=choices, errors=shown.errors,
            boxes=custom_filters.boxes(FieldTarget.ATTENDANCE, shown.errors), date_box=date_box, days=_days(),
            rows=drawn(shown.page.rows, tools.columns), size=_size(tools),
            count=min(shown.count, reads.COUNT_CAP), capped=shown.count > reads.COUNT_CAP, link=_link, given=given,
            narrowed=len(set(given) - {"filter", "opened_to", "closed_to"}), chips=chips(asked.filters),
            orders=order_of(), widths=widths, footer=FOOTER, least=LEAST_WIDTH, most=MOST_WIDTH, options_of={
                "filter": FILTER, "order": ORDER | custom_filters.orders(FieldTarget.ATTENDANCE),
                "deadline": DEADLINE, "status_deadline": STATUS_DEADLINE, "waiting": WAITING,
                "answered": ANSWERED},
            tabs=TABS, tab=None if tools.view else asked.filters.filter, toolbar=TOOLBAR, lateral=LATERAL, menu=MENU,
            quick=QUICK, may=allowed(g.viewer), may_export=g.viewer.may(Perm.LIST_EXPORT),
            previous=shown.page.previous, following=shown.page.next)


LOST = {"classification": _l("Classification"), "subclassification": _l("Subclassification"),
        "motive": _l("Reason for the attendance"), "assignee": _l("Responsible for the attendance"),
        "status": _l("Status of the attendance"), "department": _l("Department"), "entity": _l("Provider")}


def _size(tools) -> int:
    return min(whole(request.args.get("size")) or tools.kept.get("size") or USUAL_ROWS, MOST_ROWS)


def _link(**change) -> str:
    """This address with some arguments changed and without its page; None drops one."""
    kept = {k: [each for each in v if each] for k, v in request.args.to_dict(flat=False).items()
            if k not in ("after", "before", *change)}
    return "?" + urlencode({**{k: v for k, v in kept.items() if v},
                            **{k: v for k, v in change.items() if v is not None}}, doseq=True)


def _errors(refusal) -> dict:
    return {each.field: str(each) for each in (refusal.errors if isinstance(refusal, InvalidMany) else [refusal])}


def _days() -> dict[str, str]:
    """The periods as they stand in their boxes: as typed where there is no day."""
    days = {}
    for name in chain(*PERIODS.values()):
        try:
            days[name] = typed_day(read_day(request.args.get(name, "")))
        except ValueError:
            days[name] = request.args.get(name, "")
    return days


def _widths(kept, offered) -> dict[str, int]:
    """What the person set, as far as it can be shown."""
    return {key: min(max(int(width), LEAST_WIDTH), MOST_WIDTH) for key, width in (kept or {}).items() if key in offered}
