"""Contacts of the demo company's two providers by "Fale conosco", in every state that the central tells apart."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ...models.classification import Classification, DefaultMotive, Subclassification
from ...models.company import Department
from ...models.provider_ticket import ProviderTicket
from .. import attachments, grants
from ..attachments import Uploads
from ..tickets import conversation, forwarding, opening, work

ONE, TWO = "prestador", "prestador2"
CONTACTS = {ONE: ("Otávio Brandão", "(35) 99800-1122", "otavio@valefrio.example.com"),
            TWO: ("Rosa Peixoto", "(19) 3232-4141", "oficina@polar.example.com")}
WAYBILL = ("romaneio-0611.csv", b"rota;peso (kg);km\nCampinas;4120;312\nLimeira;1980;58\n")
PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
       b"trailer<</Root 1 0 R>>\n%%EOF\n")
LICENCE = ("licenca-caminhao.pdf", PDF)
REFUSED, UNPAID, FREIGHT, FLEET, BANK = (
    ("Pagamento", "Nota fiscal recusada"), ("Pagamento", "Pagamento não localizado"),
    ("Faturamento", "Divergência de frete"), ("Cadastro", "Documentos da frota"), ("Cadastro", "Dados bancários"))


@dataclass(frozen=True)
class Step:
    """What somebody did so many hours after the opening; `by` is the place of an operator, None the provider."""

    verb: str
    hours: float
    by: int | None = None
    text: str = ""
    file: tuple[str, bytes] | None = None


def _take(hours, by):
    return Step("take", hours, by)


def _reply(hours, by, text):
    return Step("reply", hours, by, text)


def _add(hours, text, file=None):
    return Step("complement", hours, None, text, file)


# provider, hours ago, title, (classification, subclassification), standard reason, message, file, what was done
TICKETS = (
    (TWO, 24 * 30, "Troca da conta para recebimento", BANK, None,
     "Mudamos de banco. A conta nova é da mesma titularidade.", None,
     (_reply(5, 1, "Envie um comprovante da conta nova, por favor."), _add(26, "Comprovante anexado.", LICENCE),
      Step("close", 30, 1))),
    (ONE, 24 * 20, "Frete de abril pago a menor", FREIGHT, "Peso",
     "O demonstrativo trouxe 3.900 kg e a balança registrou 4.120 kg.", WAYBILL,
     (_take(40, 0), _reply(60, 0, "Conferimos com a balança: a diferença entra no próximo pagamento."),
      _add(80, "Perfeito, obrigado."), Step("close", 24 * 8, 0))),
    (ONE, 24 * 15, "Atualização da conta bancária", BANK, None,
     "Segue a nova agência para os próximos pagamentos.", None, (_take(2, 2), Step("close", 20, 2))),
    (TWO, 24 * 12, "Nota de manutenção da câmara 2", REFUSED, "Pedido de compra ausente",
     "A nota foi recusada por falta de pedido de compra. O pedido é o 8841.", None,
     (_reply(6, 1, "Pedido localizado. A nota foi aceita."), Step("close", 7, 1))),
    (ONE, 24 * 9, "Nota fiscal 20.417 recusada", REFUSED, "Imposto retido a maior",
     "A nota voltou com a retenção calculada em dobro.\nPodem rever antes do fechamento?", None, ()),
    (TWO, 24 * 8, "Pagamento de maio não localizado", UNPAID, None,
     "O pagamento das horas extras de maio não entrou na conta.", None,
     (_take(3, 0), Step("forward", 5, 0, "O financeiro precisa conferir a remessa."))),
    (ONE, 24 * 6, "Licença de dois caminhões", FLEET, "Licença vencida",
     "Renovamos a licença dos caminhões 12 e 15.", LICENCE,
     (_reply(4, 0, "Recebemos a do caminhão 12. Falta a do 15."), _add(24 * 5, "Segue a do 15.", LICENCE))),
    (ONE, 24 * 4, "Divergência de frete na rota Campinas", FREIGHT, "Distância",
     "A rota passou a ter 312 km com o desvio da ponte.", None,
     (_take(1, 1), _reply(22, 1, "Pode enviar o romaneio com a quilometragem da semana?"))),
    (TWO, 24 * 3, "Horas de plantão do feriado", UNPAID, None,
     "As horas do plantão do feriado não vieram no demonstrativo.", None,
     (_take(2, 1), Step("pending", 4, 1))),
    (TWO, 24 * 2, "Nota fiscal de peças recusada", REFUSED, None,
     "A nota 5512 foi recusada sem motivo informado.", None,
     (_reply(3, 0, "O CNPJ do tomador está errado. Emita outra nota e responda por aqui."),)),
    (ONE, 24 * 2, "Cadastro de um novo veículo", FLEET, None,
     "Compramos um caminhão refrigerado; segue a documentação.", LICENCE, (_take(6, 0),)),
    (ONE, 30, "Frete do dia 12 pago em dobro", FREIGHT, "Peso",
     "Recebemos duas vezes o frete do dia 12. Como devolvemos?", None, (_take(1, 2), Step("pending", 3, 2))),
    (TWO, 5, "Troca do responsável técnico", FLEET, None,
     "O responsável técnico da oficina mudou. Quais documentos devemos enviar?", None, ()),
    (ONE, 3, "Segunda parcela não localizada", UNPAID, "Dados bancários alterados",
     "A primeira parcela entrou; a segunda, prevista para ontem, não.", WAYBILL, ()),
)


def plant(session, company, operators: list, *, uploads: Uploads, public_url: str, now: datetime) -> None:
    """The contacts of TICKETS, the oldest first, where there is no ticket yet. `operators` are Viewers."""
    if session.scalar(select(ProviderTicket.number).limit(1)) is not None:
        return
    users = dict(map(tuple, session.execute(select(User.username, User).where(User.username.in_(CONTACTS)))))
    providers = {name: grants.viewer_of(session, user) for name, user in users.items()}
    finance = session.scalar(select(Department.id).where(
        Department.company_id == company.id, Department.name == "Financeiro"))
    for name, hours, title, leaf, motive, message, file, steps in TICKETS:
        opened_at, (person, phone, email) = now - timedelta(hours=hours), CONTACTS[name]
        values = {"title": title, "message": message, "contact_name": person, "contact_phone": phone,
                  "contact_email": email, **_leaf(session, leaf, motive)}
        pk = _with(uploads, file, partial(_open, session, values, providers[name], opened_at))
        for step in steps:
            _do(session, pk, step, operators[step.by] if step.by is not None else providers[name], finance,
                uploads=uploads, public_url=public_url, now=opened_at + timedelta(hours=step.hours))


def _open(session, values, actor, now, files) -> int:
    return opening.open_ticket(session, values, files=files, actor=actor, now=now).attendance_id


def _do(session, pk, step, actor, finance, *, uploads, public_url, now) -> None:
    match step.verb:
        case "take":
            work.take(session, pk, actor=actor, now=now)
        case "reply":
            conversation.reply(session, pk, step.text, public_url=public_url, actor=actor, now=now)
        case "complement":
            _with(uploads, step.file, lambda files: conversation.complement(
                session, pk, step.text, files=files, actor=actor, now=now))
        case "pending":
            work.leave_pending(session, pk, actor=actor, now=now)
        case "forward":
            forwarding.forward(session, pk, department_id=finance, reason=step.text, actor=actor, now=now)
        case "close":
            work.close(session, pk, public_url=public_url, actor=actor, now=now)


def _with(uploads, file, act):
    """`act` with the file, if there is one, received as a form's would be."""
    if file is None:
        return act(())
    name, content = file
    with attachments.receive(uploads, BytesIO(content), name) as arrived:
        return act((arrived,))


def _leaf(session, leaf, motive) -> dict:
    classification, below = leaf
    sub = session.scalars(select(Subclassification).join(Subclassification.classification).where(
        Classification.name == classification, Subclassification.name == below)).one()
    reason = motive and session.scalars(select(DefaultMotive.id).where(
        DefaultMotive.subclassification_id == sub.id, DefaultMotive.name == motive)).one()
    return {"classification_id": sub.classification_id, "subclassification_id": sub.id, "motive_id": reason or None}
