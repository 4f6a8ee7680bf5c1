"""The screen of the central by its address: filters, orders, refusals, columns, pages, views (C-31 to C-100)."""
import re
from html import unescape

import pytest

from app.database import unit_of_work
from app.models.classification import Classification, DefaultMotive, Situation, Subclassification
from app.models.desk import Setting
from app.services import list_views
from app.services.tickets import work
from tests.support.clock import DAY, NOON

from .periods import BACKWARDS, HALF, assert_refused_beside

PAGE = "/provider-central/"
COLUMNS = ["N.º Chamado", "Abertura", "Prazo de retorno", "Cliente", "Aberto por", "Título", "Classificação",
           "Subclassificação", "Motivo do atendimento", "Data do fechamento", "Em andamento com", "Setor",
           "Dias em aberto", "Protocolo"]


@pytest.fixture
def browser(sign_in, desk):
    return sign_in(desk.ana)


@pytest.fixture
def at_noon(monkeypatch):
    """The clock of the screen stands; `at_noon(later)` moves it."""
    def move(later=0 * DAY):
        monkeypatch.setattr("app.views.central.query.utc_now", lambda: NOON + later)
    move()
    return move


@pytest.fixture
def shown(browser, at_noon):
    """`shown("filter=open")`: the numbers of the rows in order."""
    def read(query="", by=None):
        answer = (by or browser).get(f"{PAGE}?{query}")
        assert answer.status_code == 200, answer.text[:300]
        return [int(number) for number in re.findall(r'data-number="(\d+)"', answer.text)]
    return read


def text_of(html) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def options(html, name) -> list[str]:
    inside = re.search(rf'<select[^>]* name="{name}".*?</select>', html, re.S)[0]
    return [text_of(each) for each in re.findall(r"<option[^>]*>(.*?)</option>", inside, re.S)]


@pytest.mark.req(*(f"C-{number}" for number in range(65, 79)))
def test_the_list_has_the_fourteen_columns_of_the_manual(session, browser, open_ticket, at_noon, world, desk):
    ticket = open_ticket(title="Guia <negada>", motive_id=world.default_motive.id)
    open_ticket(now=NOON + DAY)
    with unit_of_work(session):
        work.take(session, ticket.attendance_id, actor=desk.as_bruno, now=NOON)
        work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=NOON + 2 * DAY, public_url="https://x.example")
    at_noon(4 * DAY)
    html = browser.get(PAGE).text
    assert re.findall(r'<th [^>]*data-label="([^"]+)"', html) == COLUMNS
    first, second = ([text_of(cell) for cell in re.findall(r"<td[^>]*data-label[^>]*>(.*?)</td>", row, re.S)]
                     for row in html.split("<tbody")[1].split("</tbody>")[0].split("</tr>")[:2])
    pedro, bruno = desk.pedro.get_full_name(), desk.bruno.get_full_name()
    assert first == ["1", "16/03/2026", "1 dia Encerrado fora do prazo", "Clínica Boa Vista Ltda.", pedro,
                     "Guia <negada>", "Guias", "Autorização", "Guia negada", "18/03/2026", bruno, "Financeiro", "2",
                     ticket.protocol]
    assert second[2] == "2 dias Prazo já expirado"  # the days as defined, then how it stands
    assert (second[8], second[9], second[10], second[11], second[12]) == ("", "", "sem operador", "", "3")


@pytest.mark.req("C-41", "C-42", "C-43", "C-44", "C-45", "C-63")
def test_the_filters_of_the_first_list_and_of_the_operator(session, desk, open_ticket, shown, sign_in, browser):
    tickets = [open_ticket() for _n in range(4)]
    with unit_of_work(session):
        work.take(session, tickets[0].attendance_id, actor=desk.as_ana, now=NOON)
        work.take(session, tickets[1].attendance_id, actor=desk.as_bruno, now=NOON)
        work.close(session, tickets[2].attendance_id, actor=desk.as_ana, now=NOON, public_url="https://x.example")
    html = browser.get(PAGE).text
    assert options(html, "filter") == [
        "Todos os chamados registrados", "Chamados em aberto", "Chamados encerrados", "Chamados pendentes do perfil",
        "Chamados pendentes do operador"]
    assert options(html, "assignee") == ["Todos os operadores", "sem operador", *sorted(
        user.get_full_name() for user in (desk.ana, desk.bruno, desk.sofia))]  # Carla is not linked to the central
    assert shown() == shown("filter=all") == [1, 2, 3, 4]
    assert shown("filter=open") == [1, 2, 4]
    assert shown("filter=closed") == [3]
    assert shown("filter=pending_operator") == [1]
    assert shown("filter=pending_profile", by=sign_in(desk.bruno)) == [2]
    assert shown("filter=pending_profile") == []
    assert shown(f"assignee={desk.bruno.id}&assignee={desk.ana.id}") == [1, 2]
    assert shown("assignee=none&filter=open") == [4]


