"""Three weeks of attendances of the demo company: opened, answered and closed as people would have done it."""
from datetime import datetime, timedelta

from sqlalchemy import select

from ...models.attendance import Attendance, Direction
from ...models.classification import Cause, Motive, Occurrence, Situation
from ...models.company import Company
from ...models.entity import Entity
from .. import attendances
from .company import channels

# channel, direction, (motive, occurrence, cause), what was said, what was answered, what became of it
SCENES = (
    ("whatsapp", "receptive", ("Reclamação", "Embalagem violada ou estufada", "Quebra da cadeia de frio"),
     "Comprei quatro iogurtes de morango ontem e dois estavam com a tampa estufada.\nLote 4471, validade 02/12.",
     "Pedimos desculpas pelo ocorrido. Vamos coletar o produto amanhã pela manhã e enviar outro.", "Resolvido"),
    ("phone", "receptive", ("Dúvida", "Informação nutricional", "Alergênicos"),
     "Quer saber se o requeijão tradicional contém glúten.", "Não contém glúten; contém leite e derivados.",
     "Encerrado"),
    ("email", "receptive", ("Solicitação", "Segunda via de documento", "Nota fiscal"),
     "Solicito a segunda via da NF 20.417, não recebida com a entrega.", None, "Em andamento"),
    ("chat", "receptive", ("Dúvida", "Promoção", "Prêmio não recebido"),
     "Cadastrei os códigos da promoção Café da Manhã Premiado e o prêmio não chegou.",
     "O prêmio foi postado hoje; o código de rastreio segue por e-mail.", "Aguardando cliente"),
    ("social", "receptive", ("Elogio", "Produto", "Qualidade"),
     "Postou elogio ao queijo minas padrão na página da empresa.", "Agradecemos muito o carinho!", "Encerrado"),
    ("phone", "receptive", ("Reclamação", "Entrega não realizada", "Rota atrasada"),
     "A entrega prevista para terça-feira não chegou à loja.", None, "Aberto"),
    ("telegram", "receptive", ("Dúvida", "Onde encontrar", "Ponto de venda"),
     "Onde encontro a manteiga com sal na zona norte?", "Enviamos a lista dos três mercados mais próximos.",
     "Encerrado"),
    ("counter", "receptive", ("Solicitação", "Alteração de cadastro", "Endereço"),
     "Esteve na recepção para informar o novo endereço de entrega.", "Cadastro atualizado na presença do cliente.",
     "Resolvido"),
    ("phone", "active", ("Solicitação", "Coleta de produto", "Análise em laboratório"),
     "Contato para agendar a coleta da amostra do lote 4471.", "Coleta agendada para quinta-feira, das 9h às 12h.",
     "Em análise no laboratório"),
    ("portal", "receptive", ("Sugestão", "Embalagem", None),
     "Sugere embalagem de um litro com tampa de rosca.", None, "Aberto"),
    ("messenger", "receptive", ("Reclamação", "Sabor ou cheiro alterado", "Lote em análise"),
     "O leite integral aberto hoje está com cheiro azedo, dentro da validade.",
     "Encaminhamos ao laboratório e respondemos em até cinco dias.", "Em análise no laboratório"),
    ("email", "receptive", ("Reclamação", "Entrega não realizada", "Endereço não localizado"),
     "Pedido devolvido como endereço não localizado, mas o endereço está correto.", None, "Pendente"),
)
COUNT = 32
TITLES = {"Reclamação": "Reclamação de produto ou entrega", "Solicitação": "Solicitação do cliente"}


def plant(session, company: Company, operators: list, *, now: datetime) -> int:
    """Open COUNT attendances by these viewers in turn, the oldest first; none where the company has some already."""
    if session.scalar(select(Attendance.id).where(Attendance.company_id == company.id).limit(1)) is not None:
        return 0
    channel_ids, leaves = channels(session), _leaves(session)
    situations = {row.name: row for row in session.scalars(select(Situation))}
    customers = [entity for entity in session.scalars(
        select(Entity).where(Entity.company_id == company.id).order_by(Entity.id)).unique()
        if any(role.role_type.code == "customer" for role in entity.active_roles)]
    for number in range(COUNT):
        channel, direction, leaf, said, answer, outcome = SCENES[number % len(SCENES)]
        entity, actor = customers[number % len(customers)], operators[number % len(operators)]
        opened_at = now - timedelta(hours=(COUNT - number) * 16, minutes=(number * 37) % 60)
        motive_id, occurrence_id, cause_id = leaves[leaf]
        attendance = attendances.open_attendance(
            session, entity_id=entity.id, actor=actor, now=opened_at,
            values={"motive_id": motive_id, "occurrence_id": occurrence_id, "cause_id": cause_id,
                    "role_type_id": entity.active_roles[0].role_type_id, "title": TITLES.get(leaf[0]),
                    "unit_id": entity.units[0].id if entity.units and number % 3 else None},
            detail={"channel_id": channel_ids[channel], "direction": Direction(direction), "description": said,
                    "received_at": opened_at - timedelta(minutes=25) if channel == "email" else None})
        _go_on(session, attendance, number, situations[outcome], answer, channel_ids[channel], actor=actor,
               now=opened_at)
    return COUNT


def _go_on(session, attendance, number, situation, answer, channel_id, *, actor, now) -> None:
    """The answer some time later, and the situation it has come to; every third has a second contact in between."""
    if situation.phase == attendance.phase and answer is None:
        return
    if number % 3 == 0:
        attendances.add_detail(session, attendance.id, actor=actor, now=now + timedelta(hours=1), detail={
            "channel_id": channel_id, "direction": Direction.ACTIVE,
            "description": "Retorno ao cliente para confirmar os dados do pedido."})
    attendances.save_attendance(
        session, attendance.id, version=None, values={"situation_id": situation.id}, actor=actor,
        now=now + timedelta(hours=2, minutes=number),
        detail={"page": 1, "channel_id": channel_id, "description": attendance.details[0].description, "answer": answer}
        if answer else None)


def _leaves(session) -> dict[tuple, tuple]:
    """{(motive, occurrence, cause or None): their ids}."""
    rows = session.execute(select(Motive, Occurrence, Cause).join(Occurrence, Occurrence.motive_id == Motive.id)
                           .outerjoin(Cause, Cause.occurrence_id == Occurrence.id)).all()
    return {(motive.name, occurrence.name, cause and cause.name): (motive.id, occurrence.id, cause and cause.id)
            for motive, occurrence, cause in rows}
