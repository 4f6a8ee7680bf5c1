"""What is looked for and opened: values that are in each database, so that every case finds something."""
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.models.attendance import Attendance, AttendanceDetail
from app.models.classification import Channel, Situation
from app.models.entity import EContact, Entity, Phone
from app.queries import paging
from app.security.visibility import visible

SAMPLES = 40


def searches(desk) -> dict[str, list[str]]:
    """{kind: texts to type}, each of people that the desk's user sees."""
    with desk.session() as (session, viewer):
        top = session.scalar(select(func.max(Entity.id)))
        seen = visible(Entity, viewer)

        def some(column, *where):
            found = []
            while len(found) < SAMPLES:
                near = desk.random.randrange(1, top)
                value = session.scalar(select(column).select_from(Entity).join_from(Entity, Phone).join_from(
                    Entity, EContact).where(Entity.id >= near, seen, Entity.document.is_not(None), *where)
                    .order_by(Entity.id).limit(1))
                if value:
                    found.append(value)
            return found

        names = [name.split() for name in some(Entity.name, Entity.kind == "individual")]
        return {
            "document": some(Entity.document), "phone": some(Phone.number), "email": some(EContact.value),
            "name: first and last": [f"{words[0]} {words[-1]}" for words in names],
            "name: last": [words[-1] for words in names],
            "name: beginning": [words[0][:4] for words in names],
            "name: nobody": [f"{words[0]} Xyzw{place}" for place, words in enumerate(names)],
        }


def palette(desk) -> dict[str, str]:
    """{what is typed after Ctrl+K: the address that answers it}."""
    with desk.session() as (session, viewer):
        one = session.scalars(select(AttendanceDetail).join(AttendanceDetail.attendance).where(
            visible(Attendance, viewer), Attendance.protocol.is_not(None),
            func.length(AttendanceDetail.description) > 40).order_by(AttendanceDetail.id.desc()).limit(1)).one()
        told = [word.strip(".,;:") for word in one.description.split() if len(word) > 5]
        phone = session.scalar(select(Phone.number).join_from(Phone, Entity).where(visible(Entity, viewer)).order_by(
            Phone.id.desc()).limit(1))
        typed = {"a name": one.attendance.entity.name.split()[-1], "protocol": one.attendance.protocol,
                 "end of a protocol": one.attendance.protocol[-5:], "phone": phone, "a word": told[0],
                 "two words": " ".join(told[:2]), "three letters": told[0][:3], "nobody's": "xyzwq"}
    return {f"palette: {name}": f"/search/palette?{urlencode({'q': text})}" for name, text in typed.items()}


def lists(desk) -> dict[str, str]:
    """{what the list is narrowed by: its address}."""
    with desk.session() as (session, viewer):
        places = dict(session.execute(
            select(Attendance.local_partner_id, func.count()).group_by(Attendance.local_partner_id)
            .where(visible(Attendance, viewer), Attendance.local_partner_id.is_not(None))).all())
        one = session.scalars(select(Attendance).where(
            visible(Attendance, viewer), Attendance.cause_id.is_not(None), Attendance.unit_id.is_not(None),
            Attendance.local_partner_id == max(places, key=places.get)).order_by(Attendance.id.desc()).limit(1)).one()
        first = dict(session.execute(select(Situation.phase, func.min(Situation.id)).group_by(Situation.phase)).all())
        channels = list(session.scalars(select(Channel.id).order_by(Channel.id).limit(3)))
        deep = session.execute(select(Attendance.opened_at, Attendance.id).where(
            visible(Attendance, viewer), Attendance.opened_at < datetime.now(UTC) - timedelta(days=600))
            .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(1)).one()
        today = datetime.now(UTC).date()
        leaf = {"motive": one.motive_id, "occurrence": one.occurrence_id, "cause": one.cause_id}
        cases = {
            "no filter": {}, "deep page": {"after": paging.encode(*deep)}, "oldest first": {"order": "opened_at"},
            "by closing": {"order": "-closed_at"},
            **{f"situation {phase}": {"situation": pk} for phase, pk in first.items()},
            "two situations": {"situation": [first["open"], first["pending"]]}, "not closed": {"phase": "not_closed"},
            "channel": {"channel": one.channel_id}, "three channels": {"channel": channels},
            "direction": {"direction": "active"}, "motive": {"motive": one.motive_id},
            "occurrence": dict(list(leaf.items())[:2]), "cause": leaf, "unit": {"unit": one.unit_id},
            "place": {"local_partner": one.local_partner_id},
            "last week": {"opened_from": today - timedelta(days=7)},
            "a month of last year": {
                "opened_from": today - timedelta(days=400), "opened_to": today - timedelta(days=370)},
            "cause and pending": {**leaf, "phase": "pending"},
            "channel and cancelled": {"channel": one.channel_id, "situation": first["cancelled"]},
            "protocol": {"q": one.protocol}, "beginning of protocols": {"q": one.protocol[:9]},
            "name": {"q": " ".join(one.entity.name.split()[::len(one.entity.name.split()) - 1])},
            "common name": {"q": "silva"}, "nobody's name": {"q": "xyzw qwyz"},
        }
    return {name: f"/attendances/list?{urlencode(values, doseq=True)}" for name, values in cases.items()}


def records(desk) -> list[str]:
    """Addresses of attendances of all ages."""
    with desk.session() as (session, viewer):
        top = session.scalar(select(func.max(Attendance.id)))
        found = []
        while len(found) < SAMPLES:
            protocol = session.scalar(
                select(Attendance.protocol).order_by(Attendance.id).limit(1)
                .where(Attendance.id >= desk.random.randrange(1, top), visible(Attendance, viewer)))
            if protocol:
                found.append(f"/attendances/{protocol}")
        return found


def entities(desk) -> list[str]:
    """The lists of attendances of people who have some."""
    with desk.session() as (session, viewer):
        top = session.scalar(select(func.max(Attendance.id)))
        found = []
        while len(found) < SAMPLES:
            pk = session.scalar(
                select(Attendance.entity_id).order_by(Attendance.id).limit(1)
                .where(Attendance.id >= desk.random.randrange(1, top), visible(Attendance, viewer)))
            if pk:
                found.append(f"/attendances/entity/{pk}")
        return found


def opening(desk) -> dict:
    """The body of a REST call that opens an attendance."""
    with desk.session() as (session, viewer):
        one = session.scalars(select(Attendance).where(
            visible(Attendance, viewer), Attendance.cause_id.is_not(None), Attendance.entity_id.is_not(None))
            .order_by(Attendance.id.desc()).limit(1)).one()
        return {"person_id": one.entity_id, "role": one.role_type.code, "channel": "phone", "direction": "receptive",
                "description": "Cliente pede a segunda via da fatura, pois a enviada não abre. " * 3,
                "motive_id": one.motive_id, "occurrence_id": one.occurrence_id, "cause_id": one.cause_id}
