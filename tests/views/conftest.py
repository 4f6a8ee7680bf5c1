"""An application with two views that no release has: one with actions, one with child rows and custom fields."""
from types import SimpleNamespace

import pytest
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tests.support import people, world
from tests.support.apps import fresh_app
from tests.support.clients import Client
from tests.support.seeding import seeding


def _views():
    from app.errors import Invalid
    from app.models.company import Unit
    from app.models.entity import Entity
    from app.phones import search_digits
    from app.queries.catalogue import catalogue
    from app.services import custom_values, records
    from app.views.base import AppModelView
    from app.views.custom import CustomFieldsMixin
    from app.views.rows import RowForm, RowsField

    class ProbeView(AppModelView):
        noun, route_base = "structure", "/probe"
        datamodel = SQLAInterface(Unit)
        verbs = {"shout": "write"}
        list_columns = search_columns = order_columns = ["name"]

        @action("shout", "Shout", "Sure?", "fa-bolt")
        def shout(self, items):
            items = items if isinstance(items, list) else [items]
            return ",".join(sorted(item.name for item in items))

    class PhoneRow(RowForm):
        kind = SelectField("Tipo", choices=[("mobile", "Celular"), ("landline", "Fixo")])
        number = StringField("Número", [InputRequired(), Length(max=16)])
        is_main = BooleanField("Principal")

    def check(_session, item, lists, *, actor):
        if item.name == "proibido":
            raise Invalid("Este nome não é permitido.", field="name")
        for position, row in enumerate(lists.get("phones", ())):
            if row["number"] == "000":
                raise Invalid("Número inexistente.", field=f"phones.{position}.number")
            row["search_digits"] = search_digits(row["number"])

    plain = records.service_for(Entity, rows=("phones",), check=check)

    def custom(session, values, pk, actor, now):
        """As a service of a record with configurators' fields does."""
        if "custom_values" in values:
            stored = session.get(Entity, pk).custom_values or {} if pk else None
            values = {**values, "custom_values": custom_values.checked(
                session, catalogue(session).of_record("entity"), values["custom_values"], stored=stored, actor=actor,
                now=now, prefix="custom_values.")}
        return values

    class Service:
        @staticmethod
        def create(session, values, *, actor, now):
            return plain.create(session, custom(session, values, None, actor, now), actor=actor, now=now)

        @staticmethod
        def update(session, pk, values, *, version=None, actor, now):
            return plain.update(session, pk, custom(session, values, pk, actor, now), version=version, actor=actor,
                                now=now)

        delete = plain.delete

    class PeopleView(CustomFieldsMixin, AppModelView):
        noun, route_base, custom_target = "entity", "/people", "entity"
        datamodel, growing = SQLAInterface(Entity), True
        service, child_rows = Service, ("phones",)
        list_columns, order_columns, base_order = ["name", "company", "phones"], ["name"], ("name", "asc")
        search_columns = ["name", "company", "birth_date", "created_at"]
        show_columns = ["name", "birth_date", "created_at"]
        add_columns = edit_columns = ["name", "company", "birth_date", "units", "phones"]
        label_columns = {"name": "Nome", "company": "Empresa", "phones": "Telefones", "birth_date": "Nascimento",
                         "units": "Unidades", "created_at": "Inclusão"}
        add_form_extra_fields = edit_form_extra_fields = {"phones": RowsField(PhoneRow, "Telefones")}

    return ProbeView, PeopleView


@pytest.fixture(scope="package")
def probe(databases):
    """`probe.client(user)` signs in there; `probe.ids` of its world; `with probe.session() as session` plants."""
    with fresh_app(databases) as app:
        from app.commands.install import synchronise
        from app.extensions import db

        class Session:
            """The database in a context of its own; what was planted is stored when it closes."""

            def __enter__(self):
                self.context = app.app_context()
                self.context.push()
                self.seeding = seeding(db.session())
                self.seeding.__enter__()
                return db.session()

            def __exit__(self, *error):
                self.seeding.__exit__(*error)
                if not error[0]:
                    db.session.commit()
                db.session.remove()
                self.context.pop()

        def client(user):
            browser = Client(app, SimpleNamespace(commit=lambda: None))
            assert browser.login(user).status_code == 302
            return browser

        with app.app_context():
            for view in _views():
                app.extensions["appbuilder"].add_view_no_menu(view)
            synchronise()
            made = world.build(db.session())
            for name, roles in (("sue", ["Supervisor"]), ("ana", ["Attendant"]), ("cora", ["Configurator"])):
                people.make_user(db.session(), name, *roles, companies=[made.company])
            ids = {name: row.id for name, row in vars(made).items() if hasattr(row, "id")}
            db.session.commit()
            db.session.remove()
        yield SimpleNamespace(client=client, ids=ids, app=app, session=Session)
