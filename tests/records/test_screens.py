"""Behind a menu of configurators: who sees it, what he may do there, and what is refused (M-62, M-82, M-83, M-86)."""
import re

import pytest
from sqlalchemy import func, select

from app.models.custom_field import CustomField
from app.models.custom_record import CustomRecord, FieldIndex
from app.models.log import LogEntry
from tests.records.conftest import ADD, ADD_EDIT, DEPARTMENT, OWN, READ, stored

TYPED = {"x_bairro": "Vila Nova", "x_regiao": "n", "x_causas": ["obra"], "x_casas": "12", "x_custo": "1.250,50",
         "x_dia": "10/03/2026", "x_inicio": "10/03/2026 08:30", "x_programada": "y", "x_documento": "529.982.247-25",
         "x_obs": "Manutenção da adutora"}


def fill(browser, root, **changed):
    """Open the empty form, type and save it."""
    page = browser.get(root + "add")
    assert page.status_code == 200, page.text
    key = re.search(r'name="request_key" value="(\w+)"', page.text)[1]
    return browser.post(root + "add", {"request_key": key, **TYPED, **changed})


def listed(page) -> list[str]:
    """The first cells of the rows."""
    return re.findall(r'<a class="b-name" href="/records/\d+/show/\d+">([^<]+)</a>', page.text)


# ---- the menu

@pytest.mark.req("M-83")
def test_a_saved_menu_stands_in_the_sidebar_of_those_who_have_it(stoppages, sign_in, staff, browser):
    page = browser.get("/notifications/").text
    line = re.search(rf'<a href="{stoppages.root}"[^>]*>(.*?)</a>', page)[1]
    assert "Parada de abastecimento" in line
    assert "fa-droplet-slash" in line
    assert page.index("Informações personalizadas") < page.index(stoppages.root)
    assert stoppages.root not in sign_in(staff("rui", "Configurator")).get("/notifications/").text


@pytest.mark.req("M-83", "M-86")
def test_what_is_changed_of_a_menu_is_seen_at_the_next_page(session, stoppages, seeding, browser):
    assert stoppages.root in browser.get("/notifications/").text
    with seeding():
        stoppages.menu.name = "Paradas"
    assert ">Paradas</span>" in browser.get("/notifications/").text
    with seeding():
        stoppages.menu.active = False
    assert stoppages.root not in browser.get("/notifications/").text
    assert browser.get(stoppages.root).status_code == 404
    with seeding():
        stoppages.menu.active, stoppages.form.active = True, False
    assert stoppages.root not in browser.get("/notifications/").text


def test_markup_in_names_and_icons_of_a_menu_is_text(session, stoppages, seeding, browser):
    with seeding():
        stoppages.menu.name, stoppages.menu.icon = "<b>x</b>", 'x"><script>'
    page = browser.get("/notifications/").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<script>\"" not in page
    assert 'class="x"><script>' not in page


def test_the_menu_is_marked_on_its_pages_and_found_in_the_palette(stoppages, browser, add):
    pk = add()
    for path in ("", "add", f"show/{pk}", f"edit/{pk}"):
        assert f'<li class="active"><a href="{stoppages.root}"' in browser.get(stoppages.root + path).text
    found = browser.get("/search/palette?q=parada").json["groups"]
    assert stoppages.root in [item["url"] for group in found for item in group["items"]]


def test_two_hundred_menus_cost_a_page_no_query(session, stoppages, seeding, browser, queries, another_menu):
    browser.get("/notifications/")
    queries.clear()
    browser.get("/notifications/")
    before = len(queries)
    for number in range(200):
        another_menu(f"Menu {number:03}")
    browser.get("/notifications/")
    queries.clear()
    page = browser.get("/notifications/").text
    assert page.count('href="/records/') == 201
    assert len(queries) == before


# ---- add and change

