"""The demo company itself, how it classifies, and the people and firms in its register."""
from datetime import date

from sqlalchemy import select

from ...models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Phase,
    Scope,
    Situation,
    Subclassification,
)
from ...models.company import Company, Department, Unit
from ...models.entity import ContactType, Entity, RoleType
from ...security.viewer import SYSTEM
from .. import entities
from ..registers import ensure

COMPANY = "Laticínios Serra Clara S.A."
UNITS = {"Matriz São Lourenço": False, "Fábrica Monte Belo": False, "Centro de Distribuição Campinas": False,
         "Ouvidoria": True}  # name: restricted
DEPARTMENTS = {"Atendimento": None, "Qualidade": None, "Laboratório": "Qualidade", "Logística": None,
               "Financeiro": None}  # name: the one above
SITUATIONS = {"Em análise no laboratório": Phase.PENDING, "Resolvido": Phase.CLOSED}
CUSTOMER_SITUATIONS = {"Aguardando cliente": Phase.PENDING}  # a provider has an answer of ours to wait for him by
PROVIDER_SITUATIONS = {"Em análise": Phase.IN_PROGRESS, "Aguardando documentos": Phase.PENDING}  # of the central alone
CONTACT_TYPES = ("Comercial", "Compras", "Financeiro", "Qualidade")
MOTIVES = {
    "Reclamação": {
        "Embalagem violada ou estufada": ("Falha na selagem", "Quebra da cadeia de frio", "Avaria no transporte"),
        "Sabor ou cheiro alterado": ("Armazenagem no ponto de venda", "Lote em análise"),
        "Entrega não realizada": ("Endereço não localizado", "Rota atrasada"),
    },
    "Dúvida": {
        "Informação nutricional": ("Alergênicos", "Tabela nutricional"),
        "Onde encontrar": ("Ponto de venda", "Loja virtual"),
        "Promoção": ("Regulamento", "Prêmio não recebido"),
    },
    "Solicitação": {
        "Segunda via de documento": ("Nota fiscal", "Boleto"),
        "Coleta de produto": ("Troca", "Análise em laboratório"),
        "Alteração de cadastro": ("Endereço", "Contato"),
    },
    "Elogio": {"Produto": ("Qualidade",), "Atendimento": ("Cordialidade", "Rapidez")},
    "Sugestão": {"Produto novo": (), "Embalagem": ()},
}
CLASSIFICATIONS = {  # of providers' tickets: (return days, {subclassification: (return days, standard reasons)})
    "Pagamento": (5, {"Nota fiscal recusada": (3, ("Imposto retido a maior", "Pedido de compra ausente")),
                      "Pagamento não localizado": (5, ("Dados bancários alterados",))}),
    "Faturamento": (10, {"Divergência de frete": (5, ("Peso", "Distância"))}),
    "Cadastro": (2, {"Documentos da frota": (2, ("Licença vencida",)), "Dados bancários": (2, ())}),
}
# name, document, main phone, e-mail, (street, number, district, city, state, CEP), roles, born
PERSONS = (
    ("Joana D'Ávila Pereira", "34167211017", "(35) 99871-2045", "joana.davila@example.com",
     ("Rua das Acácias", "120", "Centro", "São Lourenço", "MG", "37470000"), ("customer",), date(1984, 3, 12)),
    ("João Batista Conceição", "68403885490", "(11) 98765-4321", "joao.conceicao@example.com",
     ("Avenida Paulista", "900", "Bela Vista", "São Paulo", "SP", "01310100"), ("customer",), date(1975, 8, 30)),
    ("Márcia Regina Gonçalves", "21430443219", "(21) 97654-3210", "marcia.goncalves@example.com",
     ("Rua Voluntários da Pátria", "45", "Botafogo", "Rio de Janeiro", "RJ", "22270000"), ("customer",), None),
    ("Antônio Carlos de Souza", "44519568382", "(31) 3281-4400", "acsouza@example.com",
     ("Rua da Bahia", "1010", "Centro", "Belo Horizonte", "MG", "30160011"), ("customer",), date(1958, 12, 1)),
    ("Lívia Fonseca Araújo", "23741840483", "(19) 99123-8877", "livia.araujo@example.com",
     ("Rua Barão de Jaguara", "300", "Centro", "Campinas", "SP", "13015001"), ("customer", "partner"),
     date(1991, 5, 5)),
    ("Sebastião Müller", "94836694647", "(51) 98111-2233", "sebastiao.muller@example.com",
     ("Rua dos Andradas", "77", "Centro Histórico", "Porto Alegre", "RS", "90020005"), ("customer",), None),
    ("Íngrid Nascimento Alves", "72344010750", "(71) 99222-3344", "ingrid.alves@example.com",
     ("Rua Chile", "8", "Centro", "Salvador", "BA", "40020000"), ("customer",), date(2000, 2, 29)),
    ("Tomás Vilela Prado", "48875231656", "(61) 98333-4455", "tomas.prado@example.com",
     ("SQN 210 Bloco B", "304", "Asa Norte", "Brasília", "DF", "70862020"), (), None),  # no role: SAC is refused (S-06)
)
FIRMS = (
    ("Supermercados Bom Preço Ltda.", "14937424000191", "(11) 3456-7000", "compras@bompreco.example.com",
     ("Rua do Gasômetro", "512", "Brás", "São Paulo", "SP", "03004000"), ("customer", "partner"), None),
    ("Padaria e Confeitaria Três Irmãos ME", "69259050000194", "(35) 3332-1818", "contato@tresirmaos.example.com",
     ("Praça Brasil", "33", "Centro", "São Lourenço", "MG", "37470000"), ("customer",), None),
    ("Mercearia do Lago Comércio de Alimentos", "12ABC34501DE35", "(61) 3340-9090", "financeiro@mercearia.example.com",
     ("SHIS QI 11", "20", "Lago Sul", "Brasília", "DF", "71625205"), ("customer", "partner"), None),
    ("Transportes Vale Frio Ltda.", "72554917000149", "(35) 3331-5500", "frota@valefrio.example.com",
     ("Rodovia BR-460", "s/n", "Distrito Industrial", "São Lourenço", "MG", "37470000"),
     ("provider", "supplier"), None),
    ("Polar Refrigeração e Manutenção ME", "36310002000124", "(19) 3232-4141", "oficina@polar.example.com",
     ("Rua Abolição", "210", "Ponte Preta", "Campinas", "SP", "13045610"), ("provider",), None),
    ("Embalagens União S.A.", "92908793000160", "(47) 3366-7788", "vendas@uniao.example.com",
     ("Rua XV de Novembro", "1500", "Centro", "Blumenau", "SC", "89010001"), ("supplier",), None),
)
CONTACTS = {  # firm: (name, contact type, job title, mobile, e-mail)
    "Supermercados Bom Preço Ltda.": (
        ("Paula Teixeira", "Compras", "Compradora de frios", "(11) 97111-0001", "paula@bompreco.example.com"),
        ("Gustavo Lima Reis", "Financeiro", "Contas a pagar", "(11) 97111-0002", "gustavo@bompreco.example.com")),
    "Transportes Vale Frio Ltda.": (
        ("Otávio Brandão", "Comercial", "Gerente de frota", "(35) 99800-1122", "otavio@valefrio.example.com"),),
}


