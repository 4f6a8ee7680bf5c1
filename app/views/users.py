"""Usuários: who has access, with which roles, in which companies; the operators' settings are part of it."""
from datetime import UTC

from flask import current_app, flash, g, redirect
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..models.company import Company, Unit
from ..models.identity import UserProfile
from ..security.labels import role_label
from ..services import users
from .base import AppModelView
from .listing import shown
from .user_form import UserAddForm, UserEditForm, stored

_WHO = ["first_name", "last_name", "contact_email", "locale", "active"]
_ACCESS = ["roles", "companies", "units", "entity"]
_DESK = ["department", "central_operator", "chat_active"]


def roles_text(roles) -> str:
    return ", ".join(sorted(role_label(role.name) for role in roles))


def last_login_text(moment) -> str:
    """FAB's column is naive; we write it in UTC."""
    return shown(moment and moment.replace(tzinfo=UTC))


class _Service:
    """What the generated form calls: ids of the check boxes become rows inside the transaction."""

    @staticmethod
    def create(session, values, *, actor, now):
        return users.create(session, _rows(session, values), actor=actor, now=now,
                            public_url=current_app.config["PUBLIC_URL"])

    @staticmethod
    def update(session, pk, values, *, version=None, actor, now):
        return users.update(session, pk, _rows(session, values), version=version, actor=actor, now=now)


def _rows(session, values):
    models = {"roles": Role, "companies": Company, "units": Unit}
    return {**values, **{name: session.scalars(select(model).where(model.id.in_(values[name]))).all()
                         for name, model in models.items()}}


class UserView(AppModelView):
    """No delete: a user is deactivated. No password field: its owner gets a link."""

    noun, route_base = "user", "/users"
    datamodel = SQLAInterface(User)
    service = _Service
    tells_all = growing = True
    exclude_route_methods = {"delete", "action_post"}
    verbs = {"send_link": "write"}
    list_title, add_title, edit_title, show_title = _l("Users"), _l("New user"), _l("Edit user"), _l("User")
    add_row_message = _l("User added. The link to choose a password was sent by e-mail.")
    edit_row_message = _l("User changed. It holds from the next page that the user opens.")
    list_columns = ["username", "first_name", "last_name", "roles", "active", "last_login"]
    show_columns = search_columns = ["username", "first_name", "last_name", "active"]
    order_columns, base_order = ["username"], ("username", "asc")
    add_form, edit_form = UserAddForm, UserEditForm
    add_columns, edit_columns = ["username", *_WHO, *_ACCESS, *_DESK], [*_WHO, *_ACCESS, *_DESK]
    add_fieldsets = [(_l("Identification"), {"fields": ["username", *_WHO]}), (_l("Access"), {"fields": _ACCESS}),
                     (_l("Attendance desk"), {"fields": _DESK})]
    edit_fieldsets = [(_l("Identification"), {"fields": _WHO}), *add_fieldsets[1:]]
    add_template = edit_template = "security/access_form.html"
    show_template = "security/user_show.html"
    label_columns = {
        "username": _l("User name"), "first_name": _l("First name"), "last_name": _l("Last name"),
        "roles": _l("Access roles"), "active": _l("Active"), "last_login": _l("Last sign-in")}
    formatters_columns = {"roles": roles_text, "last_login": last_login_text}
    empty_text = _l("Invite the first colleague: he chooses his password with a link sent by e-mail.")

    def _init_listing(self):
        super()._init_listing()
        profile = joinedload(User.profile)
        self._show_options += [profile.joinedload(UserProfile.department), profile.joinedload(UserProfile.entity)]

    def _make_form(self, item=None):
        form = self.form_class(item is None)(data=stored(item) if item is not None else None)
        if item is not None and users.holds_more(self.datamodel.session, g.viewer, item):
            form.contact_email.render_kw = {**form.contact_email.render_kw, "readonly": True}
            form.contact_email.description = users.ABOVE
        return form

    def fill_form(self, form, item):
        for name, value in stored(item).items():
            form[name].process_data(value)

    def stored_text(self, name, value):
        if name in ("roles", "companies", "units"):
            labels = {pk: text for pk, text, _may in self.form_class(False)(formdata=None)[name].rows}
            return ", ".join(str(labels[pk]) for pk in value or () if pk in labels) or "—"
        return super().stored_text(name, value)

    def show_cells(self):
        """With the profile, which FAB's list of columns does not reach."""
        def of(name):
            return lambda user: shown(getattr(user.profile, name, None))
        return [
            *super().show_cells(),
            (_("Access roles"), lambda user: roles_text(user.roles)),
            (_("Contact e-mail"), of("contact_email")),
            (_("Companies"), of("companies")),
            (_("Restricted units"), of("units")),
            (_("Department"), of("department")),
            (_("Entity of the portal"), of("entity")),
            (_("Operator of the provider central"), of("central_operator")),
            (_("Receives chats"), of("chat_active")),
            (_("Last sign-in"), lambda user: last_login_text(user.last_login))]

    def show_more(self, item):
        """Whether the button that mails a link makes sense."""
        profile = item.profile
        may = self.may("edit") and bool(item.active and profile and profile.source == "db" and profile.contact_email)
        above = self.may("edit") and users.holds_more(self.datamodel.session, g.viewer, item)
        return {"may_send": may and not above, "invited": item.password is None, "above": above and users.ABOVE}

    @action("send_link", _l("Send a link to choose a password"), icon="fa-envelope", multiple=False)
    def send_link(self, item):
        pk, address = item.id, item.profile.contact_email if item.profile else ""
        try:
            with unit_of_work(self.datamodel.session) as session:
                users.send_link(session, pk, public_url=current_app.config["PUBLIC_URL"], actor=g.viewer, now=utc_now())
        except DomainError as error:
            flash(str(error), "danger")
        else:
            flash(_("The link was sent to %(address)s.", address=address), "success")
        return redirect(f"{self._root()}/show/{pk}")
