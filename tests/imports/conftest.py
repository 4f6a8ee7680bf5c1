"""Commands run as an operator types them, and forty real rows of consumidor.gov.br to run them on."""
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.models.company import Company

SAMPLE = Path(__file__).parents[1] / "data" / "consumidor_gov.csv"


@pytest.fixture
def flask(app, session):
    """`flask("generate", …)` in the test's transaction; the answer has the last line of stdout and all of stderr."""
    def run(*arguments):
        session.commit()  # what the test added is there, and what it read is read afresh
        result = app.test_cli_runner().invoke(args=[str(x) for x in arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return SimpleNamespace(last=result.stdout.strip().splitlines()[-1], stderr=result.stderr)
    return run


@pytest.fixture
def staffed(flask, session, make_user):
    """Persons, attendances and somebody of the desk, of whom records tell."""
    flask("generate", "--attendances", 40, "--persons", 30)
    return make_user("rita", "Supervisor", companies=session.scalars(select(Company)).all(), name="Rita Lima")


@pytest.fixture(scope="session")
def rows() -> list[str]:
    """The sample's rows as text."""
    return SAMPLE.read_bytes().decode("cp1252").splitlines()


@pytest.fixture
def file(tmp_path):
    """`file(rows, encoding)` writes a file of these rows (or bytes) and returns its path."""
    def write(content, encoding="cp1252", name="2014-11.csv"):
        path = tmp_path / name
        text = content if isinstance(content, bytes) else "".join(row + "\r\n" for row in content).encode(encoding)
        path.write_bytes(text)
        return path
    return write


@pytest.fixture
def imported(flask, file):
    """`imported(rows)` runs the import; answers {"read": …, "imported": …, "unchanged": …, "refused": …}."""
    def run(content, encoding="cp1252"):
        last = flask("import-consumidor-gov", file(content, encoding)).last
        return {name: int(value) for name, value in (pair.split("=") for pair in last.split())}
    return run