@pytest.mark.req("C-46", "C-47", "C-48", "C-49", "C-50", "C-51")
def test_the_orders_up_and_down_by_list_and_by_head(open_ticket, shown, browser):
    for title in ("Érico", "abc", "Zebra"):
        open_ticket(title=title)
    html = browser.get(f"{PAGE}?order=title").text
    assert options(html, "order") == ["Nome do cliente", "Operador", "Data de abertura", "Chamado",
                                      "Número de protocolo", "Titulo"]
    assert [text_of(each) for each in re.findall(r"<th[^>]*aria-sort[^>]*>(.*?)</th>", html, re.S)] == ["Título"]
    assert 'aria-sort="ascending"' in html
    assert 'href="?order=-title"' in html
    assert shown("order=title") == [2, 1, 3]
    assert shown("order=-title") == [3, 1, 2]
    for order in ("client", "operator", "opened_at", "ticket", "protocol"):
        assert shown(f"order={order}") == [1, 2, 3]
    assert shown("order=-ticket") == shown("order=-protocol") == [3, 2, 1]
    assert 'value="-client"' in browser.get(f"{PAGE}?order=-ticket").text  # the other orders keep the direction


@pytest.fixture
def two_trees(session, seeding, world):
    with seeding():
        other = Classification(name="Pagamentos")
        sub = Subclassification(name="Glosa", classification=other, active=False)
        session.add(DefaultMotive(name="Código divergente", subclassification=sub))
        session.flush()
    return other, sub


@pytest.mark.req("C-52", "C-53", "C-54", "C-55", "C-56")
def test_classification_subclassification_and_motive_narrow_each_other(
        session, browser, open_ticket, shown, world, two_trees):
    other, sub = two_trees
    open_ticket()
    open_ticket(motive_id=world.default_motive.id)
    html = browser.get(PAGE).text
    assert options(html, "classification") == ["Independente da classificação", "Guias", "Pagamentos"]
    assert options(html, "subclassification") == ["Independente da subclassificação", "Autorização", "Glosa (inativo)"]
    assert options(html, "motive") == ["Independente do motivo"]
    html = browser.get(f"{PAGE}?classification={other.id}").text
    assert options(html, "subclassification") == ["Independente da subclassificação", "Glosa (inativo)"]
    html = browser.get(f"{PAGE}?subclassification={world.subclassification.id}").text
    assert options(html, "motive") == ["Independente do motivo", "Guia negada"]
    assert shown(f"classification={world.classification.id}&classification={other.id}") == [1, 2]
    assert shown(f"classification={other.id}") == []
    assert shown(f"subclassification={world.subclassification.id}") == [1, 2]
    assert shown(f"motive={world.default_motive.id}&classification={world.classification.id}") == [2]
    answer = browser.get(f"{PAGE}choices/motive?parent={sub.id}")
    assert [row["name"] for row in answer.json["choices"]] == ["Código divergente"]
    assert browser.get(f"{PAGE}choices/motive").json["choices"] == []
    assert len(browser.get(f"{PAGE}choices/subclassification").json["choices"]) == 2
    assert browser.get(f"{PAGE}choices/company").status_code == 404


