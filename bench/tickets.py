"""The provider central: each filter and order alone, the worst together, a deep page, a ticket, text, the CSV of all.

Databases of their own, of 10,000, 100,000 and (SIZE=full) 1,000,000 tickets.
"""
import resource
import time
from datetime import timedelta
from random import Random
from urllib.parse import urlencode

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.database import utc_now
from app.models.identity import UserProfile
from app.models.provider_ticket import ProviderTicket
from app.queries import paging
from app.queries import tickets as reads
from app.queries.ticket_answers import ANSWERED
from app.queries.ticket_rows import Rows
from app.security.visibility import visible
from app.services import deadline_cases
from app.services.sheets import csv_of_chunks, disarmed
from app.services.tickets import thresholds

LIMITS = {"list": 60, "together": 300, "text": 150, "ticket": 60, "csv_rows": 100_000, "csv_share": 0.25,
          "csv_memory": 32, "deadlines": 50_000}
SAMPLES = 40
DEEP = 50_000
ZONE = "America/Sao_Paulo"
DEADLINES = 20_000  # reckoned


def urls(databases, sizes):
    """The databases of these sizes, made where they are not there: (line of the making or None, url) each."""
    for size in sizes:
        name = f"t{size}"
        if databases.count(name) >= size:
            yield None, databases.url(name)
            continue
        last, seconds = databases.flask(databases.fresh(name), "generate", "--tickets", size)
        made = dict(pair.split("=") for pair in last.split())
        yield {"measure": "generate tickets", "tickets": size, "persons": int(made["persons"]),
               "seconds": round(seconds, 1), "per_second": round(size / seconds)}, databases.url(name)


def lines(desks, in_turns, summed):
    """Every line of the central, for desks of all sizes in turns."""
    found = [cases(desk) for desk in desks]
    for kind, limit in (("list", LIMITS["list"]), ("together", LIMITS["together"]), ("text", LIMITS["text"])):
        for case in found[0][kind]:
            calls = [[lambda desk=desk, path=paths[kind][case]: desk.get(path)] * SAMPLES
                     for desk, paths in zip(desks, found, strict=True)]
            yield from summed(f"central, {kind}", case, desks, in_turns(desks, calls), limit)
    calls = [[lambda desk=desk, path=path: desk.get(path) for path in tickets(desk)] for desk in desks]
    yield from summed("central, ticket", "any", desks, in_turns(desks, calls), LIMITS["ticket"])
    yield csv(desks[-1])
    yield deadlines()


