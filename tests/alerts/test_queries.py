"""However many alerts there are, a page sends the same queries; the record is charged one for its icon."""
import pytest

PAGES = {
    "record": lambda world: f"/attendances/{world.attendance.protocol}",
    "new attendance": lambda world: f"/attendances/new?entity={world.entity.id}",
    "entity": lambda world: f"/entities/show/{world.entity.id}",
    "alerts of the entity": lambda world: f"/alerts/entity/{world.entity.id}",
    "register": lambda world: "/alerts/list/",
}


def sent(browser, queries, address):
    """The queries of the second of two requests: the first fills what a process keeps."""
    for _ in range(2):
        queries.clear()
        assert browser.get(address).status_code == 200
    return [x for x in queries if " alert" in x], len(queries)


@pytest.mark.req("S-25")
@pytest.mark.parametrize("page", PAGES)
def test_thirty_alerts_cost_no_more_queries_than_three(browser, world, warn, queries, page):
    for number in range(3):
        warn("Alta", f"Aviso {number}")
    of_alerts, few = sent(browser, queries, PAGES[page](world))
    for number in range(27):
        warn("Baixa", f"Outro {number}")
    assert sent(browser, queries, PAGES[page](world))[1] == few
    if page in ("record", "new attendance", "entity", "alerts of the entity"):
        assert len(of_alerts) == 1, of_alerts