@pytest.mark.req("M-62", "B-20")
def test_a_record_is_added_shown_and_listed(session, stoppages, browser, ana, world):
    answer = fill(browser, stoppages.root)
    assert (answer.status_code, answer.location) == (302, stoppages.root)
    record = session.scalar(select(CustomRecord))
    assert (record.owner_id, record.company_id, record.form_id) == (ana.id, world.company.id, stoppages.form_id)
    assert record.values["custo"] == "1250.50"
    assert record.values["causas"] == ["obra"]
    assert record.values["documento"] == "52998224725"
    assert record.values["programada"] is True
    page = browser.get(stoppages.root)
    assert listed(page) == [str(record.id)]
    for text in ("Vila Nova", "Zona Norte", "R$\xa01.250,50", "Quantidade de registros"):
        assert text in page.text
    shown = browser.get(f"{stoppages.root}show/{record.id}").text
    for text in ("Obra na rede", "10/03/2026 08:30", "Manutenção da adutora", "529.982.247-25", "Ana Teste"):
        assert text in shown


def test_every_searchable_field_is_mirrored_in_the_index(session, stoppages, browser):
    fill(browser, stoppages.root, x_casas="", x_causas=["obra", "falha"])
    keys = session.scalars(select(FieldIndex.value).where(FieldIndex.kind == "record")).all()
    assert len(keys) == 10
    assert keys.count(None) == 1
    assert {"vila nova", "n", "obra", "falha", "2026-03-10", "1"} <= set(keys)
    assert "vila nova" in session.scalar(select(CustomRecord.search_text))


def test_every_refusal_stands_at_its_field_and_what_was_typed_stays(session, stoppages, browser):
    page = fill(browser, stoppages.root, x_bairro="", x_documento="111", x_custo="abc", x_obs="fica aqui")
    assert page.status_code == 422
    for field in ("bairro", "documento", "custo"):
        assert f'id="x_{field}-err"' in page.text
    assert "fica aqui" in page.text
    assert 'value="abc"' in page.text
    assert session.scalar(select(func.count()).select_from(CustomRecord)) == 0


def test_the_second_click_of_a_form_adds_nothing_again(session, stoppages, browser):
    key = re.search(r'name="request_key" value="(\w+)"', browser.get(stoppages.root + "add").text)[1]
    for _click in range(2):
        assert browser.post(stoppages.root + "add", {"request_key": key, **TYPED}).status_code == 302
    assert session.scalar(select(func.count()).select_from(CustomRecord)) == 1


def test_a_change_is_saved_and_told_in_the_log_by_the_names_of_the_fields(session, stoppages, add, sign_in, staff):
    pk = add(casas=3, by=staff("rui"))
    browser = sign_in(staff("eva", "Attendant", "Supervisor"))
    page = browser.get(f"{stoppages.root}edit/{pk}")
    assert 'value="Centro"' in page.text
    answer = browser.post(f"{stoppages.root}edit/{pk}", {"version": "1", "x_bairro": "Centro", "x_casas": "40"})
    assert answer.status_code == 302
    record = stored(session, pk)
    assert (record.values, record.version) == ({"bairro": "Centro", "casas": 40}, 2)
    log = browser.get(f"/logs/custom_record/{pk}").text
    assert "Casas atingidas" in log
    assert "40" in log
    assert "Bairro" in log
    assert f'href="{stoppages.root}show/{pk}"' in log
    assert f"Parada de abastecimento #{pk}" in log


def test_an_empty_list_says_who_will_see_what_is_added(another_menu, browser, stoppages):
    assert "quem tem este menu o vê na hora" in browser.get(stoppages.root).text
    own = browser.get(f"/records/{another_menu('Minhas', records_of=OWN)}/").text
    assert "aqui cada pessoa vê só os que ela mesma incluiu" in own
    theirs = browser.get(f"/records/{another_menu('Do setor', records_of=DEPARTMENT)}/").text
    assert "quem é do seu departamento e tem este menu o vê na hora" in theirs


