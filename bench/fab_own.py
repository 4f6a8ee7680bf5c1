"""Flask-AppBuilder as it comes: its own list of the same rows, in a process and on a copy of the database of its own.

`python -m bench.fab_own FILE.db` prints the CPU milliseconds of a list page of 25 rows.
"""
import shutil
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.interface import SQLAInterface

from .world import PASSWORD

ROUNDS = 60


def main(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        shutil.copy(source, copy)
        print(round(measure(copy), 2))


def measure(path: Path) -> float:
    from app.models.entity import Entity

    app = Flask(__name__)
    app.config.update(SECRET_KEY="x" * 40, SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}", WTF_CSRF_ENABLED=False,
                      AUTH_RATE_LIMITED=False, APP_NAME="FAB")
    db = SQLA(app, model_class=Model)
    with app.app_context():
        appbuilder = AppBuilder(app, db.session)

        class PlainView(ModelView):
            datamodel = SQLAInterface(Entity)
            list_columns = ["name", "document", "phones", "econtacts", "roles", "active"]
            page_size = 25

        appbuilder.add_view(PlainView, "Plain", category="Data")
    browser = app.test_client()
    browser.post("/login/", data={"username": "bench-all", "password": PASSWORD})
    for _ in range(5):
        answer = browser.get("/plainview/list/")
        assert answer.status_code == 200, f"FAB answered {answer.status_code}"
        assert answer.text.count("<tr") >= 25, "25 rows"
    before = time.process_time()
    for _ in range(ROUNDS):
        browser.get("/plainview/list/")
    return (time.process_time() - before) * 1000 / ROUNDS


if __name__ == "__main__":
    main(Path(sys.argv[1]))
