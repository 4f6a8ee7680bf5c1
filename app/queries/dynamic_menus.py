"""What the screens of menus and "Dados personalizados" offer: roles, groups, forms."""
from collections.abc import Collection
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..models.custom_form import CustomData, CustomForm, FormGroup
from ..models.dynamic_menu import DynamicMenu
from ..security.permissions import Perm
from ..security.visibility import visible
from .web_menus import granting, is_web_profile

MOST = 500  # roles, groups, forms offered: an installation has fewer


@dataclass(frozen=True)
class OfferedRole:
    """A role of staff. `uses`: it holds what opening a menu asks for besides."""

    id: int
    name: str
    uses: bool


def roles(session, viewer) -> list[OfferedRole]:
    """Roles to which a menu can be given: those the viewer sees, without those of the portal."""
    uses = Role.id.in_(granting(Perm.CUSTOM_RECORD_READ))
    rows = session.execute(select(Role.id, Role.name, uses).where(visible(Role, viewer), ~is_web_profile())
                           .order_by(Role.id).limit(MOST))
    return [OfferedRole(pk, name, bool(holds)) for pk, name, holds in rows]


def menu(session, viewer, pk: int) -> DynamicMenu | None:
    """One menu with what its screen shows."""
    return session.scalar(
        select(DynamicMenu).where(DynamicMenu.id == pk, visible(DynamicMenu, viewer))
        .options(joinedload(DynamicMenu.form), joinedload(DynamicMenu.group), selectinload(DynamicMenu.roles)))


def data(session, viewer, pk: int) -> CustomData | None:
    """One form that stands on persons or attendances."""
    return session.scalar(
        select(CustomData).where(CustomData.id == pk, visible(CustomData, viewer))
        .options(joinedload(CustomData.form), joinedload(CustomData.group)))


def groups(session, viewer, keep: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of the groups in use, and of the one that is chosen, in their order."""
    return _named(session, select(FormGroup.id, FormGroup.name).where(
        visible(FormGroup, viewer), FormGroup.active | (FormGroup.id == keep)).order_by(
            FormGroup.position, FormGroup.id))


def headings(session, viewer, used: Collection[int]) -> list[tuple[int, str]]:
    """(id, name) of the groups in the order of the sidebar: those in use, and any that has menus."""
    return _named(session, select(FormGroup.id, FormGroup.name).where(
        visible(FormGroup, viewer), FormGroup.active | FormGroup.id.in_(used)).order_by(
            FormGroup.position, FormGroup.id))


def forms(session, viewer, keep: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of the forms in use, and of the one that is chosen, by name."""
    return _named(session, select(CustomForm.id, CustomForm.name).where(
        visible(CustomForm, viewer), CustomForm.active | (CustomForm.id == keep)).order_by(CustomForm.name_key))


def _named(session, query):
    return [tuple(row) for row in session.execute(query.limit(MOST))]
