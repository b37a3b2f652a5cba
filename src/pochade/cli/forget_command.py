"""`pochade forget`: remove pictures whose files are gone from the index."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.questions import confirm
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import GonePicture


@explain_interrupt()
def forget(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Forget them without a question.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Only list the pictures as JSON on stdout, unless --yes is given too.")
    ] = False,
) -> None:
    """Forget pictures whose files are gone.

    The index keeps a picture and its labels when its last file is deleted, in case the file comes back. This command
    removes such pictures from the index, with their labels, groups and thumbnails. It lists them first, and asks. No
    file of yours is touched.

    Run learn first, so that moved files are known. To save the labels before: pochade export.

    Example: `pochade -C ~/art forget`
    """
    with context.obj.open_collection() as collection:
        pictures = collection.gone_pictures()
        if as_json:
            print_json(json_data(pictures))
        if not pictures:
            print_message("every picture in the index has a file")
            return
        labelled = _print_pictures(pictures)
        if yes or (not as_json and confirm(f"Forget {count_of(len(pictures), 'picture')}, {labelled:,} with labels")):
            print_message(f"{count_of(collection.forget(pictures), 'picture')} forgotten")
        elif not as_json:
            raise UsageError(
                f"nothing was forgotten: {count_of(len(pictures), 'picture')} would go, {labelled:,} with labels",
                "give --yes to forget them without a question",
            )


def _print_pictures(pictures: Sequence["GonePicture"]) -> int:
    """List the pictures, those with labels first; return how many have labels."""
    in_order = sorted(pictures, key=lambda picture: not picture.labels)
    lines = [
        f"{picture.hash[:12]}  {picture.format}, {picture.width:,} x {picture.height:,}"
        + (f": {', '.join(picture.labels)}" if picture.labels else "")
        for picture in in_order
    ]
    print_listing("pictures without a file", lines, "`pochade forget --json` lists")
    return sum(bool(picture.labels) for picture in pictures)
