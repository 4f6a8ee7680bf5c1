"""flask serve, worker, start: the processes of an installation."""
import contextvars

import click

from .. import logs
from .install import prepare, refuse_old_schema

DEMO_ACCOUNTS = ("admin", "supervisor", "configurador", "atendente", "atendente2", "prestador", "prestador2", "cliente")


@click.command()
@click.option("--no-jobs", is_flag=True, help="Leave mail and periodic work to `flask worker` processes.")
@click.pass_obj
def serve(info, no_jobs):
    """The web process, with the job thread in it. With SQLite there can be only one."""
    from ..live import server, single

    app = info.load_app()
    refuse_old_schema()
    with single.hold_database(app.config["SQLALCHEMY_DATABASE_URI"], server.address(app)):
        server.serve(app, jobs=not no_jobs, on_ready=lambda: announce(app))


@click.command()
@click.pass_obj
def worker(info):
    """A process that only sends mail and does the periodic work; any number of them, beside any number of servers."""
    from ..jobs import runner

    app = info.load_app()
    refuse_old_schema()
    logs.configure(app)
    contextvars.Context().run(runner.run_forever, app)  # without the command's own application context


@click.command()
@click.pass_obj
def start(info):
    """Migrate, sync, make the demo company when DEMO=1, then serve: what run.py does."""
    from ..live import server, single

    app = info.load_app()
    with single.hold_database(app.config["SQLALCHEMY_DATABASE_URI"], server.address(app)):
        prepare(app)
        server.serve(app, on_ready=lambda: announce(app))


def announce(app) -> None:
    """Tell whoever started it where it is, and in demo mode who may sign in."""
    from ..live import server

    click.echo(f"\n{app.config['APP_NAME']}: {server.address(app)}")
    if app.config["DEMO"]:
        click.echo(f"Demo accounts: {', '.join(DEMO_ACCOUNTS)}\nPassword of all: {app.config['DEMO_PASSWORD']}\n")
