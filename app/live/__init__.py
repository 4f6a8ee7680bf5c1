"""The ASGI side: event streams and presence."""
