"""`pochade export`: save everything that the person said to a file."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_message
from pochade.errors import IndexDamaged


@explain_interrupt()
def export_answers(
    context: typer.Context,
    to: Annotated[
        Path, typer.Argument(metavar="ANSWERS.json", help="The file to write; an earlier export is replaced.")
    ],
) -> None:
    """Save labels, groups and verdicts to one file.

    They are all that is yours in the index: everything else is computed from the art. Pictures are named by their
    content in the file, so import finds them again wherever they lie. Folders are named by their paths in the
    collection.

    Example: `pochade -C ~/art export answers.json`
    """
    with context.obj.open_collection() as collection:
        try:
            count = collection.export_answers(to)
        except IndexDamaged as error:
            raise IndexDamaged(
                error.sentence, "keep a copy of '.pochade', which holds your labels, before you learn the folder again"
            ) from error
    print_message(f"wrote what you said about {count_of(count, 'picture')} to '{to}'")
