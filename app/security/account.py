"""/account/: one's own profile, password and sessions. In place of FAB's userinfo, userinfoedit and resetmypassword."""
from flask import abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_datetime, ngettext, refresh
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..models.identity import Source
from ..services import accounts
from . import passwords, sessions, throttle
from .auth_view import too_many
from .devices import device
from .forms import PasswordForm, ProfileForm
from .safe_next import safe_next


class AccountView(BaseView):
    """Every method asks the one permission `use account` and touches rows of the viewer only."""

    route_base = "/account"
    default_view = "userinfo"  # the name FAB's navbar asks for
    class_permission_name = "account"

    @expose("/")
    @has_access
    @permission_name("use")
    def userinfo(self):
        return self._page()

    @expose("/profile", methods=["GET", "POST"])
    @has_access
    @permission_name("use")
    def profile(self):
        if request.method == "GET":
            return redirect(url_for(".userinfo"))
        form = ProfileForm()
        if not form.validate():
            return self._page(profile_form=form, status=422)

        def write(session):
            values = form.values()
            accounts.update_profile(session, values, actor=g.viewer, now=utc_now())
            g.profile = sessions.Profile(values["locale"], values["theme"])
        return self._saved(write, _l("Profile saved."), profile_form=form)

    @expose("/password", methods=["GET", "POST"])
    @has_access
    @permission_name("use")
    def password(self):
        """The present password is asked, and its tries are counted like those of a sign-in."""
        if request.method == "GET":
            return redirect(url_for(".userinfo"))
        form, sm = PasswordForm(), self.appbuilder.sm
        if not form.validate():
            return self._page(password_form=form, status=422)
        method, now = current_app.config["FAB_PASSWORD_HASH_METHOD"], utc_now()
        user = sm.get_user_by_id(g.viewer.user_id)
        stored, words = user.password, (user.username, user.first_name, user.last_name)
        name, address = f"password {user.username}", request.remote_addr or ""
        with unit_of_work(sm.session) as session:
            ticket = throttle.pay(session, name, address, now)
        if not ticket.allowed:
            form.current.errors = [too_many(ticket.retry_after)]
            return self._page(password_form=form, status=429)
        if not passwords.verify(stored, form.current.data, method):
            form.current.errors = [_("The present password is wrong.")]
            return self._page(password_form=form, status=422)
        if passwords.verify(stored, form.password.data, method):
            form.password.errors = [_("This is the present password: choose another one.")]
            return self._page(password_form=form, status=422)
        try:
            password_hash = passwords.accept(form.password.data, about=words, method=method)
        except DomainError as error:
            form.password.errors = [str(error)]
            return self._page(password_form=form, status=error.status)

        def store(session):
            accounts.store_password(session, g.viewer.user_id, password_hash, actor=g.viewer, now=now,
                                    keep=g.session_token)
            throttle.forgive(session, name, address)
        return self._saved(store, _("Password changed. Your other sessions were ended."), password_form=form)

    @expose("/sessions/<int:pk>/end", methods=["POST"])
    @has_access
    @permission_name("use")
    def end_session(self, pk):
        if pk == g.session_id:
            abort(400)  # "Sair" ends this one
        return self._saved(lambda session: accounts.end_session(session, pk, actor=g.viewer, now=utc_now()),
                           _("Session ended."))

    @expose("/sessions/end-others", methods=["POST"])
    @has_access
    @permission_name("use")
    def end_other_sessions(self):
        with unit_of_work(self.appbuilder.sm.session) as session:
            ended = accounts.end_other_sessions(session, keep=g.session_token, actor=g.viewer, now=utc_now())
        flash(ngettext("%(num)s session ended.", "%(num)s sessions ended.", ended), "success")
        return redirect(url_for(".userinfo"))

    @expose("/theme", methods=["POST"])
    @has_access
    @permission_name("use")
    def theme(self):
        return self._choose("theme", accounts.set_theme)

    @expose("/locale", methods=["POST"])
    @has_access
    @permission_name("use")
    def locale(self):
        return self._choose("locale", accounts.set_locale)

    def _choose(self, name, service):
        """A choice of the top bar: answers JSON to a script, else goes back to the page it was made on."""
        data = request.get_json(silent=True) if request.is_json else request.form
        value = str((data or {}).get(name, ""))
        try:
            with unit_of_work(self.appbuilder.sm.session) as session:
                service(session, value, actor=g.viewer, now=utc_now())
        except DomainError as error:
            if request.is_json:
                body = {"code": error.code, "message": str(error), "fields": {error.field: [str(error)]}}
                return jsonify({"error": body}), error.status
            abort(error.status)
        if name == "locale":
            cookie["locale"] = value
        return jsonify({name: value}) if request.is_json else redirect(safe_next(request.form.get("next")))

    def _saved(self, write, message, **forms):
        """Run `write(session)` and go back to the page; a refusal is shown at its field, with what was typed."""
        try:
            with unit_of_work(self.appbuilder.sm.session) as session:
                write(session)
        except DomainError as error:
            if error.status == 404:
                abort(404)
            for form in forms.values():
                field = form[error.field] if error.field in form else next(iter(form))
                field.errors = [*field.errors, str(error)]
            return self._page(**forms, status=error.status)
        refresh()  # the message is already in the language that was just chosen
        flash(str(message), "success")
        return redirect(url_for(".userinfo"))

    def _page(self, profile_form=None, password_form=None, status=200):
        user = self.appbuilder.sm.get_user_by_id(g.viewer.user_id)
        limits = sessions.Limits.from_config(current_app.config)
        rows = sessions.own(self.appbuilder.sm.session, user.id, now=utc_now(), limits=limits)
        body = self.render_template(
            "security/account.html", title=_("My profile"), username=user.username, mine=g.session_id,
            sessions=[(row, device(row.user_agent), _at(row.created_at), _at(row.last_seen_at)) for row in rows],
            own_password=user.profile is not None and user.profile.source == Source.DB,
            profile_form=profile_form or ProfileForm(formdata=None, data=ProfileForm.stored(user)),
            password_form=password_form or PasswordForm(formdata=None))
        return body, status


def _at(moment) -> str:
    return format_datetime(moment, "dd/MM/yyyy HH:mm")