def cases(desk) -> dict[str, dict[str, str]]:
    """{kind: {what is asked: its address}}, with values that are in the database."""
    with desk.session() as (session, viewer):
        seen = visible(ProviderTicket, viewer)

        def by_use(column):
            return list(session.scalars(select(column).where(seen, column.is_not(None)).group_by(column)
                                        .order_by(func.count().desc())))

        names = {"classification": ProviderTicket.classification_id, "motive": ProviderTicket.default_motive_id,
                 "subclassification": ProviderTicket.subclassification_id, "status": ProviderTicket.situation_id,
                 "assignee": ProviderTicket.assignee_id, "department": ProviderTicket.department_id,
                 "entity": ProviderTicket.entity_id}
        used = {name: by_use(column) for name, column in names.items()}
        linked = set(session.scalars(select(User.id).join(UserProfile, UserProfile.user_id == User.id).where(
            UserProfile.central_operator, visible(User, viewer))))
        used["assignee"] = [pk for pk in used["assignee"] if pk in linked]  # others are no choice of the filter
        newest = session.scalar(select(func.max(ProviderTicket.opened_at)).where(seen))
        days = {"opened_from": (newest - timedelta(days=300)).date(),
                "opened_to": (newest - timedelta(days=270)).date()}
        closed = {"closed_from": days["opened_from"], "closed_to": days["opened_to"]}
        quarter = {"closed_from": (newest - timedelta(days=89)).date(), "closed_to": newest.date()}
        deep = session.execute(select(ProviderTicket.opened_at, ProviderTicket.number).where(seen).order_by(
            ProviderTicket.opened_at, ProviderTicket.number).offset(
                min(DEEP, desk.size // 2)).limit(1)).one()
        one = session.scalars(select(ProviderTicket).where(seen).order_by(ProviderTicket.number.desc()).limit(1)).one()
        name = one.entity.name.split()[-2]
        protocol = one.protocol
    most, least = ({each: found[place] for each, found in used.items()} for place in (0, -1))
    alone = {
        **{f"filter {name}": {"filter": name} for name in reads.FILTERS},
        **{f"order {sign}{name}": {"order": sign + name} for name in reads.ORDERS for sign in ("", "-")},
        **{f"{name}, the usual": {name: pk} for name, pk in most.items()},
        **{f"{name}, the rare": {name: pk} for name, pk in least.items()},
        "nobody's": {"assignee": "none"}, "in no department": {"department": "none"}, "a month": days,
        "closed in a month": closed,
        **{f"answered {name}": {"answered": name} for name in ANSWERED},
        **{f"deadline {name}": {"deadline": name} for name in reads.DEADLINES},
        **{f"status {name}": {"status_deadline": name} for name in reads.STATUS_DEADLINES},
        **{f"waiting for {name}": {"waiting": name} for name in reads.TURNS},
        f"page after row {DEEP:,}": {"after": paging.encode(*deep)}}
    together = {
        "late, rare, by title": {"status_deadline": "expired", "classification": least["classification"],
                                 "order": "title"},
        "open, three by three, soon due, by client": {
            "filter": "open", "classification": used["classification"][:3], "status": used["status"][:3],
            "deadline": "attention", "order": "client"},
        "a month, by protocol": {**days, "order": "-protocol"}, "a month, by title": {**days, "order": "title"},
        "closed, rare, a month, by operator": {"filter": "closed", "motive": least["motive"], **days,
                                               "order": "operator"},
        **{f"closed in a month, {sign}{name}": {**closed, "order": sign + name}
           for name in reads.ORDERS for sign in ("", "-")},
        "closed late in a month": {**closed, "status_deadline": "expired"},
        "closed in a quarter": quarter, "closed late in a quarter": {**quarter, "status_deadline": "expired"},
        "words, usual, by client": {"q": "glosa", "status": most["status"], "assignee": most["assignee"],
                                    "order": "client"},
        "usual words, by title": {"q": "guia", "order": "-title"},
        "nobody's, expired, rare, by title": {"filter": "open", "assignee": "none", "deadline": "expired",
                                              "subclassification": least["subclassification"], "order": "title"}}
    text = {"usual word": "guia", "two words": "glosa outubro", "rare words": "reajuste filial", "nobody's": "xyzw",
            "provider": name, "number": "12345", "protocol": protocol}
    return {"list": _addresses(alone), "together": _addresses(together),
            "text": _addresses({kind: {"q": typed} for kind, typed in text.items()})}


def _addresses(cases) -> dict[str, str]:
    return {name: f"/provider-central/?{urlencode(values, doseq=True)}" for name, values in cases.items()}


def tickets(desk) -> list[str]:
    """Panels of tickets here and there."""
    with desk.session() as (session, viewer):
        numbers = [desk.random.randrange(1, desk.size) for _ in range(SAMPLES)]
        found = [session.scalar(select(ProviderTicket.attendance_id).where(
            visible(ProviderTicket, viewer), ProviderTicket.number >= number).order_by(ProviderTicket.number).limit(1))
            for number in numbers]
    return [f"/provider-central/tickets/{pk}/" for pk in found if pk is not None]


def csv(desk) -> dict:
    """The file of all tickets; on PostgreSQL beside a bare COPY of the same select."""
    with desk.session() as (session, viewer):
        bounds = thresholds.bounds(session, timezone=ZONE, now=utc_now())
        rows = Rows(session, viewer, reads.TicketFilter(), bounds, timezone=ZONE, day=lambda day: f"{day:%d/%m/%Y}",
                    text=disarmed)
        before, started, cpu, count = _memory(), time.perf_counter(), time.process_time(), -1
        for piece in csv_of_chunks([], rows):
            count += piece.count(b"\r\n")
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        line = {"measure": "central, CSV of all", "tickets": count, "per_second": round(count / seconds),
                "per_cpu_second": round(count / cpu), "memory_mib": round(_memory() - before, 1),
                "memory_limit": LIMITS["csv_memory"], "at_least": LIMITS["csv_rows"]}
        if session.get_bind().dialect.name == "postgresql":
            copied = _copy(session, rows.statement)
            line |= {"share_of_copy": round(copied / seconds, 2), "or_share": LIMITS["csv_share"]}
        return line


def _copy(session, statement) -> float:
    """Seconds of a bare COPY of the statement."""
    from sqlalchemy.dialects import postgresql

    asked = str(statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    started = time.perf_counter()
    with session.connection().connection.driver_connection.cursor() as cursor, cursor.copy(
            f"COPY ({asked}) TO STDOUT WITH (FORMAT csv)") as copy:
        for _piece in copy:
            pass
    return time.perf_counter() - started


def _memory() -> float:
    """The most this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def deadlines() -> dict:
    """How many deadlines of all kinds the calculator answers a second, pauses and holidays with them."""
    random = Random(7)
    calendar = {"timezone": ZONE, "week": {day: [["08:00", "12:00"], ["13:00", "18:00"]] for day in (
        "mon", "tue", "wed", "thu", "fri")}, "holidays": ["2026-02-16", "2026-02-17", "2026-04-03", "2026-04-21"]}
    asked = []
    for _number in range(DEADLINES):
        day, hour = random.randrange(1, 29), random.randrange(24)
        asked.append({
            "opened_at": f"2026-{random.randrange(1, 13):02d}-{day:02d}T{hour:02d}:30:00-03:00", "calendar": calendar,
            "rule": {"kind": random.choice(("calendar_days", "business_days", "business_hours")),
                     "amount": random.randrange(40)},
            "pauses": [[f"2026-06-{day:02d}T10:00:00-03:00", f"2026-06-{day:02d}T16:00:00-03:00"]]
            if random.random() < 0.3 else []})
    started = time.perf_counter()
    for case in asked:
        deadline_cases.of(case)
    rate = round(DEADLINES / (time.perf_counter() - started))
    return {"measure": "deadlines", "per_second": rate, "at_least": LIMITS["deadlines"]}
