"""`pochade suggest`: pictures that likely have a label."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import explain_interrupt, print_json, print_result
from pochade.cli.options import Label
from pochade.cli.progress_bar import ProgressBar

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.organise.group_records import Suggestion


@explain_interrupt()
def suggest(
    context: typer.Context,
    label: Label,
    k: Annotated[int, typer.Option("-k", min=1, help="The number of pictures in each list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print both lists as JSON on stdout.")] = False,
) -> None:
    """Suggest pictures for a label.

    Prints two lists: the pictures that likely have the label, the most certain first, and those whose answers would
    teach most. Confirm or reject about five of the second list with teach, then ask again.

    The score, from 0 to 1, ranks pictures; it is not a calibrated probability.

    Example: `pochade -C ~/art suggest harbours -k 10`
    """
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        suggestions = collection.suggest(label, k, bar.report)
    if as_json:
        print_json(json_data(suggestions))
    for line in (
        "likely:",
        *_suggestion_lines(suggestions.likely, collection.folder),
        "",
        "the most useful to confirm or reject (pochade teach LABEL IMAGE… --not IMAGE):",
        *_suggestion_lines(suggestions.ask, collection.folder),
    ):
        print_result(line, as_json=as_json)


def _suggestion_lines(suggestions: Sequence["Suggestion"], folder: Path) -> Iterator[str]:
    from pochade.system.path_text import printable

    for suggestion in suggestions:
        yield f"  {suggestion.likelihood:.2f}  {printable(suggestion.path.relative_to(folder))}"
