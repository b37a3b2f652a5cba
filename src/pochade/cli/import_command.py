"""`pochade import`: take over what the person said from a file."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_message


@explain_interrupt()
def import_answers(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help="A file that `pochade export` wrote.")],
) -> None:
    """Take over labels and more from an export.

    Learn the folder first: labels and verdicts are only added to pictures that the index knows. What you said in this
    collection stays. Groups are taken over unless you have edited groups here.

    Example: `pochade -C ~/art import answers.json`
    """
    with context.obj.open_collection() as collection:
        result = collection.import_answers(source)
    counts = (
        count_of(result.labels, "label"),
        count_of(result.groups, "group"),
        count_of(result.verdicts, "verdict"),
        count_of(result.folder_roles, "role of a folder", "roles of folders"),
    )
    print_message(f"taken over: {', '.join(counts)}")
    if result.unknown:
        print_message(
            f"{count_of(result.unknown, 'picture')} of the file not in the index: learn their folder, then import again"
        )
