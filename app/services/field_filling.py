"""The index of configurators' fields made anew from the JSON: when a field becomes searchable, when a form is placed,
and to see whether both say the same."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from ..models.attendance import Attendance
from ..models.custom_field import CustomField
from ..models.custom_form import CustomData
from ..models.custom_record import CustomRecord, FieldIndex, FieldWord, OwnerKind
from ..models.entity import Entity
from ..models.job import Job, JobState
from ..queries.catalogue import FieldSpec, catalogue, renew
from . import field_index, jobs

KIND = "fields.index"
LABEL = _l("Index of fields")
BATCH = 500  # owners of one transaction
AT_ONCE = 500  # owners that nobody waits for
_INDEX, _WORDS, _RECORD = FieldIndex.__table__, FieldWord.__table__, CustomRecord.__table__
_OWNERS = {OwnerKind.ENTITY: Entity.__table__, OwnerKind.ATTENDANCE: Attendance.__table__}


def refill(session, form_id: int, field_ids=None, *, actor, now: datetime) -> Job | None:
    """Fill the index of a form's fields from what is stored: those named (that became searchable, or came back into
    use), else all (the form was placed, or came back). To be called where that is saved, after the flush.

    Where there is little it is done at once; else a job does it, and until it has, nobody can filter by these fields.
    What no longer is searchable leaves the index. Returns the job.
    """
    form = catalogue(session).forms[form_id]
    wanted = [each for each in form.every if each.searchable and each.active
              and (field_ids is None or each.id in set(field_ids))]
    if sum(_count(session, form_id, kind, AT_ONCE + 1) for kind in _kinds(session, form_id)) <= AT_ONCE:
        for kind in _kinds(session, form_id):
            after = 0
            while after is not None:
                after, _done = fill(session, form.every, wanted, kind, form_id=form_id, after=after)
        _mark(session, [each.id for each in wanted if not each.indexed], True)
        return None
    _mark(session, [each.id for each in wanted], False)
    waiting = session.scalars(select(Job).where(Job.kind == KIND, Job.state == JobState.QUEUED))
    if job := next((each for each in waiting if each.arguments["form"] == form_id), None):
        return job  # it has not begun: it will see these too
    return jobs.start(session, KIND, {"form": form_id}, actor=actor, now=now)


def fill(session, every, fields, kind: str, *, form_id: int | None = None, after: int = 0,
         limit: int = BATCH) -> tuple[int | None, int]:
    """Write the index rows of `fields` for the owners of a kind that follow `after` (of records: those of the form, and
    their search text), and remove those of other fields of `every` that are not searchable. Returns (the last owner or
    None at the end, how many). Safe to do twice; who saves one of these owners meanwhile waits.
    """
    owners = session.execute(_owners(kind, form_id, after).limit(limit).with_for_update()).all()
    if not owners:
        return None, 0
    ids = [row.id for row in owners]
    anew = {each.id for each in fields} | {each.id for each in every if not (each.searchable and each.active)}
    session.execute(delete(_INDEX).where(
        _INDEX.c.field_id.in_(anew), _INDEX.c.kind == kind, _INDEX.c.owner_id > after, _INDEX.c.owner_id <= ids[-1]))
    session.execute(delete(_WORDS).where(
        _WORDS.c.owner_id.in_(ids), _WORDS.c.kind == kind, _WORDS.c.field_id.in_(anew)))
    rows, words = [], []
    for row in owners:
        for each in fields:
            keys = field_index.rows(each, (row.held or {}).get(each.key))
            rows += [{"field_id": each.id, "kind": kind, "owner_id": row.id, "place": place, "value": value}
                     for place, value in enumerate(keys)]
            words += field_index.word_rows(each, kind, row.id, keys)
    for table, made in ((_INDEX, rows), (_WORDS, words)):
        if made:
            session.execute(insert(table), made)
    if kind == OwnerKind.RECORD:
        session.execute(update(_RECORD).where(_RECORD.c.id == bindparam("pk")).values(search_text=bindparam("words")), [
            {"pk": row.id, "words": field_index.search_text(every, row.held or {})} for row in owners])
    return (ids[-1] if len(ids) == limit else None), len(ids)


def run(work) -> dict:
    """The job: batch after batch, each with its place; then what was written past it meanwhile, then the fields are
    ready."""
    session, form_id = work.session, work.arguments["form"]
    form = catalogue(session).forms.get(form_id)
    if form is None:
        return {}
    kinds = _kinds(session, form_id)
    total = sum(_count(session, form_id, kind) for kind in kinds)
    fields = work.kept.get("fields") or [each.id for each in form.every if not each.indexed]
    at, after, done = work.kept.get("kind", 0), work.kept.get("after", 0), work.kept.get("done", 0)
    while at < len(kinds):
        with work.step(done, total, fields=fields) as (writing, kept):
            form = catalogue(writing).forms.get(form_id)
            if form is None:
                return {}
            after, count = fill(writing, form.every, _named(form, fields), kinds[at], form_id=form_id, after=after)
            done += count
            at, after = (at, after) if after is not None else (at + 1, 0)
            kept |= {"kind": at, "after": after, "done": done}
    for kind in kinds:
        while missed := _without_rows(session, _named(form, fields), kind, form_id):
            with work.step(done, total) as (writing, _kept):
                for pk in missed:
                    fill(writing, form.every, _named(form, fields), kind, form_id=form_id, after=pk - 1, limit=1)
    with work.step(done, done) as (writing, _kept):
        _mark(writing, fields, True)
    return {"owners": done}


@dataclass(frozen=True)
class Difference:
    """An owner whose index is not what its values say."""

    kind: str
    owner_id: int
    field: FieldSpec
    wanted: tuple
    found: tuple

    def __str__(self):
        return f"{self.kind} {self.owner_id} {self.field.key}: {list(self.found)} instead of {list(self.wanted)}"


def verify(session) -> Iterator[Difference]:
    """Every difference between the values and the index, and rows of owners that are no more; reads only."""
    for form in catalogue(session).forms.values():
        fields = [each for each in form.every if each.searchable and each.active and each.indexed]
        if fields:
            for kind in _kinds(session, form.id):
                yield from _differences(session, form.id, fields, kind)


def mend(session) -> int:
    """Write anew what `verify` finds; returns how many differences there were."""
    found = list(verify(session))
    for each in found:
        for table in (_INDEX, _WORDS):
            session.execute(delete(table).where(
                table.c.field_id == each.field.id, table.c.kind == each.kind, table.c.owner_id == each.owner_id))
        if each.wanted:
            session.execute(insert(_INDEX), [
                {"field_id": each.field.id, "kind": each.kind, "owner_id": each.owner_id, "place": place,
                 "value": value} for place, value in enumerate(each.wanted)])
        if words := field_index.word_rows(each.field, each.kind, each.owner_id, each.wanted):
            session.execute(insert(_WORDS), words)
    return len(found)


# ---- pieces

def _kinds(session, form_id) -> list[str]:
    """On what the form stands; records of a menu that was removed are records still."""
    placed = session.scalars(select(CustomData.target).where(CustomData.form_id == form_id).order_by(CustomData.target))
    return [OwnerKind.RECORD, *placed]


def _owners(kind, form_id, after=0):
    if kind == OwnerKind.RECORD:
        return select(_RECORD.c.id, _RECORD.c["values"].label("held")).where(
            _RECORD.c.form_id == form_id, _RECORD.c.id > after).order_by(_RECORD.c.id)
    table = _OWNERS[kind]
    return select(table.c.id, table.c.custom_values.label("held")).where(table.c.id > after).order_by(table.c.id)


def _count(session, form_id, kind, most=None) -> int:
    return session.scalar(select(func.count()).select_from(
        _owners(kind, form_id).with_only_columns(1).order_by(None).limit(most).subquery()))


def _named(form, ids) -> list[FieldSpec]:
    return [each for each in form.every if each.id in ids and each.searchable and each.active]


def _mark(session, ids, indexed: bool) -> None:
    """No change of the definition: neither a version nor a log entry."""
    if ids:
        session.execute(update(CustomField.__table__).where(CustomField.id.in_(ids)).values(indexed=indexed))
        renew(session)


def _without_rows(session, fields, kind, form_id) -> list[int]:
    """Owners that were saved by who did not know yet that these fields are searchable."""
    missed: set[int] = set()
    for each in fields:
        owners = _owners(kind, form_id).subquery()
        has = select(1).where(_INDEX.c.field_id == each.id, _INDEX.c.kind == kind,
                              _INDEX.c.owner_id == owners.c.id).correlate(owners).exists()
        missed |= set(session.scalars(select(owners.c.id).where(~has).limit(BATCH)))
    session.rollback()  # it has only read
    return sorted(missed)[:BATCH]


def _differences(session, form_id, fields, kind):
    after = 0
    while owners := session.execute(_owners(kind, form_id, after).limit(BATCH)).all():
        last = owners[-1].id if len(owners) == BATCH else None
        found: dict[tuple, list] = {}
        here = _INDEX.c.owner_id > after if last is None else _INDEX.c.owner_id.between(after + 1, last)
        for row in session.execute(select(_INDEX).where(
                _INDEX.c.field_id.in_([each.id for each in fields]), _INDEX.c.kind == kind, here).order_by(
                _INDEX.c.place)):
            found.setdefault((row.owner_id, row.field_id), []).append(row.value)
        words: dict[tuple, set] = {}
        for row in session.execute(select(_WORDS).where(
                _WORDS.c.owner_id.in_([row.id for row in owners]), _WORDS.c.kind == kind,
                _WORDS.c.field_id.in_([each.id for each in fields]))):
            words.setdefault((row.owner_id, row.field_id), set()).add(row.value)
        for row in owners:
            for each in fields:
                wanted = tuple(field_index.rows(each, (row.held or {}).get(each.key)))
                have = tuple(found.pop((row.id, each.id), ()))
                said = {word["value"] for word in field_index.word_rows(each, kind, row.id, wanted)}
                told = words.pop((row.id, each.id), set())
                if wanted != have or said != told:
                    yield Difference(kind, row.id, each, wanted, have)
        by_id = {each.id: each for each in fields}
        for (owner_id, field_id), have in {**dict.fromkeys(words, ()), **found}.items():
            yield Difference(kind, owner_id, by_id[field_id], (), tuple(have))
        if last is None:
            return
        after = last
