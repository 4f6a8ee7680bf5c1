"""Scripts of attendance of a water utility, on two departments of the demo company."""
from sqlalchemy import select

from ...models.company import Company, Department
from ...models.script import Script
from ...security.viewer import SYSTEM
from .. import scripts

DESK, QUALITY = "Atendimento", "Qualidade"
SCRIPTS = (  # title, departments, active, text
    ("Saudação e identificação", (DESK, QUALITY), True, """\
{{empresa}}, bom dia. Meu nome é {{atendente}}. Com quem eu falo, por favor?

1. Anote o nome completo e o telefone de retorno.
2. Peça o número da ligação, que está no alto da conta, ou o CPF do titular.
3. Confirme o endereço do imóvel antes de falar de consumo ou de débitos.

Se quem fala não é o titular, informe só o que é público: prazos, endereços e interrupções."""),
    ("Falta de água no imóvel", (DESK,), True, """\
{{primeiro_nome}}, a falta de água é só no seu imóvel ou também na vizinhança?

SÓ NO IMÓVEL
1. O registro do cavalete está aberto?
2. A boia da caixa-d'água está solta?
3. Há conta vencida há mais de 30 dias?

NA VIZINHANÇA
1. Confira na base de conhecimento se há manutenção programada no bairro.
2. Se não houver, registre a solicitação "Falta de água no imóvel".

Antes de encerrar: "O protocolo do seu atendimento é {{protocolo}}. O abastecimento volta aos poucos; mantenha o \
registro aberto e evite ligar bombas."""),
    ("Conta acima da média", (DESK,), True, """\
Entendo a preocupação, {{primeiro_nome}}. Vamos conferir juntos.

1. Leia para mim os números pretos do hidrômetro.
2. Compare com a leitura da conta: a diferença é o consumo desde então.
3. Feche todas as torneiras e veja se o ponteiro do hidrômetro continua girando.

Se continua girando, há vazamento interno: oriente a chamar um encanador e informe o desconto por vazamento comprovado.
Se parou, ofereça a revisão da leitura. Não prometa cancelar a conta."""),
    ("Religação de água", (DESK,), True, """\
1. Confirme o pagamento: o comprovante entra no sistema em até 2 horas úteis.
2. Informe o prazo: 24 horas na cidade, 48 horas na zona rural, depois da baixa do pagamento.
3. Avise que alguém maior de 18 anos deve estar no imóvel se o cavalete fica para dentro.

"Vou registrar agora. O seu protocolo é {{protocolo}}."

Religar por conta própria é irregular: se a pessoa disser que já o fez, oriente sem acusar e registre."""),
    ("Água com cor, cheiro ou gosto", (QUALITY, DESK), True, """\
1. Desde quando? Na água fria, na quente, ou nas duas?
2. Houve manutenção na rua ou limpeza da caixa-d'água?
3. Alguém passou mal? Se sim, encaminhe à Qualidade agora, sem encerrar.

Oriente: "Abra a torneira mais próxima do cavalete por cinco minutos. Se a cor continuar, não beba nem cozinhe com \
essa água até a visita do técnico."

Coleta de amostra: em até 1 dia útil, com hora marcada."""),
    ("Aviso do rodízio de 2024", (DESK,), False, """\
O abastecimento do seu setor segue o rodízio publicado no site, das 6h às 18h, dia sim, dia não."""),
)


def plant(session, company: Company, *, now) -> None:
    """The scripts, where there is none yet."""
    if session.scalar(select(Script.id).limit(1)) is not None:
        return
    departments = {row.name: row for row in session.scalars(
        select(Department).where(Department.company_id == company.id))}
    for position, (title, names, active, body) in enumerate(SCRIPTS, 1):
        scripts.create(session, {
            "title": title, "departments": [departments[name] for name in names], "active": active, "body": body,
            "position": position}, actor=SYSTEM, now=now)
