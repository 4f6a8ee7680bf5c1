"""A CSV file loaded into a register as long work: batch after batch, safe to begin again, refused rows to fetch."""
from flask_babel import lazy_gettext as _l

from ...database import utc_now
from ...errors import Invalid
from ...files.store import store_of
from ...services.custom_types import HERE
from ...services.imports import sheet
from ...services.imports.loading import Loading, Tally
from ...services.imports.refused import refused_csv
from ...services.imports.registers import kind_of
from ...services.records import require

KIND = "import"
TOLD = 50  # refused rows that the result itself tells; the file has all
KEPT = 1_000  # of those that only the writing refused, for the file of a next try: they are stored with every batch


def run(work) -> dict:
    """`arguments`: register, stored (name in the store), name (of the file), mapping, decimal, timezone, trial.

    A trial writes nothing. Returns the counts and the first refused rows.
    """
    asked = work.arguments
    kind = kind_of(work.session, asked["register"], actor=work.actor, timezone=asked.get("timezone") or HERE)
    trial = asked["trial"]
    require(work.actor, kind.permission)
    try:
        with store_of(work.settings).open(asked["stored"]) as file:
            content = sheet.read(file.read())
    except FileNotFoundError:
        raise Invalid(_l("The file is no longer kept: send it again.")) from None
    loading = Loading(kind.make(), content, asked["mapping"], asked["decimal"], now=utc_now())
    tally = _all(work, loading, trial)
    if tally.reasons:
        with work.file(refused_name(asked["name"])) as incoming:
            for piece in refused_csv(content, tally.reasons):
                incoming.write(piece)
    return {**tally.counts(), "told": sorted(tally.reasons.items())[:TOLD]}


def _all(work, loading, trial) -> Tally:
    """Every batch, from where an earlier try had come; of its batches only the refused rows are looked up again, but
    for those that the writing refused, which are kept."""
    tally, total = Tally(), len(loading.sheet.rows)
    done = work.kept.get("batches", 0)
    for number, batch in enumerate(loading.batches(), 1):
        if trial or number <= done:
            outcome = loading.check(work.session, batch, actor=work.actor)
            work.session.rollback()  # a trial holds nothing while it goes on
            if trial:
                work.progress(tally.read + outcome.read, total)
        else:
            reached = tally.read + sum(len(record.rows) for record in batch)
            with work.step(reached, total) as (session, kept):
                outcome = loading.write(session, batch, actor=work.actor, now=utc_now())
                kept["batches"] = number
                kept["counts"] = _sum(kept.get("counts", {}), outcome.counts())
                by_writing = [*kept.get("by_writing", ()), *outcome.written.items()]
                kept["by_writing"] = by_writing[:KEPT]
        tally.add(outcome)
    if done:
        for name, value in work.kept.get("counts", {}).items():
            setattr(tally, name, value)
        tally.reasons |= dict(work.kept.get("by_writing", ()))
    return tally


def _sum(one, other) -> dict:
    return {name: one.get(name, 0) + value for name, value in other.items()}


def refused_name(name: str) -> str:
    """What the file of refused rows is called."""
    return f"{name}.recusadas.csv"
