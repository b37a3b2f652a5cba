"""`pochade import`: take over labels from other programs, or what the person said from an export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.import_preview import import_as_json, print_plans
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message
from pochade.cli.progress_bar import ProgressBar
from pochade.cli.questions import confirm
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy takes long to import: only a command that needs it imports it
    from pochade.collection import Collection
    from pochade.organise.imports.import_plan import ImportPlan

UNDO_COMMAND = "pochade import --undo"


@explain_interrupt()
def import_labels(
    context: typer.Context,
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="SOURCE",
            help="An Eagle library, a TagStudio library, a folder of pictures, or a file that `pochade export` wrote. "
            "By default the collection's folder.",
        ),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="KIND",
            help="Read only this: eagle, tagstudio, xmp (sidecars), hydrus (tags beside pictures) or inside (keywords "
            "inside pictures). Give it several times for several.",
        ),
    ] = None,
    with_parents: Annotated[
        bool, typer.Option("--parents", help="Places/Norway/Oslo gives three labels, not only Oslo.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Import without a question.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the labels of the last import.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print as JSON what would change. Nothing is imported without --yes.")
    ] = False,
) -> None:
    """Import labels from other programs.

    It shows which labels your pictures would get and what is left out, and asks. Learn the folder first: labels are
    only added to pictures that the index knows, found by their path or by the content of their file. What you said in
    this collection stays. The files of other programs are only read. An export of Pochade is taken over without a
    question: labels, groups, verdicts and roles of folders.

    Example: `pochade -C ~/art import ~/Pictures/Art.library`
    """
    with context.obj.open_collection() as collection:
        if undo:
            _undo(collection, others=[source, kinds, with_parents, yes, as_json])
        elif source is not None and source.is_file() and not _is_in_library(source):
            _import_answers(collection, source, as_json=as_json)
        else:
            with ProgressBar() as bar:
                plans = collection.plan_import(source, _check_kinds(kinds), bar.report, with_parents=with_parents)
            _show_and_import(collection, plans, yes=yes, as_json=as_json)


def _show_and_import(collection: "Collection", plans: "list[ImportPlan]", *, yes: bool, as_json: bool) -> None:
    print_plans(plans)
    labels, pictures = {label for plan in plans for label in plan.added}, _pictures_of(plans)
    changes = f"{count_of(len(labels), 'label')} to {count_of(len(pictures), 'picture')}"
    added = None
    if labels and (yes or (not as_json and confirm(f"Add {changes}"))):
        added = collection.carry_out_import(plans)
        print_message(f"added {changes}; to take them back: {UNDO_COMMAND}")
    elif labels and not as_json:
        raise UsageError(f"nothing was imported: this would add {changes}", "give --yes to import without a question")
    elif not labels:
        print_message("there is nothing to import")
    if as_json:
        print_json(import_as_json(plans, added))


def _pictures_of(plans: "list[ImportPlan]") -> set[int]:
    return {number for plan in plans for numbers in plan.added.values() for number in numbers}


def _check_kinds(kinds: list[str] | None) -> Any:
    from pochade.organise.imports.label_sources import SOURCE_KINDS

    for kind in kinds or ():
        if kind not in SOURCE_KINDS:
            raise UsageError(f"'{kind}' is no kind of source", f"use one of {', '.join(SOURCE_KINDS)}")
    return kinds or ()


def _is_in_library(file: Path) -> bool:
    """Whether a file belongs to another program's library, and is not an export of Pochade."""
    from pochade.organise.imports.label_sources import library_folder

    return library_folder(file) != file


def _undo(collection: "Collection", others: list[object]) -> None:
    if any(others):
        raise UsageError("--undo is given alone", "give one command to undo, and another one to import again")
    count = collection.undo_import()
    print_message(f"took back {count_of(count, 'label')} of pictures")


def _import_answers(collection: "Collection", source: Path, *, as_json: bool) -> None:
    result = collection.import_answers(source)
    counts = (
        count_of(result.labels, "label"),
        count_of(result.groups, "group"),
        count_of(result.verdicts, "verdict"),
        count_of(result.folder_roles, "role of a folder", "roles of folders"),
        count_of(result.label_colours, "colour of a label", "colours of labels"),
        count_of(result.searches, "saved search", "saved searches"),
    )
    print_message(f"taken over: {', '.join(counts)}")
    if result.unknown:
        print_message(
            f"{count_of(result.unknown, 'picture')} of the file not in the index: learn their folder, then import again"
        )
    if as_json:
        print_json(vars(result))
