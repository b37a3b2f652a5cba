"""`pochade info`: a summary of a collection."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.learn_summary import print_problems, print_training
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_result

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
    improved it, the eye if one is chosen, and the files that gave no picture, with the reasons.

    Example: `pochade -C ~/art info`
    """
    summary = context.obj.summarise()
    if as_json:
        print_json(json_data(summary))
    _print_summary(summary, partial(print_result, as_json=as_json))


def _print_summary(summary: "CollectionInfo", print_line: Callable[[str], None]) -> None:
    hold = "1 file holds" if summary.files == 1 else f"{summary.files:,} files hold"
    print_line(f"{hold} {count_of(summary.pictures, 'picture')}")
    print_line(f"{summary.megapixels:,.0f} megapixels, {summary.gigabytes:.3f} GB")
    print_line(", ".join(f"{count:,} {name}" for name, count in summary.formats.items()))
    if summary.model:
        print_line(f"model {summary.model}, in use since {summary.learnt}")
    if summary.eye:
        print_line(f"eye {summary.eye}")
    if summary.figures.get("minutes"):
        print_training(summary.figures, print_line)
    print_problems(summary.problems, summary.folder, print_line)
