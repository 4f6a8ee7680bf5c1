"""Channels ("Canais"): the product's own are never deleted, for its screens and the API name them by code."""
from ..models.classification import Channel
from .codes import CodedService
from .seed import CHANNELS

service = CodedService(Channel, CHANNELS)
