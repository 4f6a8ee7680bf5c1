"""Mails about an account, in the language of its owner."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import force_locale
from flask_babel import gettext as _

from .outbox import enqueue_email

DEFAULT_LOCALE = "pt_BR"


def invitation(session, user: User, *, to: str, link: str, now: datetime) -> None:
    """A new user chooses his password himself."""
    with _language_of(user):
        enqueue_email(session, to=to, now=now, confidential=True, subject=_("Balcão: choose your password"), body=_(
            "Hello, %(name)s.\n\nAn account was made for you in Balcão, the customer service desk. Your user name is "
            "%(username)s.\nChoose your password here; the link works once, for 3 days:\n\n%(link)s\n",
            name=user.first_name, username=user.username, link=link))


def reset(session, user: User, *, to: str, link: str, now: datetime) -> None:
    """The link after "Esqueci a senha", or sent by a supervisor."""
    with _language_of(user):
        enqueue_email(session, to=to, now=now, confidential=True, subject=_("Balcão: new password"), body=_(
            "Hello, %(name)s.\n\nA new password was asked for the user %(username)s.\nChoose it here; the link works "
            "once, for 30 minutes:\n\n%(link)s\n\n"
            "If it was not you, ignore this message: your password stays as it is.\n",
            name=user.first_name, username=user.username, link=link))


def email_changed(session, user: User, *, to: str, now: datetime) -> None:
    """To the old address."""
    with _language_of(user):
        enqueue_email(session, to=to, now=now, subject=_("Balcão: your e-mail was changed"), body=_(
            "Hello, %(name)s.\n\nThe contact e-mail of the user %(username)s was changed, and this address no longer "
            "belongs to the account.\nIf it was not you, tell whoever keeps the users of Balcão in your company.\n",
            name=user.first_name, username=user.username))


def _language_of(user):
    return force_locale((user.profile and user.profile.locale) or DEFAULT_LOCALE)
