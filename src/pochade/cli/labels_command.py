"""`pochade labels`: all labels, and their exchange with other programs."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pochade.cli.messages import explain_interrupt, print_json, print_message, print_result


@explain_interrupt()
def labels(
    context: typer.Context,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="Write the labels to XMP files beside the pictures, as digiKam and Lightroom read them. What others "
            "wrote there stays, except labels that you rejected here.",
        ),
    ] = False,
    read: Annotated[
        bool, typer.Option("--read", help="First import the labels that other programs wrote to XMP files.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all labels and their numbers of pictures as JSON on stdout.")
    ] = False,
) -> None:
    """List all labels and count their pictures.

    Labels are in the index. Other programs see them only after --write, which adds them to XMP sidecar files
    (`dc:subject`). The pictures themselves are never changed. Sidecars also serve as a backup of your labels.

    Example: `pochade -C ~/art labels --write`
    """
    with context.obj.open_collection() as collection:
        if read:
            _print_sidecar_problems(collection.read_sidecars())
        if write:
            _print_sidecar_problems(collection.write_sidecars())
        counts = collection.labels()
    if as_json:
        print_json(counts)
    for label, count in counts.items():
        print_result(f"{count:>6,}  {label}", as_json=as_json)
    if not counts:
        print_message("no labels yet: pochade teach LABEL IMAGE…")


def _print_sidecar_problems(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        print_message(f"  {sentence}")
