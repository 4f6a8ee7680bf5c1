"""Export, wipe, import: the same hash; what is taken back was as before; what cannot come in changes nothing (B-21)."""
import json

import pytest
from sqlalchemy import delete, func, select

from app.models.calendar import Calendar, CalendarHoliday
from app.models.classification import Cause, Classification, DefaultMotive, Motive, Occurrence, Subclassification
from app.models.log import LogEntry
from app.models.package_import import PackageImport
from app.services.packages import document, importing
from app.services.packages.parts import PARTS
from tests.packages.conftest import changed
from tests.support.clock import NOON

pytestmark = pytest.mark.req("B-21")
WEEK = {"mon": [["08:00", "18:00"]], **{day: [] for day in ("tue", "wed", "thu", "fri", "sat", "sun")}}
TREE = ("calendars", "motives", "occurrences", "causes", "classifications", "subclassifications", "default_motives")


@pytest.fixture
def tree(session, seeding):
    """Both trees with a calendar, of which no attendance knows."""
    with seeding():
        motive = Motive(name="Água")
        occurrence = Occurrence(name="Falta d'água", motive=motive)
        calendar = Calendar(name="Comercial", week=WEEK, state="MG",
                            holidays=[CalendarHoliday(day=NOON.date(), name="Padroeiro", recurring=True)])
        classification = Classification(name="Cobrança", return_days=3, counting="business_days", calendar=calendar)
        sub = Subclassification(name="Glosa", classification=classification, return_hours="1.50")
        session.add_all([motive, occurrence, Cause(name="Rompimento", occurrence=occurrence, active=False), calendar,
                         classification, sub, DefaultMotive(name="Sem guia", subclassification=sub, return_days=0)])
    session.commit()


def wiped(session, seeding):
    with seeding():
        for model in (DefaultMotive, Subclassification, Classification, CalendarHoliday, Calendar):
            session.execute(delete(model))
        for model in (Cause, Occurrence, Motive):
            session.execute(delete(model).where(model.name.in_(("Rompimento", "Falta d'água", "Água"))))
    session.commit()


def test_export_wipe_import_the_same_hash(session, seeding, tree, exported, bring, world):
    with seeding():  # what other tests' world has stays out of the way of the wiping
        session.execute(delete(DefaultMotive).where(DefaultMotive.name != "Sem guia"))
    before = exported(*TREE)
    wiped(session, seeding)
    assert exported(*TREE) != before
    _pk, outcome = bring(before)
    assert outcome.count("update") == 0
    assert document.load(exported(*TREE)).digest == document.load(before).digest
    sub = session.scalar(select(Subclassification).where(Subclassification.name == "Glosa"))
    assert (sub.classification.calendar.name, str(sub.return_hours)) == ("Comercial", "1.50")
    assert session.scalar(select(CalendarHoliday.name)) == "Padroeiro"


def test_the_same_package_again_changes_nothing(session, tree, exported, bring):
    data = exported()
    entries = session.scalar(select(func.count()).select_from(LogEntry))
    _pk, outcome = bring(data)
    assert (outcome.changes, outcome.problems) == ([], [])
    assert session.scalar(select(func.count()).select_from(LogEntry)) == entries + 2  # received and imported


def test_names_are_the_same_without_accents_and_what_is_not_named_stays(session, tree, exported, bring):
    def rename(parts):
        parts.clear()
        parts["motives"] = [{"name": "AGUA", "active": True}]
    _pk, outcome = bring(changed(exported("motives"), rename))
    assert [(each.action, each.before, each.after) for each in outcome.changes] == [
        ("update", {"name": "Água"}, {"name": "AGUA"})]
    assert session.scalar(select(func.count()).select_from(Occurrence).where(Occurrence.name == "Falta d'água")) == 1


def test_an_import_is_taken_back_to_what_was(session, tree, exported, bring, take_back):
    before = exported(*TREE)

    def more(parts):
        parts["motives"].append({"name": "Esgoto"})
        parts["occurrences"].append({"motive": ["Esgoto"], "name": "Vazamento"})
        next(each for each in parts["classifications"] if each["name"] == "Cobrança")["return_days"] = 9
    pk, outcome = bring(changed(before, more))
    assert (outcome.count("create"), outcome.count("update")) == (2, 1)
    take_back(pk)
    assert document.load(exported(*TREE)).digest == document.load(before).digest
    assert session.scalar(select(LogEntry.action).where(LogEntry.target == "package_import").order_by(
        LogEntry.id.desc()).limit(1)) == "undo"


def test_what_was_changed_since_is_not_taken_back(session, seeding, tree, exported, bring, take_back):
    def longer(parts):
        next(each for each in parts["classifications"] if each["name"] == "Cobrança")["return_days"] = 9
        parts["motives"].append({"name": "Esgoto"})
    pk, _outcome = bring(changed(exported(*TREE), longer))
    with seeding():
        session.scalar(select(Classification).where(Classification.name == "Cobrança")).return_days = 11
    session.commit()
    with pytest.raises(importing.Refused) as refused:
        take_back(pk)
    assert [(str(each.part), each.path, each.field) for each in refused.value.outcome.problems] == [
        ("Classificações", ("Cobrança",), "return_days")]
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is not None  # nothing of it was taken back


