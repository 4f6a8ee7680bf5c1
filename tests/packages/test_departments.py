"""Departments of one name in two companies travel in one package; what it does not tell apart is refused (B-21)."""
import io
import json

import pytest
from sqlalchemy import delete, select

from app.models.company import Company, Department
from app.models.package_import import PackageImport
from app.models.script import Script
from app.services.packages import document, importing
from tests.packages.conftest import changed

pytestmark = pytest.mark.req("B-21")
URL = "/settings/packages/"
PARTS = ("departments", "scripts")


@pytest.fixture
def twins(session, seeding, world):
    """"Ouvidoria" in both companies, each with one inside it and a script."""
    with seeding():
        for company in (world.company, world.other_company):
            above = Department(name="Ouvidoria", company=company)
            session.add_all([above, Department(name="Recursos", company=company, parent=above),
                             Script(title=f"Recursos da {company.name}", body="Diga.", departments=[above])])
    session.commit()


@pytest.fixture
def admin(make_user, sign_in, world):
    return sign_in(make_user("adm", "Admin", companies=[world.company, world.other_company]))


def tree(session):
    """{(company, department): the one above}, and the departments of each script."""
    session.expire_all()
    rows = session.scalars(select(Department).where(Department.name.in_(("Ouvidoria", "Recursos", "Triagem"))))
    return ({(row.company.name, row.name): row.parent and (row.parent.company.name, row.parent.name) for row in rows},
            {script.title: [each.company.name for each in script.departments]
             for script in session.scalars(select(Script))})


def wiped(session, seeding):
    with seeding():
        for script in session.scalars(select(Script)):
            session.delete(script)
        session.flush()
        session.execute(delete(Department).where(Department.name == "Recursos"))
        session.execute(delete(Department).where(Department.name == "Ouvidoria"))
    session.commit()


def only(name):
    """The departments of this name alone, and no script."""
    def act(parts):
        parts["departments"] = [each for each in parts["departments"] if each["name"] == name]
        parts["scripts"] = []
    return act


def nameless(data, act=lambda parts: None):
    """The file as an installation of one company writes it."""
    def less(parts):
        for each in parts["departments"]:
            each.pop("company", None)
            each["parent"] = each["parent"] and each["parent"][-1:]
        for each in parts["scripts"]:
            each["departments"] = [path[-1:] for path in each["departments"]]
        act(parts)
    return changed(data, less)


def problems(bring, data):
    with pytest.raises(importing.Refused) as refused:
        bring(data)
    return [(str(each.part), each.field, each.message) for each in refused.value.outcome.problems]


def test_twins_travel_by_the_screen_and_come_back_to_their_companies(session, seeding, twins, admin, exported):
    before, there = exported(*PARTS), tree(session)
    file = admin.get(f"{URL}export?part=departments&part=scripts").data
    wiped(session, seeding)
    kept = admin.post(URL, {"file": (io.BytesIO(file), "pacote.json")}, content_type="multipart/form-data").location
    page = admin.get(kept).text
    assert "Azul › Ouvidoria" in page
    assert "Verde › Ouvidoria" in page
    assert admin.post(f"{kept}/import", {"part": list(PARTS)}).status_code == 302
    assert tree(session) == there
    assert exported(*PARTS) == before
    assert admin.post(f"{kept}/undo").status_code == 302
    assert tree(session) == ({}, {})


def test_the_same_again_changes_nothing_and_one_twin_changes_alone(session, twins, exported, bring, take_back):
    before = exported(*PARTS)
    _pk, outcome = bring(before)
    assert outcome.changes == []

    def rest(parts):
        only("Ouvidoria")(parts)
        parts["departments"] = [{**each, "active": False} for each in parts["departments"]
                                if each["company"] == ["Verde"]]
    pk, outcome = bring(changed(before, rest))
    assert [(each.path, each.before, each.after) for each in outcome.changes] == [
        (("Verde", "Ouvidoria"), {"active": True}, {"active": False})]
    take_back(pk)
    assert exported(*PARTS) == before


def test_an_older_package_is_read_by_names_where_they_are_of_one(session, seeding, twins, exported, bring):
    with seeding():
        for row in session.scalars(select(Script).where(Script.title == "Recursos da Verde")):
            session.delete(row)
        session.flush()
        for name in ("Recursos", "Ouvidoria"):
            session.execute(delete(Department).where(Department.name == name, Department.company_id == session.scalar(
                select(Company.id).where(Company.name == "Verde"))))
    session.commit()
    old = nameless(exported(*PARTS))
    _pk, outcome = bring(old)
    assert outcome.changes == []
    with seeding():
        session.execute(delete(Department).where(Department.name == "Recursos"))
    session.commit()
    _pk, outcome = bring(old)
    assert [each.path for each in outcome.changes] == [("Recursos",)]
    assert tree(session)[0] == {("Azul", "Ouvidoria"): None, ("Azul", "Recursos"): ("Azul", "Ouvidoria")}


def test_what_stays_ambiguous_is_refused_in_clear_words(session, twins, exported, bring):
    before = exported(*PARTS)
    one = nameless(before, only("Ouvidoria"))
    assert {(part, field) for part, field, _said in problems(bring, one)} == {("Setores", None)}
    assert "Mais de uma empresa tem “Ouvidoria”" in problems(bring, one)[0][2]

    def script(parts):
        parts["departments"] = []
        parts["scripts"] = [{"title": "De quem?", "body": "Diga.", "departments": [["Ouvidoria"]]}]
    (told,) = problems(bring, changed(before, script))
    assert told[:2] == ("Scripts de atendimento", "departments")
    assert "Mais de uma empresa tem “Ouvidoria”" in told[2]
    assert exported(*PARTS) == before


@pytest.mark.parametrize(("company", "said"), [
    (["Amarela"], "Não há empresa “Amarela” aqui"), ("Verde", "válido"), ([], "válido")],
    ids=["not-here", "no-path", "none"])
def test_a_company_that_is_not_here_is_refused(session, twins, exported, bring, company, said):
    before = exported(*PARTS)

    def strange(parts):
        parts["departments"].append({"name": "Triagem", "company": company, "parent": None})
    ((_part, field, told),) = problems(bring, changed(before, strange))
    assert (field, said in told) == ("company", True)
    assert exported(*PARTS) == before


def test_one_department_said_in_two_ways_is_there_twice(session, twins, exported, bring):
    def twice(parts):
        only("Triagem")(parts)
        parts["departments"] = [{"name": "Financeiro", "active": True}, {
            "name": "Financeiro", "company": ["Azul"], "active": True}]
    ((_part, _field, told),) = problems(bring, changed(exported(*PARTS), twice))
    assert "duas vezes" in told


def test_an_installation_of_one_company_says_none(session, seeding, exported, bring):
    with seeding():
        session.add(Department(name="Ouvidoria", company=Company(name="Única")))
    session.commit()
    data = exported("departments")
    (entry,) = json.loads(data)["parts"]["departments"]
    assert "company" not in entry
    with seeding():
        session.scalar(select(Company)).name = "Outra"
    session.commit()
    assert document.load(exported("departments")).digest == document.load(data).digest
    _pk, outcome = bring(data)
    assert outcome.changes == []
    assert session.scalar(select(PackageImport.id)) is not None
