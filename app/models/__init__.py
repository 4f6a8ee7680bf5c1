"""Every table of the product; importing this module is what makes the metadata whole."""
from . import attendance, classification, company, custom_field, desk, entity, identity, log, outbox, protocol, survey

__all__ = ["attendance", "classification", "company", "custom_field", "desk", "entity", "identity", "log", "outbox",
           "protocol", "survey"]
