"""The page "Pacotes" and the commands: what a configurator does to move a configuration (B-21)."""
import io
import json

import pytest
from sqlalchemy import select

from app.models.classification import Motive
from app.models.package_import import PackageImport
from tests.packages.conftest import changed, offered

pytestmark = pytest.mark.req("B-21")
URL = "/settings/packages/"


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user("conf", "Configurator", companies=[world.company]))


def sent(browser, data):
    return browser.post(URL, {"file": (io.BytesIO(data), "pacote.json")}, content_type="multipart/form-data")


def imported(browser, address):
    """"Importar" as the page offers it."""
    return browser.post(f"{address}/import", offered(browser.get(address).text))


def with_sewage(data):
    return changed(data, lambda parts: parts["motives"].append({"name": "Esgoto"}))


def test_a_package_is_exported_looked_at_imported_and_taken_back(configurator, session):
    file = configurator.get(f"{URL}export?part=motives&part=occurrences&name=Água e luz")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert set(json.loads(file.data)["parts"]) == {"motives", "occurrences"}
    answer = sent(configurator, with_sewage(file.data))
    assert answer.status_code == 302
    page = configurator.get(answer.location).text
    assert "A incluir" in page
    assert "Esgoto" in page
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is None
    done = configurator.post(f"{answer.location}/import", {"part": ["motives", "occurrences"]})
    assert done.status_code == 302
    assert "Pacote importado: 1 incluído, 0 alterado." in configurator.get(answer.location).text
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is not None
    assert configurator.post(f"{answer.location}/import", {"part": ["motives"]}).status_code == 409  # a second click
    assert configurator.post(f"{answer.location}/undo").status_code == 302
    session.expire_all()
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is None
    assert "Desfeito" in configurator.get(URL).text


def test_a_trial_sends_no_token_and_the_way_back_says_what_it_does(configurator):
    answer = sent(configurator, with_sewage(configurator.get(f"{URL}export?part=motives").data))
    page = configurator.get(answer.location).text
    form = page.partition(f'{answer.location}/import" data-parts>')[2].partition("</form>")[0]
    assert 'formmethod="get"' in form
    assert '<button class="btn btn-primary" name="csrf_token"' in form  # sent by "Importar" alone
    assert form.count("csrf_token") == 1
    configurator.post(f"{answer.location}/import", {"part": ["motives"]})
    assert 'data-confirm-label="Desfazer"' in configurator.get(answer.location).text


def test_a_file_that_is_no_package_is_refused_beside_its_field(configurator, session):
    for data in (b"", b"PK\x03\x04", b"{}"):
        answer = sent(configurator, data)
        assert answer.status_code == 422
        assert 'id="file-err"' in answer.text
    assert configurator.post(URL, {}).status_code == 422
    assert session.scalar(select(PackageImport.id)) is None


def test_a_package_that_cannot_come_in_says_each_reason(configurator, session):
    file = configurator.get(f"{URL}export?part=motives&part=occurrences").data
    answer = sent(configurator, changed(file, lambda parts: parts["occurrences"].append(
        {"motive": ["Nenhum"], "name": "<b>Vazamento</b>"})))
    page = configurator.get(answer.location).text
    assert "“Nenhum” não está aqui nem no pacote." in page
    assert "<b>Vazamento" not in page
    assert configurator.post(f"{answer.location}/import", {"part": ["occurrences"]}).status_code == 409


def test_nobody_exports_what_he_may_not_read(configurator, make_user, sign_in, world):
    page = configurator.get(URL).text
    assert 'value="motives" checked' in page
    assert 'value="departments">' in page  # which he could not bring in again
    assert 'value="roles"' not in page
    assert configurator.get(f"{URL}export?part=roles").status_code == 422
    supervisor = sign_in(make_user("boss", "Supervisor", companies=[world.company]))
    assert supervisor.get(f"{URL}export?part=roles").status_code == 200
    page = supervisor.get(URL).text
    assert 'type="file"' not in page
    assert 'value="motives" checked' in page
    assert supervisor.post(URL, {}).status_code == 403
    attendant = sign_in(make_user("ana2", "Attendant", companies=[world.company]))
    assert attendant.get(URL).status_code == 403


def test_the_commands_export_compare_import_and_take_back(app, session, world, tmp_path):
    run = app.test_cli_runner().invoke
    file = tmp_path / "pacote.json"
    first = run(args=["config-export", str(file), "--part", "motives"])
    assert (first.exit_code, first.output[:5]) == (0, "hash=")
    file.write_bytes(with_sewage(file.read_bytes()))
    diff = run(args=["config-diff", str(file)])
    assert "+ Motivos: Esgoto" in diff.output
    assert diff.output.endswith("refused=0\n")
    trial = run(args=["config-import", str(file), "--dry-run"])
    assert trial.output.splitlines()[-1].startswith("create=1 update=0")
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is None
    assert run(args=["config-import", str(file)]).output.splitlines()[-1].startswith("create=1 update=0")
    session.rollback()
    assert session.scalar(select(Motive.id).where(Motive.name == "Esgoto")) is not None
    again = run(args=["config-import", str(file)])
    assert again.output.splitlines()[-1].startswith("create=0 update=0")
    number = session.scalar(select(PackageImport.id).where(PackageImport.imported_at.is_not(None)).order_by(
        PackageImport.id).limit(1))  # the second one changed nothing
    undone = run(args=["config-undo", str(number)])
    assert (undone.exit_code, undone.output) == (0, f"import={number} undone=1 refused=0\n")
    broken = tmp_path / "meio.json"
    broken.write_bytes(file.read_bytes()[:-9])
    assert run(args=["config-import", str(broken)]).exit_code == 1
    assert run(args=["config-export", str(file), "--part", "nada"]).exit_code == 2


def test_the_same_package_again_is_the_one_that_waits(configurator, session):
    first = configurator.post(f"{URL}examples/saneamento").location
    assert configurator.post(f"{URL}examples/saneamento").location == first
    assert len(session.scalars(select(PackageImport.id)).all()) == 1
    imported(configurator, first)
    assert configurator.post(f"{URL}examples/saneamento").location != first


def test_a_received_package_gives_back_only_what_one_may_read(configurator, make_user, sign_in, world):
    supervisor = sign_in(make_user("boss", "Supervisor", companies=[world.company]))
    answer = sent(configurator, supervisor.get(f"{URL}export?part=roles&part=motives").data)
    assert set(json.loads(configurator.get(f"{answer.location}/file").data)["parts"]) == {"motives"}
    assert set(json.loads(supervisor.get(f"{answer.location}/file").data)["parts"]) == {"motives", "roles"}
