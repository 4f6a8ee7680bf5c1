"""The knowledge base of a water utility: three sections, six categories, informations and requests."""
from sqlalchemy import select

from ...models.knowledge import Identification, KnowledgeCategory, KnowledgeKind, KnowledgeSection
from ...security.viewer import SYSTEM
from .. import knowledge
from ..registers import ensure

INFORMATION, REQUEST = KnowledgeKind.INFORMATION, KnowledgeKind.REQUEST
ANONYMOUS, IDENTIFIED = Identification.ANONYMOUS, Identification.IDENTIFIED


def _known(title, solution, guidance=None) -> dict:
    return {"title": title, "kind": INFORMATION, "proposed_solution": solution, "operator_guidance": guidance}


def _asked(title, identification, return_days, solution, guidance) -> dict:
    return {**_known(title, solution, guidance), "kind": REQUEST, "identification": identification,
            "return_days": return_days}


# The items of the categories of each section.
BASE = {
    "Abastecimento": {
        "Falta de água": (
            _known("Manutenção programada no Jardim Aurora",
             "A rede do Jardim Aurora passa por troca de registro até as 18h de hoje. O abastecimento volta de forma "
             "gradual em até 4 horas depois do término. Mantenha o registro do cavalete aberto e evite ligar bombas "
             "nesse período."),
            _asked("Falta de água no imóvel", IDENTIFIED, 1,
             "Vamos enviar uma equipe ao seu endereço em até 24 horas. Deixe o cavalete livre e, se possível, alguém "
             "no local.",
             "Antes de registrar: registro do cavalete aberto, boia da caixa, conta vencida. Anote um ponto de "
             "referência."),
            _asked("Caminhão-pipa para hospital ou escola", IDENTIFIED, 0,
             "O atendimento de hospitais, creches e escolas é prioritário: o caminhão sai no mesmo dia.",
             "Só para unidades de saúde e de ensino. Anote quantas pessoas há no local e o volume da caixa-d'água."),
        ),
        "Qualidade da água": (
            _known("Água com cor depois de manutenção",
             "A cor vem do ferro que se solta da rede quando a água volta. Abra a torneira mais próxima do cavalete "
             "por cinco minutos, até clarear. A água não faz mal, mas não lave roupa clara nesse período."),
            _asked("Coleta de amostra para análise", IDENTIFIED, 1,
             "Um técnico coleta a amostra em até 1 dia útil, com hora marcada. O laudo chega por e-mail em 5 dias.",
             "Se alguém passou mal, encaminhe à Qualidade por telefone antes de registrar."),
        ),
    },
    "Contas e pagamento": {
        "Segunda via e débito": (
            _known("Como tirar a segunda via",
             "A segunda via está no site e no aplicativo, com o número da ligação e o CPF do titular. Também pode ser "
             "paga por Pix com o código que está no alto da conta."),
            _known("Débito automático",
             "O cadastro é feito no banco, com o número da ligação. Vale a partir da conta seguinte, desde que falte "
             "mais de 10 dias para o vencimento."),
            _asked("Parcelamento de débitos", IDENTIFIED, 5,
             "O débito pode ser parcelado em até 12 vezes, com entrada de 20 %. A proposta chega por e-mail em até 5 "
             "dias.",
             "Só com o titular ou com procuração. Não informe o valor da dívida a outra pessoa."),
        ),
        "Consumo e leitura": (
            _known("Tarifa social: quem tem direito",
             "Têm direito as famílias inscritas no CadÚnico com renda de até meio salário mínimo por pessoa. O "
             "desconto é de 50 % nos primeiros 15 m³.", "A inscrição é no CRAS; aqui só se confere o NIS."),
            _asked("Revisão da leitura do hidrômetro", IDENTIFIED, 10,
             "Um leiturista volta ao imóvel em até 10 dias. Se houve erro, a conta é refeita e o que foi pago a mais "
             "volta na seguinte.",
             "Peça a leitura de agora e, se puder, uma foto do hidrômetro. A cobrança não fica suspensa."),
            _known("Desconto por vazamento interno",
             "Com a nota do conserto, a parte do esgoto do consumo excedente é descontada em até duas contas por ano.",
             None),
        ),
    },
    "Rede e obras": {
        "Vazamentos": (
            _asked("Vazamento de água na rua", ANONYMOUS, 2,
             "A equipe vai ao local em até 48 horas; vazamentos grandes são atendidos no mesmo dia.",
             "Não é preciso vincular a pessoa. Anote rua, número em frente e se há água entrando em algum imóvel."),
            _asked("Buraco deixado por obra", ANONYMOUS, 7,
             "A recomposição do asfalto é feita em até 7 dias depois do conserto da rede.",
             "Confira se a obra é nossa: as da prefeitura vão para o 156."),
        ),
        "Esgoto e fraude": (
            _asked("Esgoto voltando para dentro do imóvel", IDENTIFIED, 0,
             "A desobstrução é feita no mesmo dia. Não use descargas nem ralos até a equipe chegar.",
             "Pergunte se a caixa de inspeção da calçada está cheia: se não está, o entupimento é interno."),
            _asked("Denúncia de ligação clandestina", ANONYMOUS, 10,
             "A denúncia é anônima: o seu nome não fica registrado. A fiscalização vai ao local em até 10 dias.",
             "Não pergunte o nome. Anote o endereço e o que foi visto."),
        ),
    },
}


def plant(session, *, now) -> None:
    """The base, where there is none yet."""
    if session.scalar(select(KnowledgeSection.id).limit(1)) is not None:
        return
    for place, (name, categories) in enumerate(BASE.items(), 1):
        section = ensure(session, KnowledgeSection, name, actor=SYSTEM, now=now, position=place)
        for order, (below, rows) in enumerate(categories.items(), 1):
            category = ensure(session, KnowledgeCategory, below, actor=SYSTEM, now=now,
                              parent={"section_id": section.id}, position=order)
            for values in rows:
                knowledge.items.create(session, {"category": category, **values}, actor=SYSTEM, now=now)
