"""A run and its undoing as long work: batch after batch by key, safe to begin again."""
from ...database import utc_now
from ...models.reclassification import Reclassification, Reclassified
from ...queries.reclassification import last_key
from ...security.permissions import Perm
from ...services.bulk import analyse
from ...services.reclassification.steps import Runner
from ...services.records import get_visible, require
from ...services.validity import day_in


def run(work) -> dict:
    """Every record that was there when the work began and falls under a row. How far it came is stored with each batch,
    so that a second try looks at no record again."""
    runner = _runner(work)
    total = work.kept["total"] if "total" in work.kept else runner.total()
    last = work.kept["last"] if "last" in work.kept else last_key(work.session, runner.tree)
    after, seen = work.kept.get("after", 0), work.kept.get("seen", 0)
    while after < last:
        with work.step(min(seen, total), total, last=last) as (_session, kept):
            now = utc_now()
            done = runner.apply(after=after, last=last, day=day_in(runner.narrowed.timezone, now), now=now)
            after, seen = done.after, seen + done.seen
            kept.update(total=total, after=after, seen=seen)
    work.progress(seen, seen)  # some of those counted may have gone meanwhile
    return {}


def undo(work) -> dict:
    """Every record of the run that still has what the run gave it."""
    runner = _runner(work)
    total = work.kept["total"] if "total" in work.kept else work.session.get(Reclassification, runner.run_id).to_undo
    after, seen = work.kept.get("after", 0), work.kept.get("seen", 0)
    with work.step(min(seen, total), total) as (session, _kept):
        analyse(session, Reclassified)  # unless it is known how many there are, each batch would read and sort all
    going = True
    while going:
        with work.step(min(seen, total), total) as (_session, kept):
            done = runner.restore(after=after, now=utc_now())
            going = done is not None
            if going:
                after, seen = done.after, seen + done.seen
            kept.update(total=total, after=after, seen=seen)
    work.progress(seen, seen)  # some of those counted may have gone meanwhile
    return {}


def _runner(work) -> Runner:
    require(work.actor, Perm.RECLASSIFY)
    found = get_visible(work.session, Reclassification, work.arguments["reclassification"], work.actor)
    return Runner(work.session, found, actor=work.actor)
