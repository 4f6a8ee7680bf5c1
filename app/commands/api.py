"""flask openapi: the description of the REST interface."""
import json

import click


@click.command("openapi")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="Into a file.")
def openapi_command(output):
    """Write the OpenAPI description of the REST interface as JSON."""
    from ..api.openapi import document

    text = json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
    with click.open_file(output or "-", "w", encoding="utf-8") as file:
        file.write(text)
