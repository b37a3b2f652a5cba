"""`pochade families`: the duplicates and versions of each work, series, and what the person says about them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.families_trash import check_trash_options, confirm_and_trash, undo_last
from pochade.cli.family_answers import check_answers, record_role, record_verdict
from pochade.cli.json_data import json_data
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message, print_result
from pochade.cli.progress_bar import ProgressBar

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.folder_roles import FolderRole
    from pochade.organise.family_model import Family, FamilyMember

MAX_PRINTED_FAMILIES = 20


@explain_interrupt()
def families(
    context: typer.Context,
    images: Annotated[
        list[Path] | None, typer.Argument(metavar="[A B]", help="The two files of a verdict, only with --verdict.")
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="The rule that chooses covers before all others: largest, layered, coloured or latest."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            help="A shell script to write. When you run it, it moves the preselected files to a folder beside the "
            "collection. Other duplicates are in it as comments; versions and variants are not in it."
        ),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="A PNG for a contact sheet of the first 40 families, one in each row.")
    ] = None,
    verdict: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="Only record what you say about the files A and B: they are the `same` picture, `different` works, "
            "stages of one work (`version`), or both stay (`keep`). `none` takes it back.",
        ),
    ] = None,
    protect: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Only record that nothing in this folder is ever proposed for removal. Its path is relative to the "
            "collection.",
        ),
    ] = None,
    prefer: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Only record that of several files of one picture, the one in this folder is kept.",
        ),
    ] = None,
    no_role: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Only record that this folder is neither protected nor preferred."),
    ] = None,
    trash: Annotated[
        bool,
        typer.Option(
            "--trash",
            help="Move the preselected files to the system's trash, with their sidecars, after a question. The files "
            "that stay get their labels.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Move them to the trash without a question.")] = False,
    undo_trash: Annotated[
        bool, typer.Option("--undo-trash", help="Only put back what --trash moved last, and take back the labels.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every family, or what was recorded, as JSON on stdout.")
    ] = False,
) -> None:
    """Find duplicates, versions and series.

    A family holds the files of one work. `exact` copies have the same pixels, a `resave` is the same picture encoded,
    resized or converted again, an `edit` was cropped, turned, mirrored or recoloured as a whole, and a `version` is
    another stage, such as a sketch or line art. A series holds works that were made from each other: each `variant`
    is a work of its own. Nothing is moved unless you give --trash.

    The file to keep stands first, with the reason: the largest file, then one with layers, then one in colour, then
    the one that lost least, then the latest. Only exact copies, and resaves whose pixels were proved to show the same
    picture, are preselected for removal.

    What you say with --verdict goes before everything that is measured. Roles of folders hold for all folders in them.

    Example: `pochade -C ~/art families --sheet families.png --script aside.sh`
    """
    folders: dict[FolderRole | None, Path | None] = {"protected": protect, "preferred": prefer, None: no_role}
    check_answers(verdict, images or [], list(folders.values()), [keep, script, sheet, trash, yes, undo_trash])
    check_trash_options([keep, script, sheet, trash], trash=trash, yes=yes, undo=undo_trash)
    if undo_trash:
        with context.obj.open_collection() as collection:
            undo_last(collection)
        return
    if verdict is not None:
        with context.obj.open_collection() as collection:
            record_verdict(collection, verdict, images or [], as_json=as_json)
        return
    for role, folder in folders.items():
        if folder is not None:
            with context.obj.open_collection() as collection:
                record_role(collection, folder, role, as_json=as_json)
            return
    results = _find_families(context, keep, script, sheet, as_json=as_json)
    if trash:
        with context.obj.open_collection() as collection:
            confirm_and_trash(collection, results, yes=yes)


def _find_families(
    context: typer.Context, keep: str | None, script: Path | None, sheet: Path | None, *, as_json: bool
) -> list["Family"]:
    """Find the families, print them, and write what was asked for; return the families."""
    from pochade.organise.contact_sheets import check_sheet_path, write_family_sheet
    from pochade.organise.duplicate_script import check_script_path, write_duplicate_script

    if script is not None:
        check_script_path(script)
    if sheet is not None:
        check_sheet_path(sheet)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        related = collection.families_and_series(keep, bar.report)
        results = related.families + related.series
        if sheet is not None:
            write_family_sheet(results, collection.thumbnails, sheet)
        moved = write_duplicate_script(results, collection.folder, script) if script is not None else 0
    if as_json:
        print_json([json_data(family) for family in results])
    _print_families(results, collection.folder, as_json=as_json)
    if sheet is not None:
        print_message(f"wrote '{sheet}'")
    if script is not None:
        print_message(f"wrote '{script}': it moves {count_of(moved, 'file')} aside when you run it")
    return results


def _print_families(results: Sequence["Family"], folder: Path, *, as_json: bool) -> None:
    """Print the first families and series, and the totals."""
    for family in results[:MAX_PRINTED_FAMILIES]:
        for line in _family_lines(family, folder):
            print_result(line, as_json=as_json)
        print_result(as_json=as_json)
    if len(results) > MAX_PRINTED_FAMILIES:
        more = count_of(len(results) - MAX_PRINTED_FAMILIES, "more family", "more families")
        print_result(f"and {more}: --json lists them all", as_json=as_json)
        print_result(as_json=as_json)
    print_result(_totals(results), as_json=as_json)


def _totals(results: Sequence["Family"]) -> str:
    """The number of families, of files of each kind, and of series."""
    kinds = Counter(member.kind for family in results for member in family.members[1:])
    preselected = sum(member.preselected for family in results for member in family.members[1:])
    megabytes = sum(family.spare_bytes for family in results) / 1e6
    series = sum(family.is_series for family in results)
    return (
        f"families: {len(results) - series:,}; besides the covers, exact copies and resaves: "
        f"{kinds['exact'] + kinds['resave']:,} ({preselected:,} preselected, {megabytes:,.1f} MB), "
        f"edits: {kinds['edit']:,}, versions: {kinds['version']:,}; "
        f"series: {series:,}, variants: {kinds['variant']:,}"
    )


def _family_lines(family: "Family", folder: Path) -> Iterator[str]:
    yield _member_line(family.members[0], folder, f"cover: {family.reason}")
    hard_links = family.hard_links()
    for member in family.members[1:]:
        note = "the same file" if member.path in hard_links else _relation(member)
        yield _member_line(member, folder, note)


def _relation(member: "FamilyMember") -> str:
    """A member's relation to the cover, whether it is preselected, and where the two differ."""
    words: list[str] = [member.kind]
    if member.kind != "exact":
        words.append(f"{member.likelihood:.0%}")
    if member.preselected:
        words.append("preselected")
    if member.difference is not None:
        x, y, width, height = member.difference
        words.append(f"differs in {width} x {height} pixels at {x}, {y}")
    return ", ".join(words)


def _member_line(member: "FamilyMember", folder: Path, note: str) -> str:
    from pochade.system.path_text import printable

    picture = member.picture
    size = f"{picture.width:>6} x {picture.height:<6} {picture.bytes / 1e3:>10,.1f} kB  {picture.modified:%Y-%m-%d}"
    return f"{size}  {printable(member.path.relative_to(folder))}  ({note})"
