"""Starts Balcão: migrate, seed, serve. No logic."""
from flask.cli import FlaskGroup

from app import create_app

if __name__ == "__main__":
    FlaskGroup(create_app=create_app).main(["start"], prog_name="balcao")
