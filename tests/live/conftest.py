"""A desk of its own for what threads and transactions do: nothing is undone when a test ends."""
from types import SimpleNamespace

import pytest

from tests.conftest import SETTINGS
from tests.support import people, world


@pytest.fixture(scope="module")
def desk(databases):
    """`desk.app` on a database of its own with the tests' world; `desk.ids["attendance"]`, `desk.ids["ana"]`."""
    from app import create_app, schema
    from app.commands.install import synchronise
    from app.extensions import db

    application = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": databases.migrated()})
    with application.app_context():
        schema.upgrade()
        synchronise()
        made = world.build(db.session())
        rows = {**vars(made)}
        for name, role, company in (("ana", "Attendant", made.company), ("bia", "Supervisor", made.company),
                                    ("caio", "Attendant", made.other_company), ("conf", "Configurator", made.company)):
            rows[name] = people.make_user(db.session(), name, role, companies=[company])
        rows["cliente"] = people.make_user(db.session(), "cliente", "Customer", entity=made.entity)
        db.session.commit()
        ids = {name: row.id for name, row in rows.items() if hasattr(row, "id")}
        db.session.remove()
    yield SimpleNamespace(app=application, ids=ids)
    with application.app_context():
        db.engine.dispose()