def plant(session, *, now) -> Company:
    """The company with units, departments, trees, situations and register. Returns it."""
    company = ensure(session, Company, COMPANY, actor=SYSTEM, now=now, code="SERRA", document="50184637000153")
    for name, restricted in UNITS.items():
        ensure(session, Unit, name, actor=SYSTEM, now=now, parent={"company_id": company.id}, restricted=restricted)
    ids = {None: None}
    for name, above in DEPARTMENTS.items():
        ids[name] = ensure(session, Department, name, actor=SYSTEM, now=now, parent={"company_id": company.id},
                           parent_id=ids[above]).id
    _classify(session, now)
    _register(session, company, now)
    return company


def _classify(session, now) -> None:
    def made(model, name, parent=None, **values):
        return ensure(session, model, name, actor=SYSTEM, now=now, parent=parent, **values).id

    for position, (name, phase) in enumerate(SITUATIONS.items(), 10):
        made(Situation, name, phase=phase, position=position)
    for scope, first, situations in ((Scope.SAC, 15, CUSTOMER_SITUATIONS), (Scope.PROVIDER, 20, PROVIDER_SITUATIONS)):
        for position, (name, phase) in enumerate(situations.items(), first):
            made(Situation, name, phase=phase, position=position, scope=scope)
    for name in CONTACT_TYPES:
        made(ContactType, name)
    for motive, occurrences in MOTIVES.items():
        motive_id = made(Motive, motive)
        for occurrence, causes in occurrences.items():
            occurrence_id = made(Occurrence, occurrence, {"motive_id": motive_id})
            for cause in causes:
                made(Cause, cause, {"occurrence_id": occurrence_id})
    for classification, (days, below) in CLASSIFICATIONS.items():
        classification_id = made(Classification, classification, return_days=days)
        for name, (sub_days, reasons) in below.items():
            sub_id = made(Subclassification, name, {"classification_id": classification_id}, return_days=sub_days)
            for reason in reasons:
                made(DefaultMotive, reason, {"subclassification_id": sub_id}, return_days=sub_days)


def _register(session, company, now) -> None:
    role_types = {role.code: role.id for role in session.scalars(select(RoleType))}
    contact_types = {row.name: row.id for row in session.scalars(select(ContactType))}
    plants = session.scalars(
        select(Unit.id).where(Unit.company_id == company.id, ~Unit.restricted).order_by(Unit.id)).all()
    there = set(session.scalars(select(Entity.document).where(Entity.company_id == company.id)))
    for kind, rows in (("individual", PERSONS), ("company", FIRMS)):
        for number, (name, document, phone, email, address, roles, born) in enumerate(rows):
            if document in there:
                continue
            street, house, district, city, state, cep = address
            entities.create(session, {
                "company": company.id, "kind": kind, "name": name, "document": document, "birth_date": born,
                "units": [plants[number % len(plants)]],
                "roles": [{"role_type": role_types[code]} for code in roles],
                "addresses": [{"street": street, "number": house, "district": district, "city": city, "state": state,
                               "cep": cep, "is_main": True}],
                "phones": [{"number": phone, "kind": "landline" if phone[5] in "345" else "mobile", "is_main": True}],
                "econtacts": [{"kind": "email", "value": email, "is_main": True}],
                "contacts": [
                    {"name": person, "contact_type": contact_types[sector], "job_title": title, "mobile": mobile,
                     "email": mail} for person, sector, title, mobile, mail in CONTACTS.get(name, ())],
            }, actor=SYSTEM, now=now)


def channels(session) -> dict[str, int]:
    """{code: id} of the channels."""
    return dict(map(tuple, session.execute(select(Channel.code, Channel.id).where(Channel.code.is_not(None)))))
