"""Is the log what was written? Anchors over all chains, and the verification of both (B-19).

Every entry carries a hash over itself and the entry before it of the same record (services/log.py). An anchor carries a
digest over all entries written since the anchor before it, over that anchor's digest and over the head of every chain.

Caught, with the record's name: an entry edited; an entry deleted from the middle or the beginning of a chain; one
deleted from its end, or a chain rewritten with hashes that fit, once an anchor stands over it (within a minute); an
anchor edited or deleted. Not caught: what happens to an entry before its first anchor and leaves a chain that fits;
entries that the product itself was made to write; somebody with full access to the database who rewrites the chains
*and* every anchor from there on, or removes the newest anchors with all their entries. Against these the newest
anchor's digest, which `flask audit-verify` prints, is kept outside the database. Values blanked by an erasure (B-18)
are no breach.
"""
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import String, func, select, type_coerce, update

from ..models.log import AuditAnchor, LogEntry
from .log import canonical, chain_hash, digest

BLANKED = [None, None, ""]  # what an erasure leaves of [old, new, salt]
ENTRIES_PER_ANCHOR = 20_000  # a short transaction, also after a bulk import
HEAD_DIGITS = 16
PAGE = 2_000  # rows held at a time, whatever the size of the log


@dataclass(frozen=True)
class Breach:
    """Something that is not as it was written. `target_id` and `seq` name a log entry; for an anchor `seq` is None."""

    target: str
    target_id: int
    seq: int | None
    what: str

    def __str__(self):
        place = f"{self.target} {self.target_id}"
        return f"{place}, entry {self.seq}: {self.what}" if self.seq else f"{place}: {self.what}"


@dataclass
class Tally:
    """What a verification went through. `newest` is (id, digest) of the last anchor."""

    entries: int = 0
    records: int = 0
    anchors: int = 0
    breaches: int = 0
    newest: tuple[int, str] | None = None


def anchor(session, now: datetime) -> AuditAnchor | None:
    """Put the entries that have no anchor yet, at most ENTRIES_PER_ANCHOR, under a new one; None where there are none.

    The caller sees to it that only one transaction anchors at a time.
    """
    waiting = select(LogEntry.id).where(LogEntry.anchor_id.is_(None)).order_by(LogEntry.id).limit(ENTRIES_PER_ANCHOR)
    if session.scalar(waiting.limit(1)) is None:
        return None
    previous = session.scalar(select(AuditAnchor.digest).order_by(AuditAnchor.id.desc()).limit(1)) or ""
    new = AuditAnchor(at=now, entries=0, heads={}, digest="")
    session.add(new)
    session.flush()  # its id marks the entries
    entries = sorted(session.execute(
        update(LogEntry).where(LogEntry.id.in_(waiting)).values(anchor_id=new.id)
        .returning(LogEntry.id, LogEntry.hash, LogEntry.target, LogEntry.target_id, LogEntry.seq),
        execution_options={"synchronize_session": False}).tuples())
    heads: dict[str, dict[str, str]] = {}
    newest_seq: dict[tuple[str, int], int] = {}
    for _, entry_hash, target, target_id, seq in entries:
        if seq > newest_seq.get((target, target_id), 0):
            newest_seq[target, target_id] = seq
            heads.setdefault(target, {})[str(target_id)] = f"{seq}:{entry_hash[:HEAD_DIGITS]}"
    new.entries, new.heads = len(entries), heads
    new.digest = _anchor_digest(previous, now, heads, (entry[:2] for entry in entries))[0]
    return new


def _anchor_digest(previous: str, at: datetime, heads: dict, entries: Iterable) -> tuple[str, int]:
    """Digest over (id, hash) of the entries in order of id, and how many they were."""
    running, count = hashlib.sha256(canonical([previous, at.strftime("%Y-%m-%dT%H:%M:%S.%f"), heads])), 0
    for entry_id, entry_hash in entries:
        running.update(f"{entry_id}:{entry_hash}\n".encode())
        count += 1
    return running.hexdigest(), count


def verify(session, report: Callable[[Breach], None]) -> Tally:
    """Go through the whole log, handing each breach to `report`. Memory stays flat whatever the number of entries."""
    tally = Tally()

    def found(breach):
        tally.breaches += 1
        report(breach)

    last = session.scalar(select(func.max(AuditAnchor.id))) or 0  # what is written meanwhile is left for the next time
    _verify_chains(session, tally, found)
    _verify_anchors(session, last, tally, found)
    return tally


def _raw(column):
    """The column as it stands: on SQLite a forger may have left a text there that is no date and no JSON."""
    return type_coerce(column, String).label(column.key)


