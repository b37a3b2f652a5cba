"""`pochade families`: the duplicates and versions of each work."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message, print_result
from pochade.cli.progress_bar import ProgressBar

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.organise.family_model import Family, FamilyMember

MAX_PRINTED_FAMILIES = 20


@explain_interrupt()
def families(
    context: typer.Context,
    keep: Annotated[
        str | None,
        typer.Option(help="The rule that chooses covers before all others: largest, layered, coloured or latest."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            help="A shell script to write. When you run it, it moves all but one of the files with the same bytes to "
            "a folder beside the collection. Other copies are in it as comments; versions are not in it."
        ),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="A PNG for a contact sheet of the first 40 families, one in each row.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every family as JSON on stdout.")] = False,
) -> None:
    """Find duplicates and versions of works.

    A family holds the files of one work: `exact` copies have the same pixels, `near` copies were saved again, resized,
    cropped, turned, mirrored or recoloured, and a `version` is another stage, such as a sketch or line art. Pictures
    of one series can look like near copies, so look at them before you act. Nothing is moved or deleted.

    Each family has a suggested cover, with the reason: the largest file, then one with layers, then one in colour,
    then the latest.

    Embeddings propose pairs of pictures, and each pair is compared once by aligning the two. One run compares two
    pairs for each picture, at least 20,000 and at most 60,000; run it again in a large collection to compare more.

    Example: `pochade -C ~/art families --sheet families.png --script aside.sh`
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_family_sheet
    from pochade.organise.duplicate_script import check_script_path, write_duplicate_script

    if script is not None:
        check_script_path(script)
    if sheet is not None:
        check_sheet_path(sheet)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        results = collection.families(keep, bar.report)
        if sheet is not None:
            write_family_sheet(results, collection.thumbnails, sheet)
        moved = write_duplicate_script(results, collection.folder, script) if script is not None else 0
    if as_json:
        print_json([json_data(family) for family in results])
    _print_families(results, collection.folder, as_json=as_json)
    if sheet is not None:
        print_message(f"wrote '{sheet}'")
    if script is not None:
        files = count_of(moved, "file")
        print_message(f"wrote '{script}': it moves {files} with the same bytes aside when you run it")


def _print_families(results: Sequence["Family"], folder: Path, *, as_json: bool) -> None:
    """Print the families with the most bytes to spare, and the totals."""
    for family in results[:MAX_PRINTED_FAMILIES]:
        for line in _family_lines(family, folder):
            print_result(line, as_json=as_json)
        print_result(as_json=as_json)
    if len(results) > MAX_PRINTED_FAMILIES:
        more = count_of(len(results) - MAX_PRINTED_FAMILIES, "more family", "more families")
        print_result(f"and {more}: --json lists them all", as_json=as_json)
        print_result(as_json=as_json)
    duplicates = sum(member.kind != "version" for family in results for member in family.members[1:])
    versions = sum(len(family.members) - 1 for family in results) - duplicates
    megabytes = sum(family.spare_bytes for family in results) / 1e6
    totals = f"duplicates: {duplicates:,} ({megabytes:,.1f} MB), versions: {versions:,}"
    print_result(f"families: {len(results):,}; besides the covers, {totals}", as_json=as_json)


def _family_lines(family: "Family", folder: Path) -> Iterator[str]:
    yield _member_line(family.members[0], folder, f"cover: {family.reason}")
    hard_links = family.hard_links()
    for member in family.members[1:]:
        if member.path in hard_links:
            yield _member_line(member, folder, "the same file")
            continue
        certainty = "" if member.kind == "exact" else f", {member.likelihood:.0%}"
        yield _member_line(member, folder, f"{member.kind}{certainty}")


def _member_line(member: "FamilyMember", folder: Path, note: str) -> str:
    from pochade.system.path_text import printable

    picture = member.picture
    size = f"{picture.width:>6} x {picture.height:<6} {picture.bytes / 1e3:>10,.1f} kB  {picture.modified:%Y-%m-%d}"
    return f"{size}  {printable(member.path.relative_to(folder))}  ({note})"
