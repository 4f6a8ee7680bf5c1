"""The demo company: a dairy, its customers and three weeks of attendances. Planting it again adds nothing."""


def plant_rest(session, company, operators, *, now) -> None:
    """What hangs on the people and the attendances, a file a noun; after them."""
    from . import (
        alerts,
        appointments,
        calendars,
        emails,
        external_service,
        forms,
        labels,
        notes,
        orders,
        products,
        provider_accounts,
        surveys,
    )

    products.plant(session, company, operators, now=now)
    orders.plant(session, company, now=now)
    emails.plant(session, company, operators, now=now)
    labels.plant(session, company, operators, now=now)
    notes.plant(session, company, operators, now=now)
    surveys.plant(session, company, operators, now=now)
    appointments.plant(session, company, operators, now=now)
    alerts.plant(session, company, operators, now=now)
    calendars.plant(session, now=now)
    provider_accounts.plant(session, company, now=now)
    external_service.plant(session, now=now)
    forms.plant(session, operators, now=now)
