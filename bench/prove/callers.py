"""Other systems and people who use the desk, and remember what they were answered."""
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from app.services.volume.numbers import mobile, nth_cpf
from tests.support.clients import _TOKEN

from .. import world

LONGEST = 90  # seconds without an answer after which a request counts as refused for good
TWICE = 0.1  # of the requests that write, sent by two threads at once
CHANNELS = ("phone", "chat", "email", "counter")
API = "/api/v1"


@dataclass
class Told:
    """What became of one request: its answers, and how many tries may have been carried out without one."""

    answers: list[httpx.Response]
    lost: int = 0
    twice: bool = False

    def with_status(self, *statuses: int) -> list[httpx.Response]:
        return [answer for answer in self.answers if answer.status_code in statuses]


@dataclass
class Book:
    """What all callers were told, by the words with which they marked what they wrote."""

    opened: dict[str, Told] = field(default_factory=dict)
    added: dict[str, Told] = field(default_factory=dict)
    closed: dict[str, Told] = field(default_factory=dict)  # by protocol
    persons: dict[str, Told] = field(default_factory=dict)
    letters: dict[str, Told] = field(default_factory=dict)  # by account
    statuses: Counter = field(default_factory=Counter)
    lost: int = 0
    surprises: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, told: Told, *, good: int, repeated: tuple[int, ...] = ()) -> None:
        """Count the answers. One of `repeated` is right only where another try may have been carried out."""
        allowed = {good, *(repeated if told.lost or told.twice else ())}
        with self.lock:
            self.lost += told.lost
            for answer in told.answers:
                self.statuses[answer.status_code] += 1
                if answer.status_code not in allowed:
                    self.surprises.append(f"{what}: {answer.status_code} {answer.text[:200]}")
            if not told.answers:
                self.surprises.append(f"{what}: no answer within {LONGEST} s")
            elif not told.lost and not told.with_status(good):
                self.surprises.append(f"{what}: refused as repeated, but nothing was answered {good}")


class Line:
    """Somebody's way to the desk: any of the servers, again and again until one answers."""

    def __init__(self, urls: list[str], address: str, rng: random.Random):
        self.urls, self.rng = urls, rng
        self.http = httpx.Client(timeout=40, headers={"X-Forwarded-For": address})

    def send(self, method: str, path: str, **options) -> Told:
        """Until it is answered; `lost` counts tries that a dying server may have carried out."""
        told, until = Told([]), time.monotonic() + LONGEST
        while time.monotonic() < until:
            try:
                told.answers.append(self.http.request(method, self.rng.choice(self.urls) + path, **options))
                break
            except (httpx.ConnectError, httpx.ConnectTimeout):  # nobody there, nothing sent
                time.sleep(0.2)
            except httpx.TransportError:
                told.lost += 1
                time.sleep(0.05)
        return told


