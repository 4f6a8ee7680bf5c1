"""Log entries by the hundred thousand: the same entries `log.entry_values` makes, at a tenth of its cost.

The values come as JSON text that was made once (a situation is the same in every row), and hashes are taken over text
put together here. A test verifies chains written so with `audit.verify`.
"""
from hashlib import sha256

from ..log import canonical

COLUMNS = ("target", "target_id", "seq", "at", "actor_id", "actor_name", "action", "changes", "digests",
           "previous_hash", "hash")


def encoded(value) -> str:
    """A plain value as the log's digests read it."""
    return canonical(value).decode()


def entry(target, target_id, seq, at, actor, action, changes, previous, salt) -> tuple:
    """A row of COLUMNS, the last value being the hash.

    `at`: `2026-03-16 15:00:00.000000`, UTC. `actor`: (id or None, name). `changes`: (field, old, new) in order of
    field, old and new as `encoded`. `previous`: the hash of the entry before. `salt()` gives 16 hex digits.
    """
    stored, digests = [], []
    for name, old, new in changes:
        grain = salt()
        stored.append(f'"{name}":[{old},{new},"{grain}"]')
        digests.append(f'"{name}":"{sha256(f"{grain}[{old},{new}]".encode()).hexdigest()}"')
    fingerprints = "{" + ",".join(digests) + "}"
    number, name = actor
    who = "null" if number is None else number
    chained = (f'["{previous}","{target}",{target_id},{seq},"{at.replace(" ", "T")}",{who},'
               f'{encoded(name)},"{action}",{fingerprints}]')
    return (target, target_id, seq, at, number, name, action, "{" + ",".join(stored) + "}",
            fingerprints, previous, sha256(chained.encode()).hexdigest())
