"""A form of thirty fields, ten of them searchable, with its menu: of what records are made up where none is named."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from ...models.custom_field import CustomField, FieldType
from ...models.custom_form import CustomForm
from ...models.dynamic_menu import DynamicMenu
from ...security.permissions import CUSTOMER, PROVIDER
from .. import records

SLUG, NAME = "vistoria-de-instalacao", "Vistoria de instalação"
_STATES = ("Agendada", "Em campo", "Concluída", "Reprovada", "Cancelada")
_WORKS = ("Instalação", "Troca de medidor", "Religação", "Leitura", "Corte", "Vazamento")
_PLACES = ("Residencial", "Comercial", "Industrial", "Rural", "Público")
# (key, label, type, searchable, shown in the list, options)
_FIELDS = (
    ("cliente", "Cliente", FieldType.TEXT, True, True, ()),
    ("codigo", "Código da unidade", FieldType.TEXT, True, True, ()),
    ("situacao", "Situação da vistoria", FieldType.CHOICE, True, True, _STATES),
    ("vistoria_em", "Data da vistoria", FieldType.DATE, True, True, ()),
    ("aberta_em", "Abertura em campo", FieldType.DATETIME, True, False, ()),
    ("valor", "Valor do serviço", FieldType.MONEY, True, True, ()),
    ("aprovada", "Aprovada", FieldType.BOOLEAN, True, True, ()),
    ("servicos", "Serviços", FieldType.CHOICES, True, False, _WORKS),
    ("documento", "CPF/CNPJ do titular", FieldType.CPF_CNPJ, True, False, ()),
    ("responsavel", "Responsável", FieldType.PERSON, True, False, ()),
    ("observacao", "Observação", FieldType.LONG_TEXT, False, False, ()),
    ("quantidade", "Quantidade de pontos", FieldType.INTEGER, False, False, ()),
    ("consumo", "Consumo medido", FieldType.DECIMAL, False, False, ()),
    ("telefone", "Telefone no local", FieldType.PHONE, False, False, ()),
    ("email", "E-mail para o laudo", FieldType.EMAIL, False, False, ()),
    ("mapa", "Endereço no mapa", FieldType.URL, False, False, ()),
    ("tipo_imovel", "Tipo de imóvel", FieldType.CHOICE, False, False, _PLACES),
    *((f"medida_{n}", f"Medida {n}", FieldType.DECIMAL, False, False, ()) for n in range(1, 7)),
    *((f"item_{n}", f"Item conferido {n}", FieldType.BOOLEAN, False, False, ()) for n in range(1, 8)))


def ensure(session, *, actor, now: datetime) -> int:
    """The id of the form, made with its menu for every role of the desk where it is missing."""
    there = session.scalar(select(CustomForm.id).where(CustomForm.slug == SLUG))
    if there is not None:
        return there
    form = records.create(session, CustomForm, {"slug": SLUG, "name": NAME, "sections": []}, actor=actor, now=now)
    for place, (key, label, kind, searchable, listed, options) in enumerate(_FIELDS, 1):
        records.create(session, CustomField, {
            "form_id": form.id, "key": key, "name": label, "type": kind, "searchable": searchable, "in_list": listed,
            "position": place, "options": [{"value": f"op{number}", "label": text, "active": True}
                                           for number, text in enumerate(options, 1)]}, actor=actor, now=now)
    roles = session.scalars(select(Role).where(Role.name.not_in((PROVIDER, CUSTOMER)))).all()
    records.create(session, DynamicMenu, {"name": NAME, "form_id": form.id, "roles": list(roles)}, actor=actor, now=now)
    return form.id