def test_a_required_field_that_came_after_a_record_starts_with_its_default(session, stoppages, seeding, add, browser):
    pk = add()
    with seeding():
        stoppages.form.fields.append(
            CustomField(key="turno", name="Turno", default="Manhã", required=True, position=20))
    address = f"{stoppages.root}edit/{pk}"
    page = browser.get(address).text
    assert 'value="Manhã"' in re.search(r'<input[^>]*id="x_turno"[^>]*>', page)[0]
    saved = browser.post(address, {**TYPED, "x_turno": "Manhã", "version": re.search(
        r'name="version" value="(\d+)"', page)[1]})
    assert (saved.status_code, stored(session, pk).values["turno"]) == (302, "Manhã")


def test_nothing_changed_is_no_new_version(session, stoppages, add, browser):
    pk = add(casas=3)
    browser.post(f"{stoppages.root}edit/{pk}", {"version": "1", "x_bairro": "Centro", "x_casas": "3"})
    assert stored(session, pk).version == 1
    assert session.scalar(select(func.count()).where(LogEntry.target == "custom_record")) == 1


def test_who_was_overtaken_sees_both_values(session, stoppages, add, browser):
    pk = add(casas=3)
    browser.post(f"{stoppages.root}edit/{pk}", {"version": "1", "x_bairro": "Centro", "x_casas": "5"})
    page = browser.post(f"{stoppages.root}edit/{pk}", {"version": "1", "x_bairro": "Centro", "x_casas": "9"})
    assert page.status_code == 409
    assert 'value="9"' in page.text
    assert "Valor gravado agora: 5" in page.text
    assert 'name="version" value="2"' in page.text
    assert browser.post(f"{stoppages.root}edit/{pk}", {
        "version": "2", "x_bairro": "Centro", "x_casas": "9"}).status_code == 302
    assert stored(session, pk).values["casas"] == 9


# ---- what a menu allows

@pytest.mark.req("M-82", "M-83")
@pytest.mark.parametrize(("permission", "adds", "edits"), [(READ, 403, 403), (ADD, 200, 403), (ADD_EDIT, 200, 200)])
def test_the_type_of_permission_says_what_may_be_done(stoppages, another_menu, add, browser, permission, adds, edits):
    pk = add()
    root = f"/records/{another_menu('Só isto', record_permission=permission)}/"
    page = browser.get(root).text
    assert (f'href="{root}add"' in page) == (adds == 200)
    assert browser.get(root + "add").status_code == adds
    shown = browser.get(f"{root}show/{pk}").text
    assert (f"{root}edit/{pk}" in shown) == (edits == 200)
    assert browser.get(f"{root}edit/{pk}").status_code == edits
    if adds == 403:
        assert browser.post(root + "add", TYPED).status_code == 403
    if edits == 403:
        assert browser.post(f"{root}edit/{pk}", {"version": "1", **TYPED}).status_code == 403


@pytest.mark.req("M-82")
def test_records_of_says_whose_are_shown(stoppages, another_menu, add, staff, sign_in, world, session, seeding):
    eva = staff("eva", department=world.department)
    rui = staff("rui", department=world.department)
    leo = staff("leo", department=world.child_department)
    ids = {user.username: add(by=user) for user in (eva, rui, leo)}
    own, sector = (another_menu(name, records_of=of) for name, of in (("Minhas", OWN), ("Do setor", DEPARTMENT)))
    browser = sign_in(eva)
    for menu, names in ((own, {"eva"}), (sector, {"eva", "rui"}), (stoppages.menu_id, {"eva", "rui", "leo"})):
        root = f"/records/{menu}/"
        assert set(listed(browser.get(root))) == {str(ids[name]) for name in names}
        for name, pk in ids.items():
            assert browser.get(f"{root}show/{pk}").status_code == (200 if name in names else 404)


