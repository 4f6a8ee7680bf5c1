"""Who means no good: two hundred guesses at a password at once, and what no address should be asked with."""
import itertools
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.identity import LoginAttempt
from app.security.throttle import LIMITS
from tests.support.clients import _TOKEN

from .checks import SHOWN, Result
from .desk import Desk

GUESSES = 200
DEMO_PASSWORD = "balcao-demo"  # noqa: S105 (of the demo company)
ROLES = {"admin": "Admin", "supervisor": "Supervisor", "configurador": "Configurator", "atendente": "Attendant",
         "prestador": "Provider", "cliente": "Customer"}
HOSTILE = (
    # out of the folder
    "../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "....//....//etc/passwd", "%2e%2e%2fetc%2fpasswd",
    "/etc/passwd", "..", "../config.py", "file:///etc/passwd", "balcao/../../../instance/secret_key",
    # SQL
    "' OR '1'='1", "1; DROP TABLE attendance; --", "1 UNION SELECT password FROM ab_user", "\" OR \"\"=\"",
    "1' AND SLEEP(9)--", "'); DELETE FROM log_entry; --", "%' ESCAPE '", "1/**/OR/**/1=1", "pg_sleep(9)",
    # characters that end or break a text
    "\x00", "a\x00b", "1\x00", "\r\nSet-Cookie: a=b", "\x1b[31m", b"\xff\xfe", b"%", "\u2028\u202e", "\U0010ffff",
    # numbers
    "0", "-1", "2147483648", "-2147483649", "9223372036854775808", "9" * 400, "1e309", "NaN", "١٢٣", "²", "1_000",
    # script, templates, formats
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}", "${7*7}", "{0.__class__}", "%s%s%n", "%(name)s",
    # length and confusion
    "A" * 4000, "null", "[object Object]")
# An argument that is not the hostile one, where "1" would end the request too early.
PLAUSIBLE = {"target": "attendance", "filename": "balcao/tokens.css", "locale": "en", "source": "motive",
             "key": "protocol_mask"}
QUERY = ("q", "after", "limit", "next", "situation", "channel", "page", "page_size", "order_by", "entity", "term", "pk",
         "parent", "_flt_0_name", "_oc_EntityView", "page_EntityView", "psize_EntityView", "from", "to", "sort")
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
LEAKED = re.compile(r"root:.*:0:0:|Traceback \(most recent call last\)|sqlalchemy\.exc|psycopg\.errors")


# ---- guessing

def guesses(desk: Desk, session: Session, scope: str) -> Result:
    """Two hundred wrong passwords at once over all servers: `pair` at one account from one address, `user` at one
    account from as many addresses, `ip` from one address at as many accounts. No more are verified than allowed."""
    name, address = f"alvo-{scope}" if scope == "ip" else f"bench{10 + len(scope) % 3:02d}", f"10.3.{len(scope)}.1"

    def guess(number):
        body = {"username": f"{name}{number}" if scope == "ip" else name, "password": f"wrong {number}",
                "provider": "db"}
        origin = f"10.4.{number}.1" if scope == "user" else address
        return httpx.post(f"{desk.urls[number % len(desk.urls)]}/api/v1/security/login", json=body, timeout=90,
                          headers={"X-Forwarded-For": origin}).status_code

    with ThreadPoolExecutor(50) as pool:
        statuses = Counter(pool.map(guess, range(GUESSES)))
    of_these = LoginAttempt.ip == address if scope != "user" else LoginAttempt.username == name
    written = dict(session.execute(select(LoginAttempt.outcome, func.count()).where(of_these)
                                   .group_by(LoginAttempt.outcome)).all())
    session.rollback()
    verified = GUESSES - written.get("limited", 0)
    held = 0 < statuses[401] <= LIMITS[scope] and set(statuses) <= {401, 429} and verified == statuses[401]
    return held, {"scope": scope, "guesses": GUESSES, "verified": verified, "allowed": LIMITS[scope],
                  "statuses": dict(statuses), "written": written}


# ---- hostile input

def hostile(desk: Desk, seconds: float, rng: random.Random) -> Result:
    """Every hostile input in every argument of every GET address, and in the query of those without any, as nobody and
    as each role, in a random order until the time is up. No 5xx, no lost connection, no word of the inside."""
    people = sign_in(desk)
    plan = [(who, *place) for who, place in itertools.product(people, places(desk.routes))]
    rng.shuffle(plan)
    until, statuses, wrong, called = time.monotonic() + seconds, Counter(), [], set()

    def call(step):
        who, rule, address = step
        if time.monotonic() > until:
            return
        options = {"headers": people[who]["token"]} if rule.startswith("/api/") else {}
        try:
            answer = people[who]["browser"].get(rng.choice(desk.urls) + address, **options)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            wrong.append(f"{who} {address[:200]}: {type(error).__name__} {error}")
            return
        statuses[answer.status_code] += 1
        called.add(rule)
        if answer.status_code >= 500 or LEAKED.search(answer.text):
            wrong.append(f"{who} {address[:200]}: {answer.status_code}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, plan))
    for person in people.values():
        person["browser"].close()
    return not wrong and len(called) > 0, {
        "called": statuses.total(), "planned": len(plan), "addresses": len(called), "roles": len(people),
        "inputs": len(HOSTILE), "statuses": dict(sorted(statuses.items())), "wrong": wrong[:SHOWN]}


def places(routes: list[str]) -> list[tuple[str, str]]:
    """(rule, address) of every argument of every rule with every input."""
    found = []
    for rule, (number, text) in itertools.product(routes, enumerate(HOSTILE)):
        names = _ARGUMENT.findall(rule)
        bad = quote(text, safe="").replace("..", "%2E%2E")  # or the client itself would walk up
        if not names:
            found.append((rule, f"{rule}?{QUERY[number % len(QUERY)]}={bad}"))
        for name in names:
            values = {each: PLAUSIBLE.get(each, "1") for each in names} | {name: bad}
            found.append((rule, _ARGUMENT.sub(lambda match, values=values: values[match[1]], rule)))
    return found


def sign_in(desk: Desk) -> dict[str, dict]:
    """{role: browser with a session and header with a token}, nobody first."""
    people = {"Nobody": {"browser": httpx.Client(timeout=60), "token": {}}}
    for number, (account, role) in enumerate(ROLES.items(), 1):
        browser = httpx.Client(timeout=60, headers={"X-Forwarded-For": f"10.5.0.{number}"})
        url = desk.urls[number % len(desk.urls)]
        credentials = {"username": account, "password": DEMO_PASSWORD}
        mark = _TOKEN.search(browser.get(f"{url}/login/").text)[1]
        entered = browser.post(f"{url}/login/", data={**credentials, "csrf_token": mark})
        given = httpx.post(f"{url}/api/v1/security/login", json={**credentials, "provider": "db"}, timeout=60)
        if (entered.status_code, given.status_code) != (302, 200):
            raise RuntimeError(f"{account} cannot sign in: {entered.status_code}, {given.status_code}")
        people[role] = {"browser": browser, "token": {"Authorization": f"Bearer {given.json()['access_token']}"}}
    return people
