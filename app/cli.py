"""The command line: every click command of app/commands becomes `flask <name>`."""
import copy
import importlib
import pkgutil

import click
from flask.cli import with_appcontext

from . import commands


def register(app) -> None:
    """Add the commands to `app.cli`. The modules import little: every start of the server passes here."""
    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        for value in vars(module).values():
            if isinstance(value, click.Command):
                command = copy.copy(value)  # the module's own serves the next application
                command.callback = with_appcontext(value.callback)
                app.cli.add_command(command)
