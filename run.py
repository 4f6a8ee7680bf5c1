"""Starts Balcão: migrate, seed, serve. No logic."""
from app import create_app

app = create_app()
