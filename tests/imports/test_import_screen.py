""""Importar CSV" as a person uses it: send, match columns, try, import, fetch what was refused; large files as jobs."""
import csv
import io
import re

import pytest
from sqlalchemy import func, select

from app.database import after_commit, unit_of_work
from app.extensions import db as database
from app.jobs.work import run_waiting
from app.models.job import Job, JobState
from app.models.order import Order
from app.models.product import Product
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR

ORDERS = "Pedido;CPF/CNPJ;Data;Total\n900;529.982.247-25;10/03/2026;1.234,56\n901;000;10/03/2026;5,00\n"


@pytest.fixture
def supervisor(make_user, sign_in, world):
    return sign_in(make_user("sue", SUPERVISOR, companies=[world.company]))


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))


def send(browser, register, content, name="pedidos do ERP.csv"):
    data = content if isinstance(content, bytes) else content.encode()
    return browser.post(f"/{register}/import/", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def counts(response) -> list[int]:
    """Read, imported, updated, unchanged, refused, as the page shows them."""
    return [int(n.replace(".", "")) for n in re.findall(r"<li[^>]*><b>([\d.]+)</b><span>", response.text)]


def mapping(page, **more) -> dict:
    """The form of the page as it stands, with some fields changed."""
    form = {}
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL):
        form[name] = next(iter(re.findall(r'<option value="([^"]*)" selected', options)), "")
    return {**form, **more}


@pytest.mark.req("S-22")
def test_a_file_is_sent_tried_and_imported(supervisor, session, world):
    sent = send(supervisor, "orders", ORDERS)
    assert sent.status_code == 302
    page = supervisor.get(sent.location)
    assert counts(page) == [2, 1, 0, 0, 1]
    for words in ("pedidos do ERP.csv", "nada foi gravado ainda", "529.982.247-25", "CPF ou CNPJ", "Linhas: 2"):
        assert words in page.text, words
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    done = supervisor.post(sent.location, mapping(page, action="import"))
    assert counts(done) == [2, 1, 0, 0, 1]
    assert "Importação concluída" in done.text
    assert session.scalars(select(Order.number)).all() == ["900"]
    again = supervisor.post(sent.location, mapping(page, action="import"))
    assert counts(again) == [2, 0, 0, 1, 1]


def test_one_is_said_of_one_and_several_of_several(supervisor, world):
    sent = send(supervisor, "orders", ORDERS)
    done = supervisor.post(sent.location, mapping(supervisor.get(sent.location), action="import")).text
    assert re.findall(r"<li[^>]*><b>(\d)</b><span>([^<]+)</span>", done) == [
        ("2", "Linhas lidas"), ("1", "Importada"), ("0", "Atualizadas"), ("0", "Sem mudança"), ("1", "Recusada")]


def test_the_english_page_asks_in_english_and_the_box_for_a_file_speaks_the_language_of_the_page(
        make_user, sign_in, world):
    make_user("joe", CONFIGURATOR, companies=[world.company], locale="en")
    english = sign_in("joe").get("/products/import/").text
    assert "Yes or No." in english
    assert "Sim or" not in english
    make_user("zeca", CONFIGURATOR, companies=[world.company])
    portuguese = sign_in("zeca").get("/products/import/").text
    assert "Sim ou Não." in portuguese
    for page, button in ((english, "Choose File"), (portuguese, "Escolher Arquivo")):
        assert re.search(rf'<input type="file" id="file"[^>]*><label[^>]* for="file">.*?{button}</label>', page)


