"""A small knowledge base, who keeps it and who reads it."""
import pytest

from app.models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from app.security.permissions import ATTENDANT, CONFIGURATOR


@pytest.fixture
def base(session, seeding):
    """{key: row}: two sections, three categories, five items of which two are not shown."""
    with seeding():
        bills = KnowledgeSection(name="Contas", position=2)
        supply = KnowledgeSection(name="Abastecimento", position=1)
        copies = KnowledgeCategory(name="Segunda via", section=bills)
        dry = KnowledgeCategory(name="Falta de água", section=supply, position=1)
        old = KnowledgeCategory(name="Rodízio", section=supply, active=False)
        rows = {
            "bills": bills, "supply": supply, "copies": copies, "dry": dry, "old": old,
            "portal": KnowledgeItem(title="Segunda via no portal", category=copies, kind="information",
                                    proposed_solution="Peça com o CPF.\nVale <b>hoje</b>."),
            "lack": KnowledgeItem(title="Água que não chega", category=dry, kind="request", identification="identified",
                                  return_days=1, proposed_solution="A equipe vai até você.",
                                  operator_guidance="Pergunte pela boia."),
            "fraud": KnowledgeItem(title="Denúncia de ligação", category=dry, kind="request",
                                   identification="anonymous", return_days=0),
            "off": KnowledgeItem(title="Fora de uso", category=dry, kind="information", proposed_solution="Não diga.",
                                 active=False),
            "under": KnowledgeItem(title="Rodízio de 2024", category=old, kind="information",
                                   proposed_solution="Dia sim, dia não.")}
        session.add_all(rows.values())
    session.flush()
    return rows


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user("ana", ATTENDANT, companies=[world.company]))
