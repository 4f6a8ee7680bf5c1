"""What made-up people and cases are called, and what is said in them. No text here needs escaping in JSON."""
from random import Random

CHANNEL_SHARES = {"phone": 40, "whatsapp": 24, "chat": 12, "email": 10, "portal": 5, "social": 3, "counter": 3,
                  "messenger": 1, "telegram": 1, "provider_web": 1}
ROLE_SHARES = {"customer": 90, "partner": 4, "provider": 4, "supplier": 2}

TREE = {  # used where no motive is registered yet
    "Reclamação": {
        "Cobrança": ("Valor maior que o contratado", "Cobrança em duplicidade", "Serviço não solicitado",
                     "Pagamento não reconhecido"),
        "Qualidade do serviço": ("Queda de conexão", "Velocidade abaixo da contratada", "Sinal intermitente"),
        "Entrega": ("Atraso", "Produto avariado", "Produto trocado", "Endereço não localizado"),
        "Atendimento anterior": ("Protocolo sem retorno", "Informação incorreta", "Demora no atendimento"),
    },
    "Solicitação": {
        "Segunda via": ("Fatura", "Contrato", "Nota fiscal"),
        "Alteração cadastral": ("Endereço", "Telefone", "Titularidade"),
        "Instalação": ("Novo endereço", "Mudança de cômodo", "Ponto adicional"),
        "Cancelamento": ("Mudança de cidade", "Concorrência", "Dificuldade financeira", "Insatisfação"),
    },
    "Dúvida": {
        "Fatura": ("Data de vencimento", "Forma de pagamento", "Composição do valor"),
        "Produto": ("Uso", "Garantia", "Compatibilidade"),
        "Contrato": ("Fidelidade", "Reajuste", "Renovação"),
    },
    "Suporte técnico": {
        "Sem conexão": ("Equipamento desligado", "Rompimento de fibra", "Falha na autenticação"),
        "Lentidão": ("Rede sem fio", "Interferência", "Uso simultâneo"),
        "Equipamento": ("Defeito", "Troca", "Configuração"),
    },
    "Elogio": {"Atendente": ("Cordialidade", "Rapidez"), "Técnico": ("Pontualidade", "Solução definitiva")},
}
TICKET_TREE = {  # (classification, return days): {subclassification: motives}; used where none is registered yet
    ("Autorização de guias", 2): {
        "Consulta": ("Guia negada", "Guia em análise", "Senha vencida"),
        "Exames": ("Material não autorizado", "Quantidade divergente"),
        "Internação": ("Prorrogação", "Mudança de acomodação")},
    ("Faturamento", 5): {
        "Glosa": ("Glosa técnica", "Glosa administrativa", "Recurso de glosa"),
        "Lote": ("Lote rejeitado", "Arquivo inválido"),
        "Pagamento": ("Pagamento não localizado", "Valor divergente", "Retenção de imposto")},
    ("Cadastro", 10): {
        "Dados bancários": ("Alteração de conta",),
        "Corpo clínico": ("Inclusão de profissional", "Exclusão de profissional"),
        "Contrato": ("Reajuste", "Renovação")},
    ("Suporte ao portal", 1): {
        "Acesso": ("Senha", "Permissão"),
        "Erro no sistema": ("Envio de lote", "Consulta de guia")},
}
_TICKET_MATTERS = (
    "Guia negada sem justificativa", "Recurso de glosa do lote", "Pagamento não localizado",
    "Senha de autorização vencida", "Alteração de dados bancários", "Inclusão de profissional no corpo clínico",
    "Erro ao enviar o arquivo do lote", "Prorrogação de internação", "Divergência de valores no demonstrativo",
    "Reajuste de tabela contratual", "Material especial não autorizado", "Acesso ao portal bloqueado",
    "Retenção de imposto indevida", "Solicitação de segunda via do demonstrativo")
_TICKET_PLACES = (
    "", " – janeiro", " – fevereiro", " – março", " – abril", " – maio", " – junho", " – julho", " – agosto",
    " – setembro", " – outubro", " – novembro", " – dezembro", " – urgente", " – filial", " – matriz")
_OPENINGS = (
    "Cliente informa que", "Em contato, o titular relata que", "A cliente entrou em contato e disse que",
    "Responsável pela conta informa que", "Cliente retornou e reafirma que", "Solicitante explica que",
    "Por mensagem, o cliente escreve que", "Familiar do titular, autorizado, informa que")
