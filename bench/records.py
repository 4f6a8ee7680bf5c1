"""Records of a form of thirty fields, ten of them searchable: each filter and order alone, words, several together; and
what configurators' definitions cost other pages: two hundred menus, a person with three hundred fields.

Databases of their own, made by `flask generate --records`.
"""
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select

from app.database import unit_of_work, utc_now
from app.models.custom_field import CustomField, FieldType
from app.models.custom_form import CustomData, CustomForm
from app.models.custom_record import CustomRecord, FieldIndex, OwnerKind
from app.models.dynamic_menu import DynamicMenu
from app.models.entity import Entity
from app.queries import paging
from app.security.viewer import SYSTEM
from app.security.visibility import visible
from app.services import entities, forms, records, volume

LIMITS = {"sqlite": 120, "postgresql": 80}  # milliseconds, p95, of a list under one filter, of words
TOGETHER = 300  # the same of several at once: what the central's worst may take
SAMPLES = 40
MENUS, FIELDS = 200, 300
DEEP = 50_000
PAGES = ("/attendances/", "/entities/list/", "/attendances/list")  # that have nothing to do with menus


def urls(databases, sizes):
    """The databases of these sizes, made where they are not there: (line of the making or None, url) each."""
    for size in sizes:
        name = f"r{size}"
        if databases.count(name, "custom_record") >= size:
            yield None, databases.url(name)
            continue
        last, seconds = databases.flask(databases.fresh(name), "generate", "--records", size, "--persons",
                                        min(size // 10, 100_000))
        made = dict(pair.split("=") for pair in last.split())
        yield {"measure": "generate records", "records": size, "persons": int(made["persons"]),
               "seconds": round(seconds, 1), "per_second": round(size / seconds)}, databases.url(name)


def lines(desks, in_turns, summed):
    """Every line of the records, for desks of all sizes in turns; last, on the smallest, what definitions cost."""
    limit = LIMITS["sqlite" if desks[0].url.startswith("sqlite") else "postgresql"]
    found = [cases(desk) for desk in desks]
    for case in found[0]:
        calls = [[partial(desk.get, paths[case])] * SAMPLES for desk, paths in zip(desks, found, strict=True)]
        yield from summed("records", case, desks, in_turns(desks, calls),
                          TOGETHER if case.startswith("together") else limit)
    yield from _definitions(desks[0], in_turns)


def cases(desk) -> dict[str, str]:
    """{what is asked: its address}, with values that are in the database."""
    with desk.session() as (session, _viewer):
        form_id, menu = session.execute(select(DynamicMenu.form_id, DynamicMenu.id).join(
            CustomForm, CustomForm.id == DynamicMenu.form_id).where(CustomForm.slug == volume.SLUG)).first()
        top = session.scalar(select(func.max(CustomRecord.id)))
        one = session.scalars(select(CustomRecord).where(
            CustomRecord.form_id == form_id, CustomRecord.id >= top // 2).order_by(CustomRecord.id)).first().values
        fields = dict(session.execute(select(CustomField.key, CustomField.id).where(
            CustomField.form_id == form_id)).tuples().all())

        def by_use(key):
            return list(session.scalars(select(FieldIndex.value).where(
                FieldIndex.field_id == fields[key], FieldIndex.kind == OwnerKind.RECORD, FieldIndex.value.is_not(None))
                .group_by(FieldIndex.value).order_by(func.count().desc()).limit(50)))

        states, works = by_use("situacao"), by_use("servicos")
        client, person = by_use("cliente")[0], by_use("responsavel")[-1].lstrip("0")
    today, deep = utc_now().date(), max(top - DEEP, top // 2)
    long_ago, lately = today - timedelta(days=500), today - timedelta(days=30)
    first, last = one["cliente"].split()[0], one["cliente"].split()[-1]
    asked = {
        "no filter": {}, "deep page": {"after": paging.encode(deep, deep)},
        **{f"order {name}": {"order": name} for name in ("cliente", "-vistoria_em", "valor", "-aprovada")},
        "cliente": {"cf_cliente": one["cliente"]}, "cliente, the usual": {"cf_cliente": client},
        "cliente, beginning": {"cf_cliente": f"{first}*"}, "cliente, a word": {"cf_cliente": f"*{last}*"},
        "codigo": {"cf_codigo": one.get("codigo", "UC-1")}, "situacao": {"cf_situacao": states[0]},
        "situacao, two": {"cf_situacao": states[:2]},
        "vistoria_em, lately": {"cf_vistoria_em_from": lately}, "vistoria_em, a day": {"cf_vistoria_em": long_ago},
        "vistoria_em, long ago": {"cf_vistoria_em_from": long_ago, "cf_vistoria_em_to": long_ago + timedelta(days=30)},
        "aberta_em, long ago": {"cf_aberta_em_from": long_ago, "cf_aberta_em_to": long_ago + timedelta(days=30)},
        "valor, many": {"cf_valor_from": 100, "cf_valor_to": 9000}, "valor, few": {"cf_valor_from": 500,
                                                                                  "cf_valor_to": "500.10"},
        "aprovada": {"cf_aprovada": "true"}, "servicos": {"cf_servicos": works[0]},
        "documento": {"cf_documento": one.get("documento", "52998224725")}, "responsavel": {"cf_responsavel": person},
        "left empty": {"empty": "valor"},
        "words, usual": {"q": last}, "words, two": {"q": f"{first} {last}"},
        "words, rare and usual": {"q": f"{one.get('codigo', 'UC-1')} {first}"}, "words, nobody's": {"q": "xyzwq"},
        "together: choice, long ago, by client": {
            "cf_situacao": states[0], "cf_vistoria_em_from": long_ago, "cf_vistoria_em_to": long_ago + timedelta(30),
            "order": "cliente"},
        "together: words, approved, range, by date": {
            "q": first, "cf_aprovada": "true", "cf_valor_from": 100, "cf_valor_to": 2000, "order": "-vistoria_em"}}
    return {name: f"/records/{menu}/?{urlencode(values, doseq=True)}" for name, values in asked.items()}


def _definitions(desk, in_turns):
    """Pages without, then with many menus; a person without, then with many fields. The definitions are removed."""
    with desk.session() as (session, viewer):
        pk = session.scalar(select(Entity.id).where(visible(Entity, viewer)).order_by(Entity.id).limit(1))
    person = [f"/entities/show/{pk}", f"/entities/edit/{pk}"]
    for what, paths, make, unmake in (
            (f"{MENUS} menus", PAGES, _add_menus, _remove_menus),
            (f"{FIELDS} fields of persons", person, partial(_add_fields, pk), partial(_remove_fields, pk))):
        before = _measured(desk, paths, in_turns)
        with desk.session() as (session, _viewer), unit_of_work(session):
            made = make(session)
        after = _measured(desk, paths, in_turns)
        with desk.session() as (session, _viewer), unit_of_work(session):
            unmake(session, made)
        for path, without, with_them in zip(paths, before, after, strict=True):
            case = path.replace(str(pk), "…")
            yield {"measure": f"definitions: {what}", "case": case, "cpu_ms": with_them["cpu_ms"],
                   "without_cpu_ms": without["cpu_ms"], "queries": with_them["queries"],
                   "without_queries": without["queries"]}


def _measured(desk, paths, in_turns) -> list[dict]:
    return [in_turns([desk], [[partial(desk.get, path)] * SAMPLES])[0].summary() for path in paths]


def _add_menus(session) -> list:
    form = session.scalar(select(CustomForm).where(CustomForm.slug == volume.SLUG))
    roles, now = list(session.scalars(select(Role))), utc_now()
    return [records.create(session, DynamicMenu, {
        "name": f"Vistoria {number:03d}", "form_id": form.id, "roles": list(roles)}, actor=SYSTEM, now=now).id
        for number in range(MENUS)]


def _remove_menus(session, made) -> None:
    for pk in made:
        records.delete(session, DynamicMenu, pk, actor=SYSTEM, now=utc_now())


def _add_fields(pk, session) -> tuple:
    now = utc_now()
    form = records.create(session, CustomForm, {"slug": "medida", "name": "Medida", "sections": []}, actor=SYSTEM,
                          now=now)
    for place in range(FIELDS):
        records.create(session, CustomField, {
            "form_id": form.id, "key": f"medida_{place}", "name": f"Medida {place}", "type": FieldType.TEXT,
            "position": place, "options": []}, actor=SYSTEM, now=now)
    data = records.create(session, CustomData, {"name": "Medida", "target": "entity", "form_id": form.id}, actor=SYSTEM,
                          now=now)
    entities.update(session, pk, {"custom_values": {f"medida_{place}": f"valor {place}" for place in range(FIELDS)}},
                    actor=SYSTEM, now=now)
    return data.id, form.id


def _remove_fields(pk, session, made) -> None:
    now, (data, form) = utc_now(), made
    entities.update(session, pk, {"custom_values": {f"medida_{place}": None for place in range(FIELDS)}},
                    actor=SYSTEM, now=now)
    records.delete(session, CustomData, data, actor=SYSTEM, now=now)
    forms.delete(session, form, actor=SYSTEM, now=now)
