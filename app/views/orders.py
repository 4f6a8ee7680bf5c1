""""Vendas" and "Notas" of an entity: its orders, each opening to its items, and the query of orders and invoices."""
from urllib.parse import urlencode

from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, Optional, ValidationError

from ..extensions import db
from ..lowcode.controls import ChoiceField, TextBox
from ..lowcode.dates import DayField
from ..models.order import OrderState
from ..queries import orders as reads
from ..security.permissions import Perm
from ..security.safe_next import safe_next
from .registers import orders as registers
from .registers.orders import LOOKS, STATES

SIZE = 25


class QueryForm(FlaskForm):
    """What narrows the query of orders and invoices; read out of the address."""

    class Meta:
        csrf = False  # it only reads

    since = DayField(_l("From"), [Optional()])
    until = DayField(_l("Until"), [Optional()])
    number = StringField(_l("Number"), [Optional(), Length(max=60)], widget=TextBox(),
                         description=_l("Of the order or of the invoice, or the access key."))
    state = ChoiceField(_l("Order state"), [Optional()], labels=STATES, blank=True)

    def validate_until(self, field):
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("The end of the period is before its beginning."))

    def filter(self) -> reads.Filter:
        return reads.Filter(self.since.data, self.until.data, (self.number.data or "").replace("\0", ""),
                            self.state.data)


class OfEntity(BaseView):
    """What the two screens share; each asks for the right to read orders."""

    class_permission_name = "order"

    @staticmethod
    def _entity(pk):
        return reads.find_entity(db.session, g.viewer, pk) or abort(404)

    @staticmethod
    def _listed(read, pk, filters, name="", **options):
        """A page of the list of this name; its keys stand in the address as after_<name> and before_<name>."""
        try:
            page = read(db.session, g.viewer, pk, filters, size=SIZE, after=request.args.get("after" + name),
                        before=request.args.get("before" + name), **options)
        except ValueError:
            abort(400)
        return {"rows": page.rows, "name": name,
                "previous": page.previous and _link(**{"before" + name: page.previous, "after" + name: None}),
                "next": page.next and _link(**{"after" + name: page.next, "before" + name: None})}

    def _shown(self, template, entity, **values):
        may = {"write": g.viewer.may(Perm.ORDER_WRITE), "attendances": g.viewer.may(Perm.ATTENDANCE_READ),
               "entity": g.viewer.may(Perm.ENTITY_READ), "reveal": g.viewer.may(Perm.DOCUMENT_REVEAL)}
        return self.render_template(
            template, entity=entity, states=STATES, looks=LOOKS, may=may, came_from=_came_from(),
            here=request.full_path.rstrip("?"), **values)


class EntityOrdersView(OfEntity):
    """`/orders/entity/<id>`: "Vendas" (S-22, S-64)."""

    route_base, default_view = "/orders", "orders"
    method_permission_name = {"orders": "read"}

    @expose("/entity/<int:pk>")
    @has_access
    def orders(self, pk):
        entity, everything = self._entity(pk), reads.Filter()
        sums = reads.order_sums(db.session, g.viewer, pk, everything)
        return self._shown(
            "orders/entity.html", entity, title=_("Orders of %(name)s", name=entity),
            orders=self._listed(reads.orders_of, pk, everything),
            sums=sums, ordered=counted(sums))


class EntityInvoicesView(OfEntity):
    """`/invoices/entity/<id>`: "Notas", the query of orders and invoices (S-23)."""

    route_base, default_view = "/invoices", "invoices"
    method_permission_name = {"invoices": "read"}

    @expose("/entity/<int:pk>")
    @has_access
    def invoices(self, pk):
        entity, form = self._entity(pk), QueryForm(request.args)
        lists, filters = {"orders": None, "invoices": None, "sums": {}, "issued": None}, None
        if form.validate():
            filters = form.filter()
            lists = {
                "orders": self._listed(reads.orders_of, pk, filters, "_orders"),
                "invoices": self._listed(reads.invoices_of, pk, filters, "_invoices"),
                "sums": reads.order_sums(db.session, g.viewer, pk, filters),
                "issued": reads.invoice_sum(db.session, g.viewer, pk, filters)}
        page = self._shown(
            "orders/invoices.html", entity, title=_("Orders and invoices of %(name)s", name=entity), form=form,
            filtered=filters is None or filters.given, ordered=counted(lists["sums"]), **lists)
        return page, 422 if filters is None else 200


def _came_from() -> dict | None:
    """The page that led here and wants the person back, with what to call it."""
    target = request.args.get("return")
    if not target:
        return None
    target = safe_next(target)
    attendance = target.startswith(f"{request.script_root}/attendances/")
    return {"url": target, "label": _("Back to the attendance") if attendance else _("Back")}


def _link(**change) -> str:
    """This page with some arguments of its address changed; None drops one."""
    kept = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in change and v != [""]}
    kept.update({k: v for k, v in change.items() if v is not None})
    return f"{request.path}?{urlencode(kept, doseq=True)}"


def counted(sums) -> dict:
    """What all orders but the cancelled ones come to."""
    valid = [each for state, each in sums.items() if state != OrderState.CANCELLED]
    return {"count": sum(each.count for each in valid), "total": sum(each.total for each in valid)}


def register(appbuilder) -> None:
    """The group "Vendas" of the menu, and the screens of an entity."""
    registers.register(appbuilder)
    appbuilder.add_view_no_menu(EntityOrdersView)
    appbuilder.add_view_no_menu(EntityInvoicesView)
