"""Which menus of configurators a person has, and what he may do behind them. Asked of the catalogue: no query.

A menu that is switched off, or whose form is, is nobody's. Over REST the menus of one form count together.
"""
from collections.abc import Sequence
from dataclasses import dataclass

from ..models.dynamic_menu import RecordPermission, RecordsOf
from ..security.permissions import Perm
from .catalogue import Catalogue, FormSpec, MenuSpec

_ADD = (RecordPermission.ADD, RecordPermission.ADD_EDIT)


@dataclass(frozen=True)
class Access:
    """One form as a person reaches it: by a menu, or by all of his that have it."""

    form: FormSpec
    menus: tuple[MenuSpec, ...]
    writes: bool  # the person may write records at all

    @property
    def adds(self) -> bool:
        return self.writes and any(menu.record_permission in _ADD for menu in self.menus)

    @property
    def edits(self) -> bool:
        return self.editing is not None

    @property
    def editing(self) -> "Access | None":
        """The part of it whose records the person may change: another menu may show more of them, to be read."""
        menus = tuple(menu for menu in self.menus if menu.record_permission == RecordPermission.ADD_EDIT)
        return Access(self.form, menus, self.writes) if menus and self.writes else None


def menus_of(defined: Catalogue, viewer) -> list[MenuSpec]:
    """The viewer's menus in their order: those of his roles; an administrator's are all."""
    if viewer is None or viewer.entity_id or not viewer.may(Perm.CUSTOM_RECORD_READ):
        return []
    return [menu for menu in defined.menus if menu.active and menu.form.active
            and (viewer.admin or menu.role_ids & viewer.role_ids)]


def by_menu(defined: Catalogue, viewer, menu_id: int) -> Access | None:
    """What lies behind one menu; None where the viewer does not have it."""
    return _access([menu for menu in menus_of(defined, viewer) if menu.id == menu_id], viewer)


def by_slug(defined: Catalogue, viewer, slug: str) -> Access | None:
    """A form through all the viewer's menus that have it; None where there is none."""
    return _access([menu for menu in menus_of(defined, viewer) if menu.form.slug == slug], viewer)


def by_form(defined: Catalogue, viewer, form_id: int) -> Access | None:
    """The same by the form's id."""
    return _access([menu for menu in menus_of(defined, viewer) if menu.form.id == form_id], viewer)


def menu_of(defined: Catalogue, viewer, form_id: int, *, owner_id: int, department_id: int | None) -> MenuSpec | None:
    """The first of the viewer's menus behind which a record lies that this person of this department added."""
    def shows(menu):
        return (menu.records_of == RecordsOf.ALL or owner_id == viewer.user_id
                or menu.records_of == RecordsOf.DEPARTMENT and department_id is not None
                and department_id == viewer.department_id)
    return next((menu for menu in menus_of(defined, viewer) if menu.form.id == form_id and shows(menu)), None)


def _access(menus: Sequence[MenuSpec], viewer) -> Access | None:
    return Access(menus[0].form, tuple(menus), viewer.may(Perm.CUSTOM_RECORD_WRITE)) if menus else None
