"""The command line: every click command of app/commands becomes `flask <name>`."""
import importlib
import pkgutil

import click

from . import commands


def register(app) -> None:
    """Add the commands to `app.cli`. The modules import little: every start of the server passes here."""
    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        for value in vars(module).values():
            if isinstance(value, click.Command):
                app.cli.add_command(value)
