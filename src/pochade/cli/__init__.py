"""The command line: one module for each verb. Only this room prints, and only here do errors become text."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.clean_command import clean
from pochade.cli.collection_choice import CollectionChoice
from pochade.cli.compress_command import compress
from pochade.cli.extract_command import extract
from pochade.cli.families_command import families
from pochade.cli.find_command import find
from pochade.cli.groups_command import groups
from pochade.cli.imagine_command import imagine
from pochade.cli.info_command import info
from pochade.cli.labels_command import labels
from pochade.cli.learn_command import learn
from pochade.cli.list_command import list_files
from pochade.cli.map_command import draw_map
from pochade.cli.messages import print_error
from pochade.cli.morph_command import morph
from pochade.cli.open_command import open_page
from pochade.cli.study_command import study
from pochade.cli.suggest_command import suggest
from pochade.cli.teach_command import teach
from pochade.cli.vary_command import vary
from pochade.cli.verify_command import verify
from pochade.errors import PochadeError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown"
)


@app.callback()
def pochade(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("-C", metavar="FOLDER", help="The collection. By default the nearest one upwards from here."),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL",
            help="Where the index is, if not in `FOLDER/.pochade`: a folder, or the URL of a database such as "
            "`postgresql+psycopg://user@host/name`, which needs `pip install 'pochade[postgres]'`.",
        ),
    ] = None,
) -> None:
    """Organise, find, clean, compress and create pictures.

    Pochade learns a small sketch of every picture you own, with autoencoders, and shows how autoencoders work. Give
    -C and --index before the verb, and the same --index to every command. Picture names count from the current
    folder. Text for people goes to stderr; --json and list print to stdout.
    """
    context.obj = CollectionChoice(folder, index)


app.command()(learn)
app.command()(find)
app.command()(info)
app.command()(families)
app.command()(groups)
app.command()(teach)
app.command()(suggest)
app.command()(labels)
app.command("map")(draw_map)
app.command()(imagine)
app.command()(vary)
app.command()(morph)
app.command()(clean)
app.command()(compress)
app.command()(extract)
app.command()(verify)
app.command("list")(list_files)
app.command("open")(open_page)
app.command()(study)


def main() -> None:
    """Run the command line; an error becomes one sentence, a hint and an exit code."""
    try:
        app()
    except PochadeError as error:
        print_error(error)
        sys.exit(error.exit_code)
