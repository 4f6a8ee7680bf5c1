"""Motive, occurrence, cause of an attendance: each below the one above, in use, and there where closing demands it."""
from flask_babel import lazy_gettext as _l

from ..models.attendance import AttendanceKind
from ..models.classification import Cause, Motive, Occurrence, Phase
from . import completeness, validity
from .entity_rules import NOT_A_CHOICE, REQUIRED

TREE = {  # field -> model, the column that names its parent, the parent's field, what to say of a foreign child
    "motive_id": (Motive, None, None, NOT_A_CHOICE),
    "occurrence_id": (Occurrence, "motive_id", "motive_id",
                      _l("This occurrence does not belong to the chosen motive.")),
    "cause_id": (Cause, "occurrence_id", "occurrence_id", _l("This cause does not belong to the chosen occurrence.")),
}


def check_tree(look, values: dict) -> None:
    """Whatever was posted of the three (S-45 to S-47), put into what `look` (of attendance_rules) makes ready.

    What the record has already may stay; what is chosen anew is in use today, and so is what stands above it (B-23).
    """
    if not any(field in values for field in TREE):
        return
    chosen = {field: values.get(field, look.kept(field)) for field in TREE}
    if chosen["motive_id"] is None and look.kind == AttendanceKind.SAC:
        look.refuse("motive_id", REQUIRED)
    above_row = None
    for field, (model, column, above, foreign) in TREE.items():
        pk = chosen[field]
        if pk is not None and above and chosen[above] is None:
            look.refuse(field, _l("Choose the level above first."))
            return
        row = look.row(model, pk) if pk is not None else None
        if pk is not None and (row is None or column and getattr(row, column) != chosen[above]):
            look.refuse(field, foreign)
        elif row is not None and look.kept(field) != pk:
            _refuse_unused(look, field, row, above_row if above and look.kept(above) == chosen[above] else None)
        look.put(field.removesuffix("_id"), row)
        above_row = row


def _refuse_unused(look, field, row, kept_above) -> None:
    """`kept_above` is what the record has already on the level above: of what is new there, that itself was refused."""
    day = look.today()
    if refused := validity.refusal(row, day, field=field):
        look.errors.append(refused)
    elif kept_above is not None and not kept_above.in_use_on(day):
        look.refuse(field, validity.ABOVE)


def check_closing(look) -> None:
    """An attendance that is closed now has what the company demands of its classification (B-23)."""
    was = look.attendance.phase if look.attendance is not None else None
    if look.ready.get("phase") != Phase.CLOSED or was == Phase.CLOSED:
        return
    tree = tuple(look.ready[name] if name in look.ready else getattr(look.attendance, name, None)
                 for name in ("motive", "occurrence", "cause"))
    if look.kind == AttendanceKind.PROVIDER:
        ticket = look.attendance.ticket if look.attendance is not None else None
        missing = completeness.of_ticket(look.session, ticket, tree=tree, day=look.today())
    else:
        missing = completeness.of_attendance(look.session, *tree, day=look.today())
    if missing is not None and missing.field not in {each.field for each in look.errors}:
        look.errors.append(missing)
