"""`pochade labels`: all labels, and their exchange with other programs."""

from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message, print_result
from pochade.cli.questions import confirm
from pochade.errors import OutputUnwritable, UsageError

if TYPE_CHECKING:  # SQLAlchemy takes long to import: only a command that needs it imports it
    from pochade.collection import Collection
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
    rename: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="LABEL NAME", help="First rename a label. If the name is a label already, both become one."
        ),
    ] = None,
    delete: Annotated[
        str | None, typer.Option(metavar="LABEL", help="First take a label from all pictures. It asks before.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete the label without a question.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all labels and their numbers of pictures as JSON on stdout.")
    ] = False,
) -> None:
    """List all labels and count their pictures.

    Labels are in the index. Other programs see them only after --write, which adds them to XMP sidecar files
    (`dc:subject`), and takes labels out that were renamed or deleted here. The pictures themselves are never changed.
    Sidecars also serve as a backup of your labels.

    Example: `pochade -C ~/art labels --write`
    """
    unwritten = 0
    with context.obj.open_collection() as collection:
        from pochade.organise.sidecar_sync import read_sidecars, write_sidecars

        if rename:
            _rename_label(collection, *rename)
        if delete is not None:
            _delete_label(collection, delete, yes=yes)
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


def _rename_label(collection: "Collection", label: str, name: str) -> None:
    merged = name in collection.labels()
    count = count_of(collection.rename_label(label, name), "picture")
    print_message(f"'{label}' is now '{name}': {count}{', added to those that had it' if merged else ''}")


def _delete_label(collection: "Collection", label: str, *, yes: bool) -> None:
    count = count_of(collection.labels().get(label, 0), "picture")
    if not yes and not confirm(f"Take the label '{label}' from {count}"):
        raise UsageError(
            f"'{label}' was not deleted: {count} would lose it", "give --yes to delete it without a question"
        )
    collection.delete_label(label)
    print_message(f"'{label}' taken from {count}")


def _print_sidecar_report(report: "SidecarReport", changes: str) -> None:
    print_message(f"{changes}, {report.unchanged:,} unchanged, {count_of(len(report.problems), 'problem')}")
    for sentence in report.problems:
        print_message(f"  {sentence}")
