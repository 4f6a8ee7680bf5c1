"""Every operation that the description names, called with what it allows and with what it does not: never a 5xx, no
answer that is not described. SCHEMATHESIS_EXAMPLES=200 runs it long; the calls differ from run to run then, and
SCHEMATHESIS_ONLY="calendars|surveys" takes the addresses with these words alone."""
import json
import os
import re
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.errors import InvalidSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.openapi import document
from app.models.calendar import Calendar, CalendarHoliday
from app.models.custom_field import CustomField
from app.models.custom_form import FormGroup
from app.models.dynamic_menu import DynamicMenu
from app.models.email_template import EmailTemplate
from app.models.label import Label
from app.models.product import Product, ProductInformation
from app.models.survey import Survey, SurveyQuestion
from app.services.settings import PARAMETERS
from tests.support.clock import NOON
from tests.support.forms import form, placed

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
ONLY = re.compile(os.environ.get("SCHEMATHESIS_ONLY", ""))
CHECKS = [schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
          response_headers_conformance, response_schema_conformance]
LEFT_OUT = {"/api/v1/security/login", "/api/v1/security/refresh", "/api/v1/security/logout"}  # they end the token
KEYS = [*PARAMETERS, "unknown"]
pytestmark = [pytest.mark.req("B-30"), pytest.mark.filterwarnings("ignore")]  # the library's own


@pytest.fixture
def token(world, session, seeding, make_user, api, app, tmp_path, monkeypatch):
    """Of an administrator: what is refused is refused for what was sent."""
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path))
    with seeding():
        product = Product(name="Queijo", code="Q1")
        survey = Survey(name="Satisfação", questions=[SurveyQuestion(text="Nota", type="scale")])
        session.add_all([Label(name="VIP"), product, survey, ProductInformation(
            product=product, motive=world.motive, title="Validade", text="30 dias")])
        visits, group = form("Visita", CustomField(name="Obra", key="obra")), FormGroup(name="Operação")
        session.add_all([
            Calendar(name="Comercial", week={"mon": [["08:00", "18:00"]]}, holidays=[
                CalendarHoliday(day=NOON.date(), name="Aniversário")]),
            EmailTemplate(name="Retorno", subject="Assunto", body="Texto"), group,
            *placed("entity", CustomField(name="Carteirinha", key="carteirinha")),
            DynamicMenu(name="Visitas", form=visits, group=group)])
    return api(make_user("root", "Admin", companies=[world.company])).access_token


def test_every_operation_answers_as_described(app, db, token, world):
    with app.test_request_context():
        described = json.loads(json.dumps(document()))
    described["servers"] = [{"url": "http://localhost"}]
    schema = schemathesis.openapi.from_dict(described)
    schema.app = app
    ids = [world.attendance.address, f"id-{world.closed_attendance.id}", "2026999999"]
    headers = {"Authorization": f"Bearer {token}"}
    wrong, answered = [], Counter()
    db.session.commit()
    db.session.remove()

    def call(case):
        """Mostly of rows that are there: made-up ones meet nothing but 404."""
        for name, value in (case.path_parameters or {}).items():
            if name == "address":
                case.path_parameters[name] = ids[len(str(value)) % len(ids)]
            elif name == "key":
                case.path_parameters[name] = KEYS[len(str(value)) % len(KEYS)]
            elif isinstance(value, int):
                case.path_parameters[name] = value % 4 + 1
        if isinstance(case.body, dict) and type(case.body.get("version")) is int and case.body["version"] % 3:
            case.body["version"] = 1  # that of most rows: others meet nothing but 409
        undo = db.engines[None].begin_nested()
        try:
            with app.app_context():
                response = case.call(headers=headers)
            answered[case.method, response.status_code] += 1
            case.validate_response(response, checks=CHECKS)
        except AssertionError as error:
            wrong.append(f"{case.operation.label}: {str(error)[:700]}")
        except BaseExceptionGroup as group:
            wrong.extend(f"{case.operation.label}: {type(each).__name__} {str(each)[:700]}"
                         for each in group.exceptions)
        except Exception as error:  # what the product did not catch
            wrong.append(f"{case.operation.label}: {type(error).__name__} {str(error)[:700]}")
        finally:
            db.session.remove()
            undo.rollback()

    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in LEFT_OUT or not ONLY.search(operation.path):
            continue
        seen += 1
        for mode in schemathesis.GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                run = settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 10, database=None,
                               phases=[Phase.generate], suppress_health_check=list(HealthCheck))(given(strategy)(call))
                run()
            except (InvalidSchema, schemathesis.errors.SchemathesisError):
                continue  # there is nothing that this operation could be sent wrong
            except Exception as error:
                if type(error).__name__ not in ("Unsatisfiable", "SkipTest", "Skipped"):
                    raise
    print(sorted(answered.items()))
    assert seen > (1 if ONLY.pattern else 120)
    assert answered["GET", 200] > seen / 4 or ONLY.pattern  # it met rows, and not only refusals
    assert answered["POST", 422] > 10 or ONLY.pattern
    assert wrong == [], f"{len(wrong)} answers were wrong, among them\n" + "\n\n".join(list(dict.fromkeys(wrong))[:25])
