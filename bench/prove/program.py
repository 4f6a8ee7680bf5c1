"""One engine's proof from start to end."""
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import checks, desk, intruders
from .callers import Book, Caller, ask_for_letters
from .desk import Desk

CALLERS = 8
SHAKEN, CALM = 0.5, 0.15  # of the time: with processes dying, and without; the rest is the intruders'
LEAST_KILLS, LEAST_OPENED = 2, 20
WARM = 0.4  # of the calm, after which a process has its pools and caches
MAY_GROW = 40  # megabytes a server's memory may grow in the calm after that
MAY_HOLD = 400  # megabytes a server may hold at any time
STOPS_WITHIN = 6.0  # seconds (three for open requests, two and a half for the jobs)


def prove(engine: str, url: str, folder: Path, *, seconds: float, redis_url: str | None = None, seed: int = 1,
          say: Callable[[dict], None]) -> bool:
    """Prove it on the empty database at `url`; `say` is given each check's line. Whether all hold."""
    lines = []

    def tell(check: str, result: checks.Result) -> None:
        held, figures = result
        lines.append({"engine": engine, "check": check, "ok": bool(held), **figures})
        say(lines[-1])

    rng, book = random.Random(seed), Book()
    with desk.opened(engine, url, folder, redis_url=redis_url, letter_boxes=int(seconds * 2)) as place:
        database = sa.create_engine(url)
        try:
            with Session(database) as session:
                tell("faults", shake(place, session, book, seconds * SHAKEN, rng, seed))
                tell("memory", keep_calm(place, session, book, seconds * CALM, seed + 1))
                attack(place, session, seconds, rng, tell)
                count_over(place, session, book, tell)
            tell("stop", stop(place))
        finally:
            database.dispose()
    return all(line["ok"] for line in lines)


def shake(place: Desk, session, book, seconds, rng, seed) -> checks.Result:
    """Callers and people who forgot their passwords at work, while processes die."""
    over = lasting(seconds, lambda: len(place.kills) >= LEAST_KILLS and len(book.opened) >= LEAST_OPENED)
    at_work = callers(place, session, book, seed)
    with ThreadPoolExecutor(CALLERS + 2) as pool:
        work = [pool.submit(caller.work, over) for caller in at_work]
        work.append(pool.submit(ask_for_letters, place.letter_boxes, place.urls, book, over, rng))
        work.append(pool.submit(desk.kill_at_random, place, over, random.Random(seed)))
    for each in work:
        each.result()  # what went wrong in a thread goes wrong here
    return len(place.kills) >= LEAST_KILLS and len(book.opened) >= LEAST_OPENED and len(book.letters) > 0, {
        "seconds": seconds, "kills": {name: place.kills.count(name) for name in sorted(set(place.kills))},
        "opened": len(book.opened), "letters": len(book.letters), "without_answer_then_repeated": book.lost}


def lasting(seconds: float, enough: Callable[[], bool]) -> Callable[[], bool]:
    """Whether the time is up and enough was done; on a busy machine it is given PATIENCE more seconds."""
    began = time.monotonic()

    def over() -> bool:
        passed = time.monotonic() - began
        return passed >= seconds and (enough() or passed >= seconds + desk.PATIENCE)

    return over


def keep_calm(place: Desk, session, book, seconds, seed) -> checks.Result:
    """The same work and nobody dies: what the servers hold afterwards against what they held when warm."""
    before, at_work = len(book.opened), callers(place, session, book, seed, later=True)
    over = lasting(seconds, lambda: True)
    with ThreadPoolExecutor(CALLERS) as pool:
        work = [pool.submit(caller.work, over) for caller in at_work]
        time.sleep(seconds * WARM)
        warm = {each.name: each.resident() for each in place.servers}
    for each in work:
        each.result()
    held = {each.name: each.resident() for each in place.servers}
    grown = {name: held[name] - warm[name] for name in held if held[name] is not None and warm[name] is not None}
    return all(grown[name] <= MAY_GROW and held[name] <= MAY_HOLD for name in grown), {
        "seconds": seconds, "opened": len(book.opened) - before, "opened_a_second": round(
            (len(book.opened) - before) / seconds, 1), "megabytes": held, "grown": grown, "may_grow": MAY_GROW,
        "may_hold": MAY_HOLD}


def callers(place: Desk, session, book, seed, *, later=False) -> list[Caller]:
    customers = session.scalars(sa.text(
        "select e.id from entity e join entity_role r on r.entity_id = e.id join role_type t on t.id = r.role_type_id "
        "where t.code = 'customer' and e.name not like 'Prova%' order by e.id")).all()
    session.rollback()
    made = [Caller(number, place.urls, book, customers, seed) for number in range(1, CALLERS + 1)]
    for caller in made:
        caller.count = 50_000 if later else 0  # the marks of the calm are not those of the storm
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(Caller.sign_in, made))
    return made


def attack(place: Desk, session, seconds, rng, tell) -> None:
    scopes = ("pair", "user", "ip") if seconds >= 60 else ("pair",)  # each verified guess is a tenth of a second's work
    tell("hostile", intruders.hostile(place, seconds * (1 - SHAKEN - CALM), rng))
    for scope in scopes:
        tell("guesses", intruders.guesses(place, session, scope))


def count_over(place: Desk, session, book, tell) -> None:
    """Everything stored against everything answered."""
    tell("letters", checks.letters(place, session, book))
    tell("openings", checks.openings(session, book))
    tell("protocols", checks.protocols(session))
    tell("records", checks.whole_records(session, book))
    tell("pages", checks.pages(session, book))
    tell("persons", checks.persons(session, book))
    session.rollback()
    tell("log", checks.log_chain(place))
    tell("answers", checks.answers(place, book))


def stop(place: Desk) -> checks.Result:
    """An orderly stop is quick."""
    took = {each.name: round(each.stop(), 1) for each in place.processes}
    return max(took.values()) <= STOPS_WITHIN, {"seconds": took, "allowed": STOPS_WITHIN}
