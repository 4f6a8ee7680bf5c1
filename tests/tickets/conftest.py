"""The provider central at work: a provider's user, two operators, a supervisor, and tickets opened by the service."""
from types import SimpleNamespace

import pytest

from app.database import unit_of_work
from app.services.tickets import conversation, opening
from tests.support.clock import NOON

PUBLIC_URL = "https://balcao.example"


@pytest.fixture
def desk(world, make_user, viewer_for, session):
    """The people, as users and as viewers (`as_ana`); Bruno is in Financeiro."""
    company = [world.company]
    users = {
        "pedro": make_user("pedro", "Provider", entity=world.provider),
        "ana": make_user("ana", "Attendant", companies=company, central_operator=True),
        "bruno": make_user("bruno", "Attendant", companies=company, central_operator=True,
                           department=world.department),
        "carla": make_user("carla", "Attendant", companies=company),  # not linked to the central
        "sofia": make_user("sofia", "Supervisor", companies=company, central_operator=True),
    }
    session.commit()
    return SimpleNamespace(**users, **{f"as_{name}": viewer_for(user) for name, user in users.items()})


@pytest.fixture
def ticket_values(world):
    """What a provider types into "Novo contato"."""
    return {"title": "Guia negada sem motivo", "classification_id": world.classification.id,
            "subclassification_id": world.subclassification.id, "contact_name": "Pedro Lima",
            "contact_phone": "(11) 98765-4321", "contact_email": "pedro@clinica.example",
            "message": "Por que foi negada?"}


@pytest.fixture
def open_ticket(session, desk, ticket_values):
    """`open_ticket(by=…, now=…, title=…)`: a ticket of the provider."""
    def act(by=None, now=NOON, files=(), request_key="", **values):
        with unit_of_work(session):
            return opening.open_ticket(session, {**ticket_values, **values}, files=files, request_key=request_key,
                                         actor=by or desk.as_pedro, now=now)
    return act


@pytest.fixture
def say(session, desk):
    """`say.reply(ticket, text, by, now)` and `say.complement(…)`."""
    def reply(ticket, text="Vamos verificar.", by=None, now=NOON, **more):
        with unit_of_work(session):
            return conversation.reply(session, ticket.attendance_id, text, public_url=PUBLIC_URL,
                                      actor=by or desk.as_ana, now=now, **more)

    def complement(ticket, text="Segue o documento.", by=None, now=NOON, **more):
        with unit_of_work(session):
            return conversation.complement(session, ticket.attendance_id, text, actor=by or desk.as_pedro, now=now,
                                           **more)
    return SimpleNamespace(reply=reply, complement=complement)
