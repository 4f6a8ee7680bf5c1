"""The reminder of an appointment ("Lembrete"): by the bell and by e-mail to the operator, once (S-19)."""
from datetime import datetime

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from sqlalchemy import exists, select, update
from sqlalchemy.orm import joinedload

from ..errors import Invalid
from ..models.appointment import Appointment, AppointmentState
from ..models.notification import NotificationKind
from . import appointments
from .account_mails import DEFAULT_LOCALE
from .notifications import notify
from .outbox import enqueue_email

_TABLE = Appointment.__table__  # to remind is no change of the appointment: its version and its log stay


def is_due(session, now: datetime) -> bool:
    """Whether there is somebody to remind; reads only."""
    return session.scalar(select(exists().where(Appointment.remind_at <= now)))


def remind_next(session, *, now: datetime, address: str) -> bool:
    """Remind the operator of one appointment whose time has come. False where there is none (left).

    Its `remind_at` is emptied in the same transaction, by whoever finds it still there: of two processes at once one
    reminds. `address` is that of the appointments' pages, to which the id is added.
    """
    claim = (select(_TABLE.c.id, _TABLE.c.remind_at).where(_TABLE.c.remind_at <= now)
             .order_by(_TABLE.c.remind_at, _TABLE.c.id).limit(1).with_for_update(skip_locked=True))
    found = session.execute(claim).first()
    if found is None:
        return False
    pk, due = found
    taken = session.execute(
        update(_TABLE).where(_TABLE.c.id == pk, _TABLE.c.remind_at == due).values(remind_at=None)).rowcount
    if taken:
        _tell(session, pk, due, now=now, address=f"{address}{pk}")
    return True


def _tell(session, pk, due, *, now, address):
    item = session.scalar(select(Appointment).where(Appointment.id == pk).options(
        joinedload(Appointment.entity), joinedload(Appointment.operator)))
    if item.state != AppointmentState.SCHEDULED or item.ends_at <= now:  # nobody ran the jobs for so long
        return
    if not appointments.works_for(session, item.operator, item.entity_id):
        return
    told = notify(session, user_id=item.operator_id, key=f"reminder:{pk}:{due.isoformat()}",
                  kind=NotificationKind.REMINDER, now=now,
                  values={"appointment_id": pk, "subject": item.subject, "entity": str(item.entity),
                          "starts_at": item.starts_at.isoformat(), "place": item.place})
    if told and item.operator.profile.contact_email:
        _mail(session, item, now=now, address=address)


def _mail(session, item, *, now, address):
    profile = item.operator.profile
    with force_locale(profile.locale or DEFAULT_LOCALE):
        when = format_datetime(item.starts_at, "dd/MM/yyyy HH:mm")
        place = _("Place: %(place)s", place=item.place) + "\n" if item.place else ""
        try:
            enqueue_email(
                session, to=profile.contact_email, now=now,
                subject=_("Balcão: %(subject)s, %(when)s", subject=item.subject, when=when),
                body=_("Hello, %(name)s.\n\nA reminder of your appointment:\n\n%(subject)s\n%(when)s\n"
                       "With: %(entity)s\n%(place)s\n%(link)s\n", name=item.operator.first_name, subject=item.subject,
                       when=when, entity=str(item.entity), place=place, link=address))
        except Invalid:
            return  # the address in the profile is none: the bell has told
