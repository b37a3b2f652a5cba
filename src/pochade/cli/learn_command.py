"""`pochade learn`: read a folder of art and embed its pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.learn_summary import print_problems, print_training
from pochade.cli.messages import explain_interrupt, print_json, print_message
from pochade.cli.progress_bar import ProgressBar

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import LearnResult


@explain_interrupt()
def learn(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="The folder of art. By default that of -C, or the nearest collection upwards from here."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100_000,
            help="Minutes of training; 0 for none. By default as many as help: none below 200 pictures, about one for "
            "a thousand, 5 at most, and again only after the collection has grown by a fifth.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON on stdout.")] = False,
) -> None:
    """Learn a folder of art.

    Reads every picture where it is, trains the models on the collection, and computes an embedding and a sketch of
    every picture. The index goes to `.pochade` in the folder. Run it again after changes: it reads only what is new.

    Originals are only read. After an interruption, the same command continues. Trained models are kept only if they
    are better on pictures that were held out.

    A file that gives no picture is listed with the reason and stops nothing. It is tried again when it changes, and
    on each run if the reason may pass, such as missing permission. Contact sheets that Pochade drew are not learnt.

    Example: `pochade learn ~/art`
    """
    with context.obj.open_collection(folder) as collection, ProgressBar() as bar:
        result = collection.learn(minutes, bar.report)
    if as_json:
        print_json(json_data(result))
    _print_result(result, collection.folder)


def _print_result(result: "LearnResult", folder: Path) -> None:
    print_message(
        f"{result.new:,} new pictures, {result.again:,} more files with known pictures, {result.gone:,} files gone, "
        f"{result.unchanged:,} unchanged"
    )
    print_problems([*result.unlisted, *result.problems], folder)
    if result.training:
        print_training(result.training)