@pytest.mark.req("C-57", "C-58")
def test_the_opening_date_is_whatever_or_between_two_days(browser, open_ticket, shown):
    for days in range(3):
        open_ticket(now=NOON + days * DAY)
    assert shown("opened_from=2026-03-16&opened_to=2026-03-17") == [1, 2]
    assert shown("opened_from=16/03/2026&opened_to=17/3/2026") == [1, 2]
    assert shown("period=any&opened_from=2026-03-17") == [1, 2, 3]
    html = browser.get(f"{PAGE}?opened_from=2026-03-16&opened_to=2026-03-17").text
    assert options(html, "period") == ["Independente", "Entre"]
    for query, field, told in (
            ("opened_from=2026-03-18&opened_to=2026-03-17", "opened_to", BACKWARDS),
            ("period=between", "opened_from", HALF), ("opened_from=2026-03-18", "opened_to", HALF)):
        answer = browser.get(f"{PAGE}?{query}&filter=open")
        assert_refused_beside(answer, "period", field, told)
        assert '<option value="open" selected>' in answer.text  # what else was typed stays
        assert browser.get(f"{PAGE}rows?{query}").status_code == 422


@pytest.mark.req("C-59", "C-60", "C-61", "C-62", "C-64")
def test_deadlines_and_situations(session, seeding, browser, open_ticket, shown, say, at_noon, world):
    open_ticket()
    open_ticket(now=NOON + DAY)
    open_ticket(now=NOON + 5 * DAY)
    say.reply(open_ticket())
    at_noon(3 * DAY)
    with seeding():
        session.add_all([Situation(name="Em análise", phase="in_progress", scope="provider"),
                         Situation(name="Só do SAC", phase="open", scope="sac")])
        session.flush()
    html = browser.get(PAGE).text
    assert options(html, "deadline") == ["--- Independente ---", "Prazo já expirado", "Atenção ao prazo",
                                         "Dentro do prazo"]
    known = options(html, "status")
    assert known[:3] == ["Todos os status", "Prazo Expirado", "Dentro do prazo"]
    assert "Em análise" in known
    assert "Só do SAC" not in known
    assert [shown(f"deadline={name}") for name in ("expired", "attention", "within")] == [[1], [2], [3]]
    assert shown("status_deadline=expired") == shown("status=expired") == [1]
    assert shown("status_deadline=within") == [2, 3]
    assert shown(f"status={world.situations['open'].id}") == [1, 2, 3]
    html = browser.get(f"{PAGE}?order=ticket").text
    chips = [text_of(each) for each in re.findall(r'<span class="b-chip sm[^>]*>(.*?)</span>', html, re.S)]
    assert chips == ["Prazo já expirado", "Atenção ao prazo", "Dentro do prazo", "Aguardando prestador"]


@pytest.mark.req("C-31", "C-65")
def test_text_and_filters_together_and_the_empty_list(browser, open_ticket, shown, world):
    open_ticket(title="Reembolso de consulta")
    open_ticket(title="Glosa indevida")
    assert shown("q=REEMB") == [1]
    assert shown("q=boa+vista&filter=open&order=-ticket") == [2, 1]
    assert shown(f"entity={world.provider.id}&q=glosa") == [2]
    html = browser.get(f"{PAGE}?q=nada+disto").text
    assert "Nenhum chamado encontrado." in html
    assert 'role="grid"' not in html


@pytest.mark.parametrize("query", [
    "filter=mine", "order=color", "order=--title", "classification=abc", "classification=999999", "motive=-1",
    "subclassification=1e3", "assignee=me", "assignee=999999", "status=late", "status=999999", "deadline=soon",
    "status_deadline=attention", "opened_from=31/02/2026&opened_to=2026-02-02",
    "opened_from=2026-02-30&opened_to=2026-03-01", "entity=0", "department=999999", "after=nonsense", "period=half",
    "cf_colour=blue", "filter=open&filter=closed"])
def test_an_unknown_value_answers_400(browser, open_ticket, query):
    open_ticket()
    assert browser.get(f"{PAGE}?{query}").status_code == 400
    assert browser.get(f"{PAGE}rows?{query}").status_code == 400


