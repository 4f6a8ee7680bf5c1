"""Parametrizações do sistema: where they stand, how they are typed, what is refused, and that changes are logged."""
import pytest
from sqlalchemy import select

from app.models.desk import Setting
from app.models.log import LogEntry
from app.services import settings
from tests.orders.conftest import refused, text


def kept(session, key):
    session.expire_all()
    return settings.get_setting(session, key)


@pytest.mark.req("C-05")
def test_the_parameter_stands_in_the_tab_and_the_section_of_the_manual(configurator):
    index = text(configurator.get("/settings/"))
    assert "Estrutural › Configurações › Parametrizações do sistema" in index
    first = configurator.get("/parameters/").text
    assert "Conceito Pessoa" in first
    assert "Utiliza o módulo CRM" not in first
    page = configurator.get("/parameters/?tab=person").text
    assert '<h2 class="b-section" id="section-1">Conceito Pessoa</h2>' in page
    assert "Utiliza o módulo CRM" in page
    assert configurator.get("/parameters/?tab=nada").status_code == 404


@pytest.mark.req("C-05", "C-06", "C-07")
def test_uses_crm_is_no_until_somebody_says_yes_and_the_change_is_logged(configurator, attendant, session):
    assert kept(session, "uses_crm") is False
    assert ">NÃO<" in configurator.get("/parameters/?tab=person").text
    form = configurator.get("/parameters/uses_crm").text
    assert '<option value="yes">SIM</option>' in form
    assert '<option selected value="no">NÃO</option>' in form
    assert attendant.post("/parameters/uses_crm", {"value": "yes"}).status_code == 403
    done = configurator.post("/parameters/uses_crm", {"value": "yes"})
    assert (done.status_code, done.location) == (302, "/parameters/?tab=person")
    assert kept(session, "uses_crm") is True
    row = session.scalar(select(Setting).where(Setting.key == "uses_crm"))
    entry = session.scalars(select(LogEntry).where(LogEntry.target == "setting")).one()
    assert entry.changes["value"][:2] == [None, True]
    page = configurator.get("/parameters/?tab=person").text
    assert f"/logs/setting/{row.id}" in page
    logs = text(configurator.get(f"/logs/setting/{row.id}"))
    assert "Logs: Utiliza o módulo CRM" in logs
    assert "Sim" in logs
    refused_page = configurator.post("/parameters/uses_crm", {"value": "talvez"})
    assert refused_page.status_code == 422
    assert "value" in refused(refused_page)


@pytest.mark.req("C-104")
def test_the_protocol_of_tickets_is_on_until_it_is_switched_off(configurator, session):
    assert kept(session, "provider_protocol") is True
    assert configurator.post("/parameters/provider_protocol", {"value": "no"}).status_code == 302
    assert kept(session, "provider_protocol") is False


@pytest.mark.req("C-61")
@pytest.mark.parametrize("value", ["-1", "61", "1,5", "abc", "", "99999999999999999999"])
def test_days_of_attention_are_a_whole_number_of_days(configurator, session, value):
    assert kept(session, "attention_days") == 1
    assert "value" in refused(configurator.post("/parameters/attention_days", {"value": value}))
    assert kept(session, "attention_days") == 1


@pytest.mark.req("C-61")
def test_days_of_attention_may_be_business_days(configurator, session):
    assert kept(session, "attention_counting") == "calendar_days"
    assert configurator.post("/parameters/attention_days", {"value": "0"}).status_code == 302
    assert configurator.post("/parameters/attention_counting", {"value": "business_days"}).status_code == 302
    assert (kept(session, "attention_days"), kept(session, "attention_counting")) == (0, "business_days")
    assert "Dias úteis" in configurator.get("/parameters/?tab=providers").text


def test_files_of_providers_are_never_larger_than_the_installation_allows(app, configurator, session):
    most = app.config["UPLOAD_MAX_MB"]
    page = configurator.post("/parameters/upload_limit", {"value": str(most + 1)})
    assert f"no máximo {most} MB" in refused(page)["value"]
    assert configurator.post("/parameters/upload_limit", {"value": "5"}).status_code == 302
    assert settings.provider_upload_mb(session, app.config) == 5
    assert settings.provider_upload_mb(session, {"UPLOAD_MAX_MB": 3}) == 3


def test_a_service_is_given_only_values_that_a_parameter_may_have(session, admin):
    from app.errors import Invalid
    from tests.support.clock import NOON

    for key, value in (("uses_crm", 1), ("attention_days", True), ("attention_counting", "hours"), ("upload_limit", 0)):
        with pytest.raises(Invalid):
            settings.set_setting(session, key, value, actor=admin, now=NOON)
