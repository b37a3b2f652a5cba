"""`pochade info`: a summary of a collection."""

from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.learn_summary import print_problems, print_training
from pochade.cli.messages import explain_interrupt, print_json, print_message

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import CollectionInfo


@explain_interrupt()
def info(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything, with all problems, as JSON on stdout.")
    ] = False,
) -> None:
    """Summarise a collection.

    Prints the number of pictures and their formats, megapixels and gigabytes, the model in use and how much training
    improved it, and the files that gave no picture, with the reasons.

    Example: `pochade -C ~/art info`
    """
    with context.obj.open_collection() as collection:
        summary = collection.info()
    if as_json:
        print_json(json_data(summary))
    _print_summary(summary)


def _print_summary(summary: "CollectionInfo") -> None:
    print_message(f"{summary.files:,} files hold {summary.pictures:,} pictures")
    print_message(f"{summary.megapixels:,.0f} megapixels, {summary.gigabytes:.3f} GB")
    print_message(", ".join(f"{count:,} {name}" for name, count in summary.formats.items()))
    if summary.model:
        print_message(f"model {summary.model}, in use since {summary.learnt}")
    if summary.figures.get("minutes"):
        print_training(summary.figures)
    print_problems(summary.problems, summary.folder)