def test_a_shared_view_tells_what_of_it_is_gone(session, browser, desk, open_ticket, shown):
    open_ticket()
    with unit_of_work(session):
        view = list_views.save_view(session, "tickets", name="Do Zé", query="filter=open&assignee=999999", columns=[],
                                    shared=True, actor=desk.as_sofia, now=NOON)
        pk = view.id
    html = browser.get(f"{PAGE}?filter=open&assignee=999999&view={pk}").text
    assert "Do Zé" in html
    assert "Responsável pelo atendimento" in text_of(html.split("Parte desta visão")[1][:200])
    assert shown(f"filter=open&assignee=999999&view={pk}") == [1]


def test_pages_follow_by_key_and_rows_come_alone(browser, open_ticket, shown):
    for _n in range(5):
        open_ticket()
    assert shown("size=2") == [1, 2]
    html = browser.get(f"{PAGE}?size=2").text
    after = re.search(r'data-after="([^"]+)"', html)[1]
    assert shown(f"size=2&after={after}") == [3, 4]
    rows = browser.get(f"{PAGE}rows?size=2&after={after}").text
    assert re.findall(r'data-number="(\d+)"', rows) == ["3", "4"]
    assert "data-following" in rows
    assert "<html" not in rows


def test_rows_are_read_again_one_by_one_under_the_filters(session, browser, desk, open_ticket, viewer_for, make_user,
                                                          world, sign_in):
    one, two = open_ticket(), open_ticket()
    ids = f"ids={one.attendance_id}&ids={two.attendance_id}&ids=999999"
    with unit_of_work(session):
        work.take(session, two.attendance_id, actor=desk.as_bruno, now=NOON)
    html = browser.get(f"{PAGE}rows?filter=open&assignee=none&{ids}").text
    found = re.findall(r'data-number="(\d+)"[^>]*?( data-out)?>', html)
    assert found == [("1", ""), ("2", " data-out")]  # seen, but no longer listed
    stranger = sign_in(make_user("verde", "Attendant", companies=[world.other_company]))
    assert "data-number" not in stranger.get(f"{PAGE}rows?{ids}").text
    assert browser.get(f"{PAGE}rows?ids=x").status_code == 400


def test_columns_and_widths_are_kept_for_the_person(browser, open_ticket, sign_in, desk):
    open_ticket()
    answer = browser.post("/lists/tickets/columns", {"columns": ["title", "number", "situation"], "query": ""})
    assert answer.status_code == 302
    look = {"widths": {"title": 300, "number": 5, "nothing": 9}, "filters": False}
    assert browser.post("/lists/tickets/look", json=look).status_code == 204
    html = browser.get(PAGE).text
    assert re.findall(r'<th [^>]*data-label="([^"]+)"', html) == ["Título", "N.º Chamado", "Status de Atendimento"]
    assert dict(re.findall(r'<col data-col="(\w+)" data-width="(\d+)"', html)) == {
        "title": "300", "number": "56", "situation": "130"}
    assert 'data-filters="0"' in html
    assert len(re.findall(r"<th [^>]*data-label", sign_in(desk.sofia).get(PAGE).text)) == 14
    for bad in ({"widths": {"title": "wide"}}, {"widths": []}, []):
        assert browser.post("/lists/tickets/look", json=bad).status_code == 400


@pytest.mark.req("C-32", "C-33", "C-40", "C-79", "C-80", "C-81", "C-82", "C-83", "C-90", "C-91")
def test_buttons_menu_and_footer_have_the_manuals_words(browser, sign_in, desk, open_ticket):
    open_ticket()
    html = sign_in(desk.sofia).get(PAGE).text
    tools = re.search(r'aria-label="Ações do chamado">(.*?)</div>', html, re.S)[1]
    assert [text_of(each) for each in re.findall(r"<span>(.*?)</span>", tools)] == [
        "Novo atendimento", "Excluir atendimento", "Encerrar atendimento", "Chamado pendente", "Desistir/Cancelar",
        "Encaminhar...", "Pesquisa", "Gerar arquivo CSV", "Sair..."]
    side = re.search(r'aria-label="Sobre o prestador">(.*?)</div>', html, re.S)[1]
    lateral = ["Detalhes do prestador", "Lotes", "Guias emitidas", "Pagamentos", "Comunicações internas"]
    assert [text_of(each) for each in re.findall(r"<span>(.*?)</span>", side)] == lateral
    menu = html.split('id="central-menu"')[1].split("b-menu-quick")[0]
    assert [text_of(each) for each in re.findall(r"<span>(.*?)</span>", menu)] == [
        "Alternar pastas (F2)", "Novo atendimento (F3)", "Excluir atendimento (F4)", "Chamado Pendente (F5)",
        "Desistir/Cancelar (F6)", "Encaminhar o atendimento para outro operador (Ctrl+T)", "Prestadores", *lateral,
        "Logs", "Sair (F12)"]
    assert "Rodapé de informações" in html
    assert ' disabled title="Você não tem permissão' not in tools
    assert 'data-act="delete" data-one disabled' in browser.get(PAGE).text  # a right of its own


