"""Several rows of a register at once: "Ativar", "Inativar" and "Excluir", as the buttons over its list."""
from flask import abort, flash, g, redirect
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ...database import unit_of_work, utc_now
from ...services.refusals import REFUSALS, refusal

TOLD = 10  # refusals that are told; of more, how many


class SeveralMixin:
    """Each row goes through the register's own service in a transaction of its own: what one refuses stays as it is and
    is told with its reason, the others are done."""

    SEVERAL = ("switch_on", "switch_off", "delete_rows")

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if cls.noun:
            cls.method_permission_name = {**cls.method_permission_name, **dict.fromkeys(cls.SEVERAL, "write")}

    def list_actions(self):
        return {key: each for key, each in super().list_actions().items() if self._offers(key)}

    def _offers(self, name) -> bool:
        if name == "delete_rows":
            return self.may("delete")
        return name not in self.SEVERAL or (self.may("edit") and "active" in self.edit_columns)

    @action("switch_on", _l("Activate"), icon="fa-toggle-on")
    def switch_on(self, items):
        """Offer them again."""
        return self._each("switch_on", items, lambda session, pk, **common: self.service.update(
            session, pk, {"active": True}, **common))

    @action("switch_off", _l("Deactivate"), icon="fa-toggle-off")
    def switch_off(self, items):
        """Offer them no more."""
        return self._each("switch_off", items, lambda session, pk, **common: self.service.update(
            session, pk, {"active": False}, **common))

    @action("delete_rows", _l("Delete"), icon="fa-trash", confirmation=_l(
        "Delete the marked records? This cannot be undone. Those in use stay and are told."))
    def delete_rows(self, items):
        """Remove those that nothing hangs on."""
        return self._each("delete_rows", items, self.service.delete, deleting=True)

    def _each(self, name, items, verb, *, deleting=False):
        if not self._offers(name):
            abort(404)
        rows = [(item.id, str(item)) for item in (items if isinstance(items, list) else [items])]
        done, refused, now = 0, [], utc_now()
        for pk, text in rows:
            try:
                with unit_of_work(self.datamodel.session) as session:
                    verb(session, pk, actor=g.viewer, now=now)
                done += 1
            except REFUSALS as raised:
                refused.append(f"{text}: {refusal(raised, deleting=deleting)}")
        if done:
            flash(_("Records done: %(n)s.", n=done), "success")
        for told in refused[:TOLD]:
            flash(told, "danger")
        if len(refused) > TOLD:
            flash(ngettext("%(num)s more was not done for a reason of the same kind.",
                           "%(num)s more were not done for the same kind of reasons.", len(refused) - TOLD), "danger")
        return redirect(self._back_to_list())
