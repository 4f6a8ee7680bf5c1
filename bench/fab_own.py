"""Flask-AppBuilder as it comes, in a process and on a copy of the database of its own: what this machine makes of it.

`python -m bench.fab_own FILE.db` prints, as JSON, the CPU milliseconds of a list of 25 rows (five columns, one of them
a relation to one, one to many), of a list with the columns of ours, and of a page with nothing on it. The limits of
`run` are milliseconds of a machine on which FAB's list took 25: half of what FAB takes says more on any other.
"""
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask_appbuilder import AppBuilder, BaseView, Model, ModelView, expose, has_access
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.interface import SQLAInterface

from .world import PASSWORD

ROUNDS = 60


def main(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        shutil.copy(source, copy)
        print(json.dumps(measure(copy)))


def measure(path: Path) -> dict[str, float]:
    from app.models.entity import Entity

    app = Flask(__name__)
    app.config.update(SECRET_KEY="x" * 40, SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}", WTF_CSRF_ENABLED=False,
                      AUTH_RATE_LIMITED=False, APP_NAME="FAB")
    db = SQLA(app, model_class=Model)
    with app.app_context():
        appbuilder = AppBuilder(app, db.session)

        class PlainView(ModelView):
            datamodel = SQLAInterface(Entity)
            list_columns = search_columns = ["name", "document", "company", "units", "created_at"]
            add_columns = edit_columns = show_columns = ["name", "document"]  # no columns of SQL
            page_size = 25

        class SameView(PlainView):
            list_columns = search_columns = ["name", "document", "phones", "econtacts", "roles", "active"]

        class EmptyView(BaseView):
            default_view = "nothing"

            @expose("/nothing")
            @has_access
            def nothing(self):
                return self.render_template("appbuilder/base.html")

        for view in (PlainView, SameView):
            appbuilder.add_view(view, view.__name__, category="Data")
        appbuilder.add_view(EmptyView, "Empty", category="Data")
    browser = app.test_client()
    browser.post("/login/", data={"username": "bench-all", "password": PASSWORD})
    return {name: _cpu(browser, path, rows) for name, path, rows in (
        ("list", "/plainview/list/", 25), ("same columns", "/sameview/list/", 25), ("page", "/emptyview/nothing", 0))}


def _cpu(browser, path, rows) -> float:
    for _ in range(5):
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        assert answer.text.count("<tr") >= rows, f"{rows} rows"
    before = time.process_time()
    for _ in range(ROUNDS):
        browser.get(path)
    return round((time.process_time() - before) * 1000 / ROUNDS, 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
