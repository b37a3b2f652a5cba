"""The command line: one command per verb. The only room that prints, and the only place where errors become words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli import archive, clean, collection, create, families, groups, labels, study, web
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
    context.obj = collection.Which(folder, index)


app.command()(collection.learn)
app.command()(collection.find)
app.command()(collection.info)
app.command()(families.families)
app.command()(groups.groups)
app.command()(labels.teach)
app.command()(labels.suggest)
app.command()(labels.labels)
app.command("map")(groups.chart)
app.command()(create.imagine)
app.command()(create.vary)
app.command()(create.morph)
app.command()(clean.clean)
app.command()(archive.compress)
app.command()(archive.extract)
app.command()(archive.verify)
app.command("list")(archive.contents)
app.command("open")(web.open_page)
app.command()(study.study)


def main() -> None:
    """Run the command line; every error becomes one sentence, a hint and an exit code."""
    try:
        app()
    except PochadeError as error:
        say_error(error)
        sys.exit(error.exit_code)
