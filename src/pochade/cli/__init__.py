"""The command line: one command per verb. The only room that prints, and the only place where errors become words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli import (
    archive_commands,
    clean,
    collection_commands,
    create_commands,
    families,
    groups,
    labels,
    open_page,
    study,
)
from pochade.cli.output import say_error, words
from pochade.errors import PochadeError

__all__ = ["app", "main", "words"]

app = typer.Typer(
    help="Learns a small sketch of every piece of art you own, with autoencoders, and shows how autoencoders work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def pochade(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("-C", metavar="FOLDER", help="The collection; else the nearest one upwards from here."),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(help="Where the index is, if not in FOLDER/.pochade: a folder, or a database's address."),
    ] = None,
) -> None:
    """Keep what is said of the collection for the command that follows."""
    context.obj = collection_commands.Which(folder, index)


app.command()(collection_commands.learn)
app.command()(collection_commands.find)
app.command()(collection_commands.info)
app.command()(families.families)
app.command()(groups.groups)
app.command()(labels.teach)
app.command()(labels.suggest)
app.command()(labels.labels)
app.command("map")(groups.chart)
app.command()(create_commands.imagine)
app.command()(create_commands.vary)
app.command()(create_commands.morph)
app.command()(clean.clean)
app.command()(archive_commands.compress)
app.command()(archive_commands.extract)
app.command()(archive_commands.verify)
app.command("list")(archive_commands.contents)
app.command("open")(open_page.open_page)
app.command()(study.study)


def main() -> None:
    """Run the command line; every error becomes one sentence, a hint and an exit code."""
    try:
        app()
    except PochadeError as error:
        say_error(error)
        sys.exit(error.exit_code)
