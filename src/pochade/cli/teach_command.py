"""`pochade teach`: say which pictures have a label."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import explain_interrupt, print_json, print_message
from pochade.cli.options import Label
from pochade.index.name_rules import normalise_name


@explain_interrupt()
def teach(
    context: typer.Context,
    label: Label,
    images: Annotated[list[Path] | None, typer.Argument(help="Files of the collection that have the label.")] = None,
    refused: Annotated[
        list[Path] | None,
        typer.Option("--not", help="A file that does not have the label. Can be given several times."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all labels and their numbers of pictures as JSON on stdout.")
    ] = False,
) -> None:
    """Teach a label from examples.

    Say which pictures have a label of your own and which don't. Five examples are a good start; then let suggest
    find the others.

    Example: `pochade -C ~/art teach harbours ~/art/harbours/quay.png ~/art/harbours/port.png --not ~/art/cat.png`
    """
    with context.obj.open_collection() as collection:
        collection.teach(label, images or [], refused=refused or [])
        counts = collection.labels()
    if as_json:
        print_json(counts)
    name = normalise_name(label)
    count = counts.get(name, 0)
    has = "1 picture has" if count == 1 else f"{count:,} pictures have"
    print_message(f"{has} the label '{name}'")
    print_message("to see which others may have it: pochade suggest LABEL")
