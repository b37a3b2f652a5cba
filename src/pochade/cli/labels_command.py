"""`pochade labels`: all labels, and their exchange with other programs."""

from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message, print_result
from pochade.errors import OutputUnwritable

if TYPE_CHECKING:  # SQLAlchemy takes long to import: only a command that needs it imports it
    from pochade.organise.sidecar_sync import SidecarReport


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
    unwritten = 0
    with context.obj.open_collection() as collection:
        from pochade.organise.sidecar_sync import read_sidecars, write_sidecars

        if read:
            report = read_sidecars(collection.library)
            _print_sidecar_report(report, f"{count_of(report.changed, 'label')} added to pictures from XMP files")
        if write:
            report = write_sidecars(collection.library)
            unwritten = len(report.problems)
            _print_sidecar_report(report, f"XMP files written for {count_of(report.changed, 'picture file')}")
        counts = collection.labels()
    if as_json:
        print_json(counts)
    for label, count in counts.items():
        print_result(f"{count:>6,}  {label}", as_json=as_json)
    if not counts:
        print_message("no labels yet: pochade teach LABEL IMAGE…")
    if unwritten:
        raise typer.Exit(OutputUnwritable.exit_code)


def _print_sidecar_report(report: "SidecarReport", changes: str) -> None:
    print_message(f"{changes}, {report.unchanged:,} unchanged, {count_of(len(report.problems), 'problem')}")
    for sentence in report.problems:
        print_message(f"  {sentence}")