def _json(value) -> dict:
    """The object a raw JSON column holds; {} for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _time(value) -> datetime:
    """The moment a raw date column holds; the earliest there is for anything else."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _verify_chains(session, tally, found) -> None:
    columns = [LogEntry.target, LogEntry.target_id, LogEntry.seq, _raw(LogEntry.at), LogEntry.actor_id,
               LogEntry.actor_name, LogEntry.action, _raw(LogEntry.changes), _raw(LogEntry.digests),
               LogEntry.previous_hash, LogEntry.hash]
    rows = session.execute(select(*columns).order_by(LogEntry.target, LogEntry.target_id, LogEntry.seq)
                           .execution_options(yield_per=PAGE))
    for (target, target_id), chain in groupby(rows, key=lambda row: (row.target, row.target_id)):
        tally.records += 1
        seq, previous_hash = 0, ""
        for row in chain:
            tally.entries += 1
            if row.seq == seq + 2:
                found(Breach(target, target_id, seq + 1, "is missing"))
            elif row.seq != seq + 1:
                found(Breach(target, target_id, seq + 1, f"is missing, and all up to entry {row.seq}"))
            elif row.previous_hash != previous_hash:
                found(Breach(target, target_id, row.seq, "does not follow the entry before it"))
            for what in _entry_faults(row):
                found(Breach(target, target_id, row.seq, what))
            seq, previous_hash = row.seq, row.hash


def _entry_faults(row):
    """What is wrong with the entry itself."""
    changes, digests = _json(row.changes), _json(row.digests)
    if row.hash != chain_hash(row.previous_hash, row.target, row.target_id, row.seq, _time(row.at), row.actor_id,
                              row.actor_name, row.action, digests):
        yield "was edited: its hash does not fit"
    if changes.keys() != digests.keys():
        yield "was edited: fields were added or removed"
    for name in sorted(changes.keys() & digests.keys()):
        if not _change_fits(changes[name], digests[name]):
            yield f"was edited: the value of {name} is not the one written"


def _change_fits(change, kept_digest: str) -> bool:
    if change == BLANKED:
        return True
    return isinstance(change, list) and len(change) == 3 and digest(change[0], change[1], str(change[2])) == kept_digest


def _verify_anchors(session, last: int, tally, found) -> None:
    """Both read in the order of the anchors, side by side."""
    anchors = session.execute(
        select(AuditAnchor.id, _raw(AuditAnchor.at), AuditAnchor.entries, _raw(AuditAnchor.heads), AuditAnchor.digest)
        .where(AuditAnchor.id <= last).order_by(AuditAnchor.id).execution_options(yield_per=10))
    rows = session.execute(
        select(LogEntry.anchor_id, LogEntry.id, LogEntry.hash).where(LogEntry.anchor_id <= last)
        .order_by(LogEntry.anchor_id, LogEntry.id).execution_options(yield_per=PAGE))
    groups = groupby(rows, key=lambda row: row.anchor_id)
    group, previous = next(groups, None), ""
    for row in anchors:
        tally.anchors += 1
        group = _skip_orphans(group, groups, row.id, found)
        under_it = group is not None and group[0] == row.id
        entries = ((entry.id, entry.hash) for entry in group[1]) if under_it else ()
        computed, count = _anchor_digest(previous, _time(row.at), _json(row.heads), entries)
        if under_it:
            group = next(groups, None)
        if count != row.entries:
            found(Breach("audit_anchor", row.id, None, f"stood over {row.entries} log entries, now there are {count}"))
        elif computed != row.digest:
            found(Breach("audit_anchor", row.id, None,
                         "its digest does not fit: it, the anchor before it or an entry under it was changed"))
        if computed != row.digest:
            _compare_heads(session, row.id, _json(row.heads), found)
        previous, tally.newest = row.digest, (row.id, row.digest)
    _skip_orphans(group, groups, last + 1, found)


def _skip_orphans(group, groups, anchor_id: int, found):
    """The first group at or after `anchor_id`; entries of an anchor that is no more are reported."""
    while group and group[0] < anchor_id:
        found(Breach("audit_anchor", group[0], None, "was deleted, the entries under it are still there"))
        group = next(groups, None)
    return group


def _compare_heads(session, anchor_id: int, heads_by_target: dict, found) -> None:
    """Name the chains that no longer reach, or no longer are, what the anchor saw."""
    for target, heads in heads_by_target.items():
        ids = sorted(int(key) for key in heads)
        for part in (ids[start:start + 500] for start in range(0, len(ids), 500)):
            entries = session.execute(select(LogEntry.target_id, LogEntry.seq, LogEntry.hash).where(
                LogEntry.target == target, LogEntry.target_id.in_(part)))
            there = {(target_id, seq): entry_hash for target_id, seq, entry_hash in entries}
            for target_id in part:
                seq, _, head = heads[str(target_id)].partition(":")
                entry_hash = there.get((target_id, int(seq)))
                if entry_hash is None:
                    found(Breach(target, target_id, int(seq), f"is missing: audit_anchor {anchor_id} saw it"))
                elif entry_hash[:HEAD_DIGITS] != head:
                    found(Breach(target, target_id, int(seq), f"was rewritten after audit_anchor {anchor_id} saw it"))