def test_ones_own_records_are_seen_where_one_has_no_department(stoppages, another_menu, add, browser, staff, sign_in):
    sector = another_menu("Do setor", records_of=DEPARTMENT)
    mine, other = add(), add(by=staff("rui"))
    assert listed(browser.get(f"/records/{sector}/")) == [str(mine)]
    assert browser.get(f"/records/{sector}/show/{other}").status_code == 404


@pytest.mark.parametrize("path", ["", "add", "show/{pk}", "edit/{pk}"])
def test_another_companys_and_another_menus_records_do_not_exist(
        stoppages, another_menu, add, sign_in, staff, world, path):
    pk = add()
    verde = sign_in(staff("zeca", companies=[world.other_company]))
    assert verde.get(stoppages.root + path.format(pk=pk)).status_code == (404 if "pk" in path else 200)
    assert listed(verde.get(stoppages.root)) == []
    hers = another_menu("Dos supervisores", of="Supervisor")
    assert verde.get(f"/records/{hers}/{path.format(pk=pk)}").status_code == 404
    for forged in (999_999, 0):
        assert verde.get(f"/records/{forged}/{path.format(pk=pk)}").status_code == 404


def test_a_record_of_an_attendance_one_may_not_see_does_not_exist(stoppages, add, world, staff, sign_in):
    member = staff("marta", units=[world.restricted_unit])
    pk = add(by=member, attendance=world.restricted_attendance.id)
    assert listed(sign_in(member).get(stoppages.root)) == [str(pk)]
    other = sign_in(staff("rui"))
    assert listed(other.get(stoppages.root)) == []
    assert other.get(f"{stoppages.root}show/{pk}").status_code == 404


def test_portal_users_have_no_such_menus(stoppages, make_user, sign_in, world):
    browser = sign_in(make_user(None, "Attendant", "Customer", entity=world.entity))
    assert browser.get(stoppages.root).status_code in (403, 404)


# ---- "Informações Personalizadas" of the attendance

@pytest.mark.req("M-62")
def test_an_attendance_has_what_is_filled_behind_the_menus(session, stoppages, world, browser, add, another_menu):
    page = browser.get(f"/attendances/{world.attendance.address}").text
    block = page[page.index('id="custom-information"'):].split("</section>")[0]
    assert "Informações Personalizadas" in block or "Informações personalizadas" in block
    assert "Registros: 0" in block
    adding = re.search(r'href="([^"]*/add\?[^"]+)"', block)[1].replace("&amp;", "&")
    form = browser.get(adding)
    assert world.attendance.address in form.text
    key = re.search(r'name="request_key" value="(\w+)"', form.text)[1]
    back = re.search(r'name="_back" value="([^"]+)"', form.text)[1]
    wrong = browser.post(adding, {"request_key": key, "_back": back, **TYPED, "x_bairro": ""})
    assert wrong.status_code == 422
    done = browser.post(adding, {"request_key": key, "_back": back, **TYPED})
    assert (done.status_code, done.location) == (302, f"/attendances/{world.attendance.address}")
    assert session.scalar(select(CustomRecord.attendance_id)) == world.attendance.id
    page = browser.get(done.location).text
    assert "Registros: 1" in page
    assert "Vila Nova" in browser.get(f"{stoppages.root}?attendance={world.attendance.address}").text


@pytest.mark.req("M-62")
def test_without_a_menu_the_attendance_shows_no_block(stoppages, seeding, world, browser):
    with seeding():
        stoppages.menu.active = False
    assert 'id="custom-information"' not in browser.get(f"/attendances/{world.attendance.address}").text


@pytest.mark.req("M-62")
def test_a_menu_that_only_reads_offers_no_adding_there(stoppages, seeding, world, browser):
    with seeding():
        stoppages.menu.record_permission = READ
    page = browser.get(f"/attendances/{world.attendance.address}").text
    assert "/add?attendance=" not in page[page.index('id="custom-information"'):].split("</section>")[0]