def test_what_is_in_use_since_is_switched_off(session, seeding, world, exported, bring, take_back):
    def more(parts):
        parts["motives"].append({"name": "Esgoto"})
    pk, _outcome = bring(changed(exported("motives"), more))
    motive = session.scalar(select(Motive).where(Motive.name == "Esgoto"))
    with seeding():
        world.attendance.motive_id, world.attendance.occurrence_id, world.attendance.cause_id = motive.id, None, None
    session.commit()
    take_back(pk)
    session.expire_all()
    assert session.get(Motive, motive.id).active is False


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda parts: parts["occurrences"].append({"motive": ["Nenhum"], "name": "X"}), "não está aqui nem no pacote"),
    (lambda parts: parts["motives"].append({"name": "Água"}), "duas vezes"),
    (lambda parts: parts["motives"].append({"name": "N", "novidade": 1}), "não conhece"),
    (lambda parts: parts["motives"].append({"name": 7}), "sem nome"),
    (lambda parts: parts["motives"].append({"name": "x" * 201}), "no máximo 200"),
    (lambda parts: parts["classifications"].append({"name": "Y", "return_days": -1, "counting": "calendar_days"}),
     "negativ"),
    (lambda parts: parts["classifications"].append({"name": "Y", "return_days": "dois"}), "válido"),
    (lambda parts: parts["calendars"].append({"name": "Z", "week": WEEK, "holidays": ["natal"]}), "válido"),
    (lambda parts: parts["calendars"].append({"name": "Z", "week": WEEK, "holidays": [{"lua": 1}]}), "válido"),
    (lambda parts: parts["calendars"].append({"name": "Z", "timezone": "Lua/Base", "week": WEEK}), "Fuso horário"),
])
def test_what_breaks_a_rule_is_told_with_its_place_and_nothing_comes_in(session, tree, exported, bring, spoil, said):
    before = exported(*TREE)

    def act(parts):
        parts["motives"].append({"name": "Esgoto"})
        spoil(parts)
    with pytest.raises(importing.Refused) as refused:
        bring(changed(before, act))
    (problem,) = refused.value.outcome.problems
    assert said in problem.message
    assert problem.field or problem.path or "sem nome" in problem.message
    assert exported(*TREE) == before
    assert session.scalar(select(func.count()).select_from(PackageImport)) == 0


@pytest.mark.parametrize("data", [
    b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "balcao-configuration"', b"[" * 100_000,
    json.dumps({"format": "balcao-configuration", "version": 2, "parts": {}}).encode(),
    json.dumps({"format": "balcao-configuration", "version": 1, "parts": []}).encode(),
    json.dumps({"format": "balcao-configuration", "version": 1, "parts": {"motives": [1]}}).encode(),
    json.dumps({"format": "balcao-configuration", "version": 1, "parts": {"futuro": [{}]}}).encode(),
    json.dumps({"format": "balcao-configuration", "version": 1, "hash": "0", "parts": {"motives": []}}).encode(),
])
def test_broken_cut_and_newer_files_are_refused(session, bring, data):
    from app.errors import Invalid
    with pytest.raises(Invalid) as refused:
        bring(data)
    assert refused.value.field == "file"
    assert session.scalar(select(func.count()).select_from(PackageImport)) == 0


def test_who_may_not_keep_a_register_brings_nothing_into_it(session, tree, exported, bring, viewer_for, make_user,
                                                           world):
    configurator = viewer_for(make_user("conf", "Configurator", companies=[world.company]))

    def act(parts):
        parts["motives"].append({"name": "Esgoto"})
        parts["departments"] = [{"name": "Novo setor", "parent": None}]
    with pytest.raises(importing.Refused) as refused:
        bring(changed(exported(*TREE), act), actor=configurator)
    assert [str(each.part) for each in refused.value.outcome.problems] == ["Setores"]
    _pk, outcome = bring(changed(exported(*TREE), act), parts=TREE, actor=configurator)
    assert [each.path for each in outcome.changes] == [("Esgoto",)]


def test_every_column_of_a_part_travels():
    """A column that somebody adds comes along by itself; a relation has to be named here, or the part loses it."""
    from sqlalchemy import inspect
    for part in PARTS:
        if not part.columns:
            continue
        keys = {key for column in inspect(part.model).columns for key in column.foreign_keys}
        targets = {key.column.table.name for key in keys}
        told = {inspect(part.model).relationships[name].mapper.local_table.name
                for name in (*filter(None, [part.parent]), *part.refs)}
        assert targets <= told, part.name