@pytest.mark.req("C-07", "C-08")
def test_who_may_not_and_who_uses_the_crm_do_not_get_the_list(session, seeding, browser, sign_in, desk, open_ticket):
    open_ticket()
    assert ">Movimentações</span>" in browser.get("/attendances/").text
    assert sign_in(desk.pedro).get(PAGE).status_code == 403
    with seeding():
        session.add(Setting(key="uses_crm", value=True))
        session.flush()
    html = browser.get(PAGE).text
    assert "A central do prestador está fechada" in html
    assert "data-number" not in html
    assert browser.get(f"{PAGE}rows").status_code == 409


@pytest.mark.req("C-91")
def test_the_letters_of_the_list_stand_in_its_help_and_are_announced(open_ticket, browser):
    open_ticket()
    html = browser.get(PAGE).text
    help_rows = [text_of(each) for each in re.findall(r"<tr>(.*?)</tr>", html.split('id="shortcuts"')[1], re.S)]
    for line in ("Responder, numa linha da lista R", "Assumir, numa linha da lista A",
                 "Encerrar atendimento, numa linha da lista E", "Chamado pendente, numa linha da lista P",
                 "Enviar o que se escreve Ctrl Enter"):
        assert line in help_rows
    assert 'aria-keyshortcuts="R A E P"' in re.search(r'<table[^>]*role="grid"[^>]*>', html)[0]


@pytest.mark.req("C-65", "C-02")
def test_rows_say_that_the_provider_complemented_or_is_owed_an_answer_and_are_filtered_by_it(
        session, desk, open_ticket, say, shown, browser):
    tickets = [open_ticket() for _n in range(4)]
    for ticket in tickets[1:3]:
        say.reply(ticket, now=NOON)
    say.complement(tickets[2], now=NOON)
    with unit_of_work(session):
        work.close(session, tickets[3].attendance_id, actor=desk.as_ana, now=NOON, public_url="https://x.example")
    html = browser.get(PAGE).text
    said = [re.findall(r'class="b-turn [^"]*" title="([^"]+)">.*?<span class="sr-only">([^<]+)<', row) for row in
            html.split('id="central-rows"')[1].split("</tbody>")[0].split("</tr>")[:4]]
    assert said == [[("Aguardando operadora",) * 2], [], [("Prestador complementou",) * 2], []]
    assert options(html, "waiting") == ["--- Independente ---", "Aguardando operadora", "Aguardando prestador"]
    assert shown("waiting=operator") == [1, 3]  # a closed one waits for nobody
    assert shown("waiting=provider") == [2]
    assert shown("waiting=operator&filter=closed") == []
    html = browser.get(f"{PAGE}?waiting=provider").text
    assert re.search(r'<option value="provider" selected>', html)
    assert '<span class="b-n">1</span>' in html.split("data-toggle-filters")[1].split("</button>")[0]
    assert re.search(r'<b class="b-num"[^>]*>1</b>', html)
    with unit_of_work(session):
        view = list_views.save_view(session, "tickets", name="Minha vez", query="waiting=operator", columns=[],
                                    actor=desk.as_ana, now=NOON)
        pk = view.id
    assert shown(f"waiting=operator&view={pk}") == [1, 3]
    exported = browser.get(f"{PAGE}export.csv?waiting=operator").text
    assert (exported.count("Guia negada sem motivo"), "Aguardando operadora" in exported) == (2, False)