class Caller:
    """One attendant's system over REST."""

    def __init__(self, number: int, urls: list[str], book: Book, persons: list[int], seed: int):
        self.name, self.book, self.persons = f"bench{number:02d}", book, persons
        self.number, self.rng = number, random.Random(seed + number)
        self.line = Line(urls, f"10.1.0.{number}", self.rng)
        self.mate = ThreadPoolExecutor(1)  # sends the second of two at once
        self.count, self.mine = 0, []

    def work(self, over: Callable[[], bool]) -> None:
        """Until it is over; a request that has begun is brought to its end."""
        acts = (self.open, self.add, self.close, self.register, self.look, self.read_back)
        while not over():
            act = self.rng.choices(acts, weights=(40, 20, 8, 12, 12, 8))[0]
            act() if self.mine or act in (self.open, self.register, self.look) else self.open()
        self.mate.shutdown()
        self.line.http.close()

    def sign_in(self) -> None:
        body = {"username": self.name, "password": world.PASSWORD, "provider": "db"}
        told = self.line.send("POST", f"{API}/security/login", json=body)
        self.book.note("sign-in", told, good=200)
        self.line.http.headers["Authorization"] = f"Bearer {told.answers[0].json()['access_token']}"

    def ask(self, method: str, path: str, **options) -> Told:
        """Send it, a tenth of the writing ones twice at once; sign in again where the token has ended."""
        if method == "GET" or self.rng.random() >= TWICE:
            told = self.line.send(method, path, **options)
        else:
            second = self.mate.submit(self.line.send, method, path, **options)
            first, second = self.line.send(method, path, **options), second.result()
            told = Told(first.answers + second.answers, first.lost + second.lost, twice=True)
        if not told.with_status(401):
            return told
        self.sign_in()
        again = self.line.send(method, path, **options)
        known = [answer for answer in told.answers if answer.status_code != 401]
        return Told(known + again.answers, told.lost + again.lost, told.twice)

    def mark(self, what: str) -> str:
        self.count += 1
        return f"Prova {what} {self.number}-{self.count}"

    def open(self) -> None:
        mark = self.mark("abre")
        body = {"person_id": self.rng.choice(self.persons), "role": "customer", "channel": self.rng.choice(CHANNELS),
                "description": mark}
        told = self.ask("POST", f"{API}/attendances", json=body, headers={"Idempotency-Key": mark})
        self.book.note("open", told, good=201)
        self.book.opened[mark] = told
        if made := told.with_status(201):
            self.mine.append((made[0].json()["protocol"], mark))

    def add(self) -> None:
        protocol, mark = self.rng.choice(self.mine)[0], self.mark("junta")
        told = self.ask("POST", f"{API}/attendances/{protocol}/details", json={"channel": "phone", "description": mark})
        self.book.note("add", told, good=201, repeated=(409,))
        self.book.added[mark] = told

    def close(self) -> None:
        protocol, _ = self.mine.pop(self.rng.randrange(len(self.mine)))
        told = self.ask("POST", f"{API}/attendances/{protocol}/close", json={"answer": "Resolvido."})
        self.book.note("close", told, good=200, repeated=(409,))
        self.book.closed[protocol] = told

    def register(self) -> None:
        mark, number = self.mark("pessoa"), 500_000_000 + self.number * 100_000 + self.count
        body = {"name": mark, "document": nth_cpf(number), "phone": mobile("11", number),
                "email": f"p{number}@prova.example.com", "roles": ["customer"]}
        told = self.ask("POST", f"{API}/persons", json=body)
        self.book.note("register", told, good=201, repeated=(409,))
        self.book.persons[mark] = told

    def look(self) -> None:
        path = self.rng.choice(("/attendances?limit=25", "/attendances?situation=open", "/persons?q=prova", "/persons",
                                "/classifications"))
        self.book.note("look", self.ask("GET", API + path), good=200)

    def read_back(self) -> None:
        """What was answered is there at once, on whichever server."""
        protocol, mark = self.rng.choice(self.mine)
        told = self.ask("GET", f"{API}/attendances/{protocol}")
        self.book.note("read back", told, good=200)
        for answer in told.with_status(200):
            if answer.json()["details"][0]["description"] != mark:
                self.book.surprises.append(f"read back: {protocol} has another text")


def ask_for_letters(accounts: list[str], urls: list[str], book: Book, over: Callable[[], bool],
                    rng: random.Random) -> None:
    """"Esqueci a senha", each account once, from a browser of its own, until it is over."""
    for number, account in enumerate(accounts):
        if over():
            return
        line = Line(urls, f"10.2.{number // 250}.{number % 250 + 1}", rng)
        with line.http:
            page = line.send("GET", "/forgot/")
            token = _TOKEN.search(page.answers[0].text)[1]
            told = line.send("POST", "/forgot/", data={"username": account, "csrf_token": token})
        book.note("forgotten password", told, good=302)
        book.letters[account] = told
        time.sleep(rng.uniform(0, 0.3))