_MATTERS = (
    "a fatura deste mês veio com valor acima do contratado e pede a revisão da cobrança",
    "está sem conexão desde ontem à noite, já reiniciou o equipamento e a luz permanece vermelha",
    "recebeu o produto com a embalagem violada e quer a troca por outro igual",
    "precisa da segunda via do boleto, pois o vencimento é amanhã e a via enviada não abre",
    "vai mudar de endereço no fim do mês e quer saber se há viabilidade no novo local",
    "o técnico não compareceu no horário marcado e ninguém avisou do adiamento",
    "deseja cancelar o plano por motivo financeiro e pergunta sobre multa de fidelidade",
    "a velocidade medida fica abaixo da metade da contratada em todos os horários",
    "foi cobrado em duplicidade no cartão e pede o estorno de uma das parcelas",
    "o protocolo anterior foi encerrado sem que ninguém retornasse a ligação prometida",
    "quer alterar a titularidade da conta para o nome do cônjuge e pergunta os documentos",
    "não reconhece a assinatura de um serviço adicional que aparece desde o mês passado",
    "agradece a rapidez do reparo feito na semana passada e elogia a equipe")
_ENDINGS = (
    "Orientado sobre o prazo e a forma de acompanhamento.", "Aguarda retorno por telefone no período da tarde.",
    "Enviou fotos e comprovante pelo mesmo canal.", "Prefere contato por mensagem.",
    "Já havia aberto outro chamado sobre o mesmo assunto.", "Pede urgência, pois trabalha em casa.",
    "Confirmou os dados do cadastro.", "Será necessário consultar o setor responsável.")
_ANSWERS = (
    "Valor revisto e nova fatura enviada por e-mail; cliente de acordo.",
    "Conexão restabelecida após troca do equipamento; testes feitos com o cliente na linha.",
    "Troca autorizada; coleta agendada e novo envio em até cinco dias úteis.",
    "Segunda via enviada; cliente confirmou o recebimento.",
    "Informado que há viabilidade no novo endereço; instalação agendada.",
    "Pedimos desculpas pelo atraso; visita remarcada para o primeiro horário.",
    "Estorno solicitado à operadora do cartão; prazo de até duas faturas.",
    "Orientado sobre documentos e prazos; cliente satisfeito com as informações.",
    "Serviço adicional removido e valores devolvidos como crédito.",
    "Agradecemos o elogio, encaminhado à equipe.")
STREETS = ("Rua das Flores", "Rua Sete de Setembro", "Avenida Brasil", "Rua São José", "Avenida Getúlio Vargas",
           "Rua XV de Novembro", "Rua Tiradentes", "Avenida Paulista", "Rua da Paz", "Rua Santos Dumont",
           "Travessa do Comércio", "Alameda dos Ipês", "Rua Dom Pedro II", "Avenida Rio Branco")
DISTRICTS = ("Centro", "Jardim América", "Boa Vista", "São Francisco", "Vila Nova", "Santo Antônio", "Industrial")
CITIES = (  # city, state, area code, share
    ("São Paulo", "SP", "11", 24), ("Rio de Janeiro", "RJ", "21", 13), ("Belo Horizonte", "MG", "31", 9),
    ("Curitiba", "PR", "41", 9), ("Porto Alegre", "RS", "51", 7), ("Salvador", "BA", "71", 6),
    ("Brasília", "DF", "61", 6), ("Fortaleza", "CE", "85", 5), ("Recife", "PE", "81", 5),
    ("Florianópolis", "SC", "48", 4), ("Goiânia", "GO", "62", 4), ("Campinas", "SP", "19", 4),
    ("Vitória", "ES", "27", 2), ("Manaus", "AM", "92", 1),
    ("Belém", "PA", "91", 1))
TRADES = ("Comercial", "Distribuidora", "Transportes", "Construtora", "Padaria", "Farmácia", "Auto Peças",
          "Informática", "Móveis", "Confecções", "Supermercado", "Clínica")


def descriptions() -> list[str]:
    """What customers say, every combination of three parts."""
    return [f"{a} {b}. {c}" for a in _OPENINGS for b in _MATTERS for c in _ENDINGS]


def ticket_titles() -> list[str]:
    """What providers write about."""
    return [matter + place for place in _TICKET_PLACES for matter in _TICKET_MATTERS]


def answers() -> tuple[str, ...]:
    return _ANSWERS


class Names:
    """Brazilian names drawn once from Faker; a Faker call a row would take longer than everything else together."""

    def __init__(self, seed):
        from faker import Faker  # slow to import: only who makes people up pays
        faker = Faker("pt_BR")
        faker.seed_instance(seed)
        self.women = [faker.first_name_female() for _ in range(2000)]
        self.men = [faker.first_name_male() for _ in range(2000)]
        self.last = [faker.last_name() for _ in range(3000)]

    def person(self, random: Random, *, woman: bool | None = None) -> str:
        """`Maria Clara Souza Lima`."""
        first = self.women if (random.random() < 0.52 if woman is None else woman) else self.men
        given = random.choice(first)
        if random.random() < 0.3 and " " not in given:
            second = random.choice(first)
            given += f" {second}" if second != given else ""
        return f"{given} {random.choice(self.last)} {random.choice(self.last)}"

    def company(self, random: Random) -> str:
        """`Distribuidora Souza & Lima Ltda`."""
        trade, form = random.choice(TRADES), random.choice(("Ltda", "S.A.", "ME", "EIRELI"))
        return f"{trade} {random.choice(self.last)} & {random.choice(self.last)} {form}"
