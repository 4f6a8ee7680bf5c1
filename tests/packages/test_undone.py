"""What of an import stays once it is taken back: said before, in the answer and on its page (B-21)."""
import html
import re

import pytest
from sqlalchemy import select

from app.models.custom_form import CustomForm
from app.models.custom_record import CustomRecord
from app.models.dynamic_menu import DynamicMenu
from tests.packages.conftest import offered, told

pytestmark = pytest.mark.req("B-21")
URL = "/settings/packages/"
STAYS = ("Ficam inativos, por já estarem em uso: Menus: Parada de abastecimento (1 registro); "
         "Formulários: Parada de abastecimento (1 registro); Grupos de formulários: Informações personalizadas.")


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user("conf", "Configurator", companies=[world.company]))


@pytest.fixture
def brought(configurator):
    """The address of a ready-made package that was imported."""
    address = configurator.post(f"{URL}examples/saneamento").location
    assert configurator.post(f"{address}/import", offered(configurator.get(address).text)).status_code == 302
    return address


def question(page: str) -> str:
    return html.unescape(re.search(r'data-confirm="([^"]*)"', page)[1])


def test_an_import_of_which_nothing_is_in_use_is_taken_back_without_a_rest(configurator, session, brought):
    assert question(configurator.get(brought).text) == "Desfazer a importação inteira?"
    assert configurator.post(f"{brought}/undo").status_code == 302
    page = told(configurator.get(brought).text)
    assert "inativ" not in page.partition("Saneamento")[2]
    assert session.scalar(select(DynamicMenu.id)) is None


def test_a_menu_with_records_stays_inactive_and_is_told_before_and_after(configurator, session, seeding, brought,
                                                                       make_user, world):
    menu = session.scalar(select(DynamicMenu).where(DynamicMenu.name == "Parada de abastecimento"))
    form_id = menu.form_id
    owner = make_user("ana", "Attendant", companies=[world.company])
    with seeding():
        session.add(CustomRecord(form_id=form_id, company_id=world.company.id, owner_id=owner.id, values={}))
    session.commit()
    assert question(configurator.get(brought).text) == f"Desfazer a importação inteira? {STAYS}"
    session.expire_all()
    assert session.get(DynamicMenu, menu.id).active  # it was only tried
    assert configurator.post(f"{brought}/undo").status_code == 302
    page = told(configurator.get(brought).text)
    assert f"A importação foi desfeita. {STAYS}" in page
    assert "O que já estava em uso ficou, inativo: Menus: Parada de abastecimento (1 registro)" in page
    again = told(configurator.get(brought).text)
    assert "O que já estava em uso ficou, inativo" in again  # not in the message alone
    session.expire_all()
    assert not session.get(DynamicMenu, menu.id).active
    assert not session.get(CustomForm, form_id).active
