"""`pochade import`: take over labels and groups from a file."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_message


@explain_interrupt()
def import_answers(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help="A file that `pochade export` wrote.")],
) -> None:
    """Take over labels and groups from an export.

    Learn the folder first: labels are only added to pictures that the index knows. What you said in this collection
    stays. Groups are taken over unless you have edited groups here.

    Example: `pochade -C ~/art import answers.json`
    """
    with context.obj.open_collection() as collection:
        result = collection.import_answers(source)
    print_message(f"{count_of(result.labels, 'label')} and {count_of(result.groups, 'group')} taken over")
    if result.unknown:
        print_message(
            f"{count_of(result.unknown, 'picture')} of the file not in the index: learn their folder, then import again"
        )
