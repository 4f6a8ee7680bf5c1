"""Sign-in pages. FAB's AUTH_TYPE stays AUTH_DB; where a password is checked is each user's own."""
import time

from flask import current_app, flash, g, make_response, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..services import accounts, login, password_reset
from . import passwords, sessions, throttle
from .forms import ForgotForm, LoginForm, NewPasswordForm
from .safe_next import safe_next

ENDED = {
    "idle": _l("Your session ended after a time without use. Sign in again to continue."),
    "absolute": _l("Your session reached its longest time. Sign in again to continue."),
    "password": _l("Your password was changed. Sign in again."),
    "ended": _l("This session was ended. Sign in again."),
    "disabled": _l("Your access was switched off. To come in again, ask whoever administers the users."),
}


class AuthView(BaseView):
    """/login/, /logout/, /forgot/ and /reset/<token>."""

    route_base = ""
    default_view = "login"

    def page(self, name, form, status=200, **values):
        return make_response(self.render_template(f"security/{name}.html", form=form, **values), status)

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self):
        target = safe_next(request.args.get("next"))
        if g.viewer is not None:
            return redirect(target)
        self._come_back()
        form, status, headers = LoginForm(), 200, {}
        notice = None if request.method == "POST" else why_ended()
        refusal = None
        if form.validate_on_submit():
            outcome = self.appbuilder.sm.authenticate(form.username.data, form.password.data, via="form")
            if outcome.name == "ok":
                self.appbuilder.sm.sign_in(outcome.user_id)
                return redirect(target)
            if outcome.name == "limited":
                status, headers = 429, {"Retry-After": str(outcome.retry_after)}
                refusal = too_many(outcome.retry_after)
            else:
                status, refusal = 401, _("User name or password is wrong.")
        elif request.method == "POST":
            status = 422
        response = self.page("login", form, status, notice=notice, refusal=refusal)
        response.headers.update(headers)
        return response

    @expose("/logout/", methods=["POST"])
    def logout(self):
        self.appbuilder.sm.sign_out()
        flash(_("You signed out."), "info")
        return redirect(url_for(".login"))

    @expose("/forgot/", methods=["GET", "POST"])
    @no_cache
    def forgot(self):
        """Answers the same whoever was asked for, and after the same time."""
        self._come_back()
        form, started = ForgotForm(), time.monotonic()
        if not form.validate_on_submit():
            return self.page("forgot", form, 422 if form.errors else 200)
        name, now, address = login.normal_name(form.username.data), utc_now(), request.remote_addr or ""
        with unit_of_work(self.appbuilder.sm.session) as session:
            ticket = throttle.pay(session, f"forgot {name}", address, now)
        if not ticket.allowed:
            page = self.page("forgot", form, 429, refusal=too_many(ticket.retry_after))
            page.headers["Retry-After"] = str(ticket.retry_after)
            return page
        with unit_of_work(self.appbuilder.sm.session) as session:
            password_reset.ask(session, username=name, public_url=current_app.config["PUBLIC_URL"], now=now)
        time.sleep(max(0.0, current_app.config["LOGIN_FLOOR_SECONDS"] - (time.monotonic() - started)))
        flash(_("If the account exists and has an e-mail, a message with a link is on its way."), "info")
        if current_app.config["DEMO"]:
            flash(_("Demonstration: nothing leaves this machine. The supervisor or the administrator reads the message "
                    "in the menu, under “Outbox”."), "info")
        return redirect(url_for(".login"))

    @expose("/reset/<token>", methods=["GET", "POST"])
    @no_cache
    def reset(self, token):
        """Choose a password with a mailed link; a refused one does not use the link up."""
        try:
            page = self._reset(token)
        except DomainError as error:
            page = self.page("reset", None, 410 if error.field == "token" else error.status)
        page.headers["Referrer-Policy"] = "no-referrer"  # the address holds the token
        return page

    def _reset(self, token):
        db_session, now, form = self.appbuilder.sm.session, utc_now(), NewPasswordForm()
        holder = password_reset.holder(db_session, token=token, now=now)
        if not form.validate_on_submit():
            return self.page("reset", form, 422 if form.errors else 200, username=holder.username)
        try:
            method = current_app.config["FAB_PASSWORD_HASH_METHOD"]
            password_hash = passwords.accept(form.password.data, about=holder.words, method=method)
        except DomainError as error:
            form.password.errors = [str(error)]
            return self.page("reset", form, error.status, username=holder.username)
        with unit_of_work(db_session) as session:
            password_reset.use(session, token=token, now=now)
            accounts.store_password(session, holder.user_id, password_hash, actor=holder.as_actor(), now=now)
        flash(_("Password saved. Sign in with it."), "info")
        return redirect(url_for(".login"))

    def _come_back(self):
        """The page that /lang/<code> leads back to, with what stands in its query."""
        if request.method == "GET":
            self.update_redirect()


def why_ended():
    """A notice for who was signed in with this cookie until his session ended; None where nothing is known of it."""
    token = cookie.get(sessions.COOKIE_KEY)
    if not token:
        return None
    limits = sessions.Limits.from_config(current_app.config)
    return ENDED.get(sessions.why_ended(current_app.appbuilder.sm.session, token, now=utc_now(), limits=limits))


def too_many(seconds: int) -> str:
    """The words of a lock-out."""
    minutes = max(1, round(seconds / 60))
    return ngettext("Too many attempts. Try again in %(num)s minute.",
                    "Too many attempts. Try again in %(num)s minutes.", minutes)
