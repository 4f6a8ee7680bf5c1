"""With whom tickets are, as the question before an act says it."""
from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from ...queries.ticket_panel import Held

FEW = 10  # numbers told of one person


def whose(tickets: list[Held]) -> str:
    """Those with colleagues by their names, and those with nobody; nothing where all are the viewer's own."""
    others = [each for each in tickets if each.assignee_id != g.viewer.user_id]
    if len(tickets) == 1 and others:
        return _("It is with %(name)s.", name=others[0].name) if others[0].assignee_id else _("It is with nobody.")
    people: dict[int | None, list[Held]] = {}
    for each in others:
        people.setdefault(each.assignee_id, []).append(each)
    nobodys = people.pop(None, [])
    told = []
    if people:
        who = ", ".join(f"{theirs[0].name} ({_numbers(theirs)})"
                        for theirs in sorted(people.values(), key=lambda theirs: theirs[0].name))
        told.append(ngettext("%(num)s is with a colleague: %(who)s.", "%(num)s are with colleagues: %(who)s.",
                             len(others) - len(nobodys), who=who))
    if nobodys:
        told.append(ngettext("%(num)s is with nobody: %(numbers)s.", "%(num)s are with nobody: %(numbers)s.",
                             len(nobodys), numbers=_numbers(nobodys)))
    return " ".join(told)


def _numbers(tickets) -> str:
    listed = ", ".join(str(each.number) for each in tickets[:FEW])
    return _("no. %(numbers)s", numbers=listed + (", …" if len(tickets) > FEW else ""))