def test_refused_rows_are_fetched_with_line_and_reason(supervisor, world):
    sent = send(supervisor, "orders", ORDERS.replace("901;", "=1+1;"))
    page = supervisor.get(sent.location)
    response = supervisor.post(sent.location, mapping(page, action="refused"))
    assert "pedidos do ERP.csv.recusadas.csv" in response.headers["Content-Disposition"]
    rows = list(csv.reader(response.data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["Linha", "Motivo", "Pedido", "CPF/CNPJ", "Data", "Total"]
    assert (rows[1][0], rows[1][2:]) == ("3", ["'=1+1", "000", "10/03/2026", "5,00"])


def test_unknown_headers_are_matched_by_the_person(supervisor, session, world):
    sent = send(supervisor, "orders", "col1,col2,col3,col4\n52998224725,900,10/03/2026,12.50\n")
    page = supervisor.get(sent.location)
    assert page.status_code == 200
    refused = supervisor.post(sent.location, {"map-number": "1", "action": "import"})
    assert refused.status_code == 422
    for key in ("document", "ordered_on"):
        assert f'id="map-{key}-err"' in refused.text
    assert 'id="map-number-err"' not in refused.text
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    form = {"map-number": "1", "map-document": "0", "map-ordered_on": "2", "map-total": "3", "decimal": "."}
    assert counts(supervisor.post(sent.location, {**form, "action": "check"})) == [1, 1, 0, 0, 0]
    assert counts(supervisor.post(sent.location, {**form, "decimal": ",", "action": "check"})) == [1, 0, 0, 0, 1]
    assert counts(supervisor.post(sent.location, {**form, "action": "import"})) == [1, 1, 0, 0, 0]
    assert counts(supervisor.post(sent.location, {**form, "map-total": "99", "action": "check"})) == [1, 0, 0, 1, 0]
    assert supervisor.post(sent.location, {**form, "action": "explode"}).status_code == 400


@pytest.mark.parametrize(("content", "words"), [
    (b"", "vazio"), (b"PK\x03\x04", "planilha"), ("Código;Nome\nA;B".encode("utf-16"), "UTF-8")])
def test_a_file_of_another_kind_is_refused_at_its_field(supervisor, content, words):
    response = send(supervisor, "orders", content)
    assert response.status_code == 422
    assert re.search(rf'id="file-err"[^>]*>[^<]*{words}', response.text)
    assert supervisor.post("/orders/import/", {}).status_code == 422


def test_what_a_file_says_is_shown_as_text(supervisor, world):
    sent = send(supervisor, "orders", "<b>Pedido</b>;x\n<script>alert(1)</script>;\n", name="<img src=x>.csv")
    page = supervisor.get(sent.location).text
    assert "<script>alert" not in page
    assert "<b>Pedido" not in page
    assert "<img src=x>" not in page


@pytest.mark.req("B-29")
def test_a_file_is_only_its_senders_and_only_for_its_register(supervisor, make_user, sign_in, world):
    sent = send(supervisor, "orders", ORDERS)
    other = sign_in(make_user("rui", SUPERVISOR, companies=[world.company]))
    assert other.get(sent.location).status_code == 404
    assert supervisor.get(sent.location.replace("/orders/", "/invoices/")).status_code == 404
    assert supervisor.get(sent.location + "x").status_code == 404
    attendant = sign_in(make_user("ana", ATTENDANT, companies=[world.company]))
    for register in ("products", "orders", "invoices"):
        assert attendant.get(f"/{register}/import/").status_code == 403
    assert supervisor.get("/products/import/").status_code == 403


@pytest.mark.req("B-29")
def test_customers_of_another_company_are_not_found(supervisor, session, world):
    sent = send(supervisor, "orders", f"Pedido;CPF;Data;Total\n1;{world.other_entity.document};10/03/2026;1,00\n")
    assert counts(supervisor.get(sent.location)) == [1, 0, 0, 0, 1]


def test_products_are_imported_by_who_keeps_them_and_the_list_leads_there(configurator, session, world):
    assert 'href="/products/import/"' in configurator.get("/products/list/").text
    sent = send(configurator, "products", "Código;Nome\nA1;Queijo\n")
    page = configurator.get(sent.location)
    assert counts(configurator.post(sent.location, mapping(page, action="import"))) == [1, 1, 0, 0, 0]
    assert session.scalars(select(Product.name)).all() == ["Queijo"]


def test_lists_of_orders_and_invoices_lead_to_their_import(supervisor):
    for register in ("orders", "invoices"):
        assert f'href="/{register}/import/"' in supervisor.get(f"/{register}/list/").text
        assert "Importar" in supervisor.get(f"/{register}/import/").text


# ---- large files

LARGE = "Código;Nome\n" + "".join(f"C{n};Produto {n}\n" for n in range(450)) + "C1;Outro nome\n;Sem código\n"


def work(app):
    """What the job thread does."""
    return run_waiting(database.session, app.config)


def test_a_large_file_is_imported_in_the_background(app, configurator, session, world):
    sent = send(configurator, "products", LARGE, name="carga.csv")
    page = configurator.get(sent.location)
    assert counts(page) == [452, 450, 0, 0, 2]
    queued = configurator.post(sent.location, mapping(page, action="import"))
    assert queued.status_code == 302
    assert "/products/import/job/" in queued.location
    assert "em andamento" in configurator.get(queued.location).text
    assert session.scalar(select(func.count()).select_from(Product)) == 0
    assert work(app) == 1
    result = configurator.get(queued.location)
    assert counts(result) == [452, 450, 0, 0, 2]
    assert "Importação concluída" in result.text
    fetch = re.search(r'href="(/jobs/\d+/file)"', result.text)[1]
    rows = list(csv.reader(configurator.get(fetch).data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[0] for row in rows] == ["Linha", "452", "453"]
    assert queued.location in configurator.get("/jobs/").text
    again = configurator.post(sent.location, mapping(page, action="import"))
    work(app)
    assert counts(configurator.get(again.location)) == [452, 0, 0, 450, 2]


def test_a_job_that_was_interrupted_goes_on_and_counts_right(app, configurator, session, world, monkeypatch):
    from app.services.imports.loading import Loading

    sent = send(configurator, "products", LARGE)
    queued = configurator.post(sent.location, mapping(configurator.get(sent.location), action="import"))
    whole, calls = Loading.write, []

    def dies_at_the_second(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the power went")
        return whole(self, *arguments, **options)

    monkeypatch.setattr(Loading, "write", dies_at_the_second)
    work(app)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Product)) == 450
    assert len(calls) > 3
    assert counts(configurator.get(queued.location)) == [452, 450, 0, 0, 2]


def test_a_job_that_was_interrupted_tells_what_the_writing_refused_before(
        app, configurator, session, world, monkeypatch):
    from app.errors import Invalid
    from app.services import products
    from app.services.imports.loading import Loading

    sent = send(configurator, "products", LARGE)
    configurator.post(sent.location, mapping(configurator.get(sent.location), action="import"))
    create, write, calls = products.products.create, Loading.write, []

    def refuses_one(inner, values, **options):
        if values["code"] == "C5":
            raise Invalid("Somebody was faster.")
        return create(inner, values, **options)

    def dies_at_the_second(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the power went")
        return write(self, *arguments, **options)

    monkeypatch.setattr(products.products, "create", refuses_one)
    monkeypatch.setattr(Loading, "write", dies_at_the_second)
    work(app)
    session.expire_all()
    result = session.scalars(select(Job)).one().result
    assert (result["imported"], result["refused"]) == (449, 3)
    assert "Somebody was faster." in [words for _line, words in result["told"]]
    assert len(result["told"]) == 3


def test_a_job_is_cancelled_and_what_was_imported_stays(app, configurator, session, world, monkeypatch):
    from app.services.imports.loading import Loading

    sent = send(configurator, "products", LARGE)
    queued = configurator.post(sent.location, mapping(configurator.get(sent.location), action="import"))
    whole = Loading.write

    def ask():
        with unit_of_work(database.session) as other:
            other.scalars(select(Job)).one().cancel_asked = True

    def then_cancels(self, inner, *arguments, **options):
        tally = whole(self, inner, *arguments, **options)
        after_commit(inner, ask)
        return tally

    monkeypatch.setattr(Loading, "write", then_cancels)
    work(app)
    session.expire_all()
    job = session.scalars(select(Job)).one()
    assert job.state == JobState.CANCELLED
    assert session.scalar(select(func.count()).select_from(Product)) == 200
    page = configurator.get(queued.location)
    assert "Cancelada: o que já tinha sido importado fica" in page.text
    assert counts(page) == [201, 200, 0, 0, 1]  # the second row of C1 belongs to the first batch


def test_who_lost_the_right_meanwhile_imports_nothing(app, configurator, session, world, make_user, seeding):
    from flask_appbuilder.security.sqla.models import Role, User

    sent = send(configurator, "products", LARGE)
    queued = configurator.post(sent.location, mapping(configurator.get(sent.location), action="import"))
    with seeding():
        user = session.scalar(select(User).where(User.username == "cora"))
        user.roles = [session.scalar(select(Role).where(Role.name == ATTENDANT))]
    work(app)
    session.expire_all()
    assert session.scalars(select(Job)).one().state == JobState.FAILED
    assert session.scalar(select(func.count()).select_from(Product)) == 0
    assert configurator.get(queued.location).status_code == 403


def test_a_very_large_file_is_tried_in_the_background_too(app, configurator, session, world, monkeypatch):
    from app.views.imports import pages

    monkeypatch.setattr(pages.ImportView, "tried_at_once", 100)
    sent = send(configurator, "products", LARGE)
    page = configurator.get(sent.location)
    assert counts(page) == []
    assert "O arquivo é grande" in page.text
    queued = configurator.post(sent.location, mapping(page, action="check"))
    work(app)
    trial = configurator.get(queued.location)
    assert counts(trial) == [452, 450, 0, 0, 2]
    assert session.scalar(select(func.count()).select_from(Product)) == 0
    real = configurator.post(queued.location, {})
    assert real.location != queued.location
    work(app)
    assert counts(configurator.get(real.location)) == [452, 450, 0, 0, 2]
    assert session.scalar(select(func.count()).select_from(Product)) == 450
