"""Forms of the sign-in pages."""
from flask import current_app
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from .passwords import MAX

_REQUIRED = _l("Fill in this field.")
_NOT_EQUAL = _l("The two passwords are not equal.")


class LoginForm(FlaskForm):
    username = StringField(_l("User name"), [InputRequired(_REQUIRED), Length(max=128)])
    password = PasswordField(_l("Password"), [InputRequired(_REQUIRED), Length(max=512)])


class ForgotForm(FlaskForm):
    username = StringField(_l("User name"), [InputRequired(_REQUIRED), Length(max=128)])


class NewPasswordForm(FlaskForm):
    """A new password, typed twice. Its rules are the policy's (`passwords.check_policy`)."""

    password = PasswordField(_l("New password"), [InputRequired(_REQUIRED), Length(max=4 * MAX)])
    again = PasswordField(_l("Repeat the new password"), [InputRequired(_REQUIRED), EqualTo("password", _NOT_EQUAL)])


class PasswordForm(NewPasswordForm):
    current = PasswordField(_l("Present password"), [InputRequired(_REQUIRED), Length(max=512)])


class ProfileForm(FlaskForm):
    """One's own profile."""

    first_name = StringField(_l("First name"), [InputRequired(_REQUIRED), Length(max=64)])
    last_name = StringField(_l("Last name"), [InputRequired(_REQUIRED), Length(max=64)])
    contact_email = StringField(_l("Contact e-mail"), [Length(max=320)])
    locale = SelectField(_l("Language"))
    theme = SelectField(_l("Theme"), choices=[("light", _l("Light")), ("dark", _l("Dark")), ("auto", _l("Automatic"))])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.locale.choices = [(code, each["name"]) for code, each in current_app.config["LANGUAGES"].items()]

    @staticmethod
    def stored(user) -> dict:
        """What the form shows of a user row."""
        profile = user.profile
        return {"first_name": user.first_name, "last_name": user.last_name,
                "contact_email": profile.contact_email if profile else None,
                "locale": (profile and profile.locale) or str(get_locale()),
                "theme": profile.theme if profile else "auto"}

    def values(self) -> dict:
        """What the service is given."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}
