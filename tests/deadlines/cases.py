"""Random cases of the contract's form: two years, several zones, holidays, pauses that overlap or never end."""
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .oracle import NAMES

# zone -> the year in which the two years of its cases begin: where clocks change, with such days in them
ZONES = {"America/Sao_Paulo": 2026, "America/New_York": 2026, "Brazil/East": 2017, "Australia/Lord_Howe": 2025,
         "Asia/Kolkata": 2026, "UTC": 2027, "Europe/Lisbon": 2026}


def random_case(random, kind: str) -> dict:
    name = random.choice(list(ZONES))
    zone, first = ZoneInfo(name), date(ZONES[name], 1, 1)
    opened = datetime(first.year, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * random.randrange(2 * 365 * 96))
    pauses = [_pause(random, opened, zone) for _ in range(random.choice((0, 0, 0, 1, 2, 3)))]
    if pauses and random.random() < 0.2:
        pauses[-1][1] = None
    amount = random.choice((0, 0.25, 0.5, 1, 1.75, 4, 8.5, 20, 44)) if kind == "business_hours" else random.choice(
        (0, 1, 1, 2, 3, 5, 7, 10, 15, 30, 60, 120))
    return {"opened_at": opened.astimezone(zone).isoformat(), "rule": {"kind": kind, "amount": amount},
            "calendar": {"timezone": name, "week": _week(random), "holidays": _holidays(random, first)},
            "pauses": pauses}


def _pause(random, opened, zone):
    since = opened + timedelta(minutes=15 * random.randrange(-96 * 2, 96 * 20))
    if random.random() < 0.4:  # at a local midnight, where a day ends
        since = since.astimezone(zone).replace(hour=0, minute=0, fold=0).astimezone(UTC)
    until = since + timedelta(minutes=random.choice((0, 15, 60, 600, 1440, 2880, 15 * random.randrange(96 * 9))))
    return [since.astimezone(zone).isoformat(), until.isoformat()]


def _week(random):
    week = {name: _day(random) for name in NAMES if random.random() < (0.9 if name not in ("sat", "sun") else 0.3)}
    return week if any(week.values()) else {"wed": [["08:00", "18:00"]]}


def _day(random):
    edges = sorted(random.sample(range(97), random.choice((2, 2, 4, 4, 6))))
    if random.random() < 0.15:
        edges[0], edges[-1] = 0, 96
    return [[_time(a), _time(b)] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _time(quarters):
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


def _holidays(random, first):
    return sorted({(first + timedelta(days=random.randrange(3 * 365))).isoformat()
                   for _ in range(random.choice((0, 5, 20, 60)))})
