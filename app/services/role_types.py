"""Roles of entities ("Papéis"): the product's own four are never deleted."""
from ..models.entity import RoleType
from .codes import CodedService
from .seed import ROLE_TYPES

service = CodedService(RoleType, ROLE_TYPES)
