"""Rows the product's code relies on: channels, roles of entities and web menus by code, a situation for each phase; and
the priorities without which nobody could write an alert.

Planted by `flask sync`, again and again: what is there is left as the company keeps it (its name, its order, whether it
is switched off); only what is missing is added.
"""
from datetime import datetime

from sqlalchemy import select

from ..models.alert import AlertPriority
from ..models.classification import Channel, Phase, Scope, Situation
from ..models.entity import RoleType
from ..models.web_menu import WebMenu
from ..security.viewer import SYSTEM
from ..text import normalise
from . import records, web_menus

CHANNELS = {  # code: (name, icon); the codes are those of the REST API
    "phone": ("Telefônico", "fa-solid fa-phone"),
    "chat": ("Chat", "fa-solid fa-comments"),
    "whatsapp": ("WhatsApp", "fa-brands fa-whatsapp"),
    "telegram": ("Telegram", "fa-brands fa-telegram"),
    "messenger": ("Messenger", "fa-brands fa-facebook-messenger"),
    "social": ("Redes sociais", "fa-solid fa-hashtag"),
    "email": ("E-mail", "fa-solid fa-envelope"),
    "provider_web": ("Web prestador", "fa-solid fa-hand-holding-medical"),
    "portal": ("Portal", "fa-solid fa-globe"),
    "counter": ("Balcão", "fa-solid fa-store"),
}
ROLE_TYPES = {"customer": "Cliente", "partner": "Parceiro", "provider": "Prestador", "supplier": "Fornecedor"}
SITUATIONS = {Phase.OPEN: "Aberto", Phase.IN_PROGRESS: "Em andamento", Phase.PENDING: "Pendente",
              Phase.CLOSED: "Encerrado", Phase.CANCELLED: "Cancelado"}
PRIORITIES = {"Alta": "#b3261e", "Média": "#f2b01e", "Baixa": "#3b6ea5"}  # of alerts, the highest first
_SAC = Situation.scope.in_((Scope.SAC, Scope.BOTH))


def plant(session, *, now: datetime) -> list[str]:
    """Add what is missing; a line for each row added."""
    lines = []
    for position, (code, (name, icon)) in enumerate(CHANNELS.items(), 1):
        lines += _coded(session, Channel, code, name, {"icon": icon, "position": position}, now)
    for code, name in ROLE_TYPES.items():
        lines += _coded(session, RoleType, code, name, {}, now)
    lines += web_menus.plant(session, now=now)
    for position, (phase, name) in enumerate(SITUATIONS.items(), 1):
        if session.scalar(select(Situation.id).where(Situation.phase == phase, _SAC).limit(1)) is None:
            values = {"name": name, "phase": phase, "position": position}
            records.create(session, Situation, values, actor=SYSTEM, now=now)
            lines.append(f"situation {phase} added")
    if session.scalar(select(AlertPriority.id).limit(1)) is None:
        for position, (name, colour) in enumerate(PRIORITIES.items()):
            values = {"name": name, "colour": colour, "position": position}
            records.create(session, AlertPriority, values, actor=SYSTEM, now=now)
            lines.append(f"alert priority {name} added")
    return lines


def missing(session) -> list[str]:
    """What the product needs and the tables do not have: read afresh, a line each."""
    lines = []
    for model, codes in ((Channel, CHANNELS), (RoleType, ROLE_TYPES)):
        there = set(session.scalars(select(model.code)))
        lines += [f"{model.__tablename__} {code} is missing" for code in codes if code not in there]
    menus = set(session.scalars(select(WebMenu.code)))
    lines += [f"web menu {code} is missing" for code in web_menus.MENUS if code not in menus]
    phases = set(session.scalars(select(Situation.phase).where(_SAC)))
    return lines + [f"no situation of phase {phase}" for phase in SITUATIONS if phase not in phases]


def _coded(session, model, code, name, values, now) -> list[str]:
    """A row with this code; one that the company made under the same name gets the code."""
    if session.scalar(select(model.id).where(model.code == code)) is not None:
        return []
    namesake = session.scalar(select(model).where(model.name_key == normalise(name)))
    if namesake is not None:
        records.update(session, model, namesake.id, {"code": code}, actor=SYSTEM, now=now)
        return [f"{model.__tablename__} {code} is now {name}"]
    records.create(session, model, {"code": code, "name": name, **values}, actor=SYSTEM, now=now)
    return [f"{model.__tablename__} {code} added"]
