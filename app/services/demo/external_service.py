"""The external service of the demo company: mapped as an example, and inactive, for there is no other system to ask."""
from ...security.viewer import SYSTEM
from .. import external_service

SERVICE = {"name": "ERP Serra Clara", "url": "https://erp.serraclara.example.com/api/clientes/{document}",
           "method": "GET", "auth": "none", "headers": [["Accept-Language", "pt-BR"]], "seconds": 5, "active": False}
MAPPING = {"cliente.nome": "name", "cliente.nomeFantasia": "trade_name", "cliente.nascimento": "birth_date",
           "cliente.tipo": "kind", "contato.email": "email", "contato.telefones[0]": "phone",
           "enderecos[0].logradouro": "street", "enderecos[0].numero": "number", "enderecos[0].bairro": "district",
           "enderecos[0].cidade": "city", "enderecos[0].uf": "state", "enderecos[0].cep": "cep"}


def plant(session, *, now) -> None:
    """The service with its lines; nothing where there is one."""
    if external_service.kept(session) is not None:
        return
    made = external_service.save(session, None, SERVICE, keys=(), allow_private=False, actor=SYSTEM, now=now)
    external_service.save_mappings(
        session, made.id, [{"variable": path, "person_field": name} for path, name in MAPPING.items()],
        offered=set(MAPPING.values()), actor=SYSTEM, now=now)
