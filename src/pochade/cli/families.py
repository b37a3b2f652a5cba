"""`pochade families`: which files are one work."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.collection_commands import LearnBar, as_data
from pochade.cli.output import interruptible, print_json, words

if TYPE_CHECKING:  # SQLAlchemy and numpy take their time: only a command that needs them loads them
    from pochade.organise.family_model import Family, FamilyMember

MOST_SAID = 20  # families that are listed in words


@interruptible()
def families(
    context: typer.Context,
    keep: Annotated[
        str | None, typer.Option(help="What a cover must be before all else: largest, layered, coloured or latest.")
    ] = None,
    script: Annotated[
        Path | None, typer.Option(help="Write a script for sh that sets aside files with the same bytes.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw the first forty families on one PNG, a row each.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every family as JSON on stdout.")] = False,
) -> None:
    """Copies and versions of one work, each family with a suggested cover. Nothing is deleted or moved.

    Example: pochade families --keep latest --script aside.sh
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_family_sheet
    from pochade.organise.duplicate_script import check_script_path, write_duplicate_script

    if script is not None:
        check_script_path(script)
    if sheet is not None:
        check_sheet_path(sheet)
    with context.obj.collection() as collection, LearnBar() as bar:
        found = collection.families(keep, bar.report)
        if sheet is not None:
            write_family_sheet(found, collection.thumbnails, sheet)
        moved = write_duplicate_script(found, collection.folder, script) if script is not None else 0
    if as_json:
        print_json([as_data(family) for family in found])
    say_families(found, collection.folder)
    if sheet is not None:
        words.print(f"wrote '{sheet}'", markup=False, soft_wrap=True)
    if script is not None:
        words.print(
            f"wrote '{script}': it sets {moved:,} files with the same bytes aside when you run it",
            markup=False,
            soft_wrap=True,
        )


def say_families(found: Sequence["Family"], folder: Path) -> None:
    """The families with most to spare, a few lines each."""
    for family in found[:MOST_SAID]:
        say(family.members[0], folder, f"cover: {family.reason}")
        for member in family.members[1:]:
            say(member, folder, member.kind if member.kind == "exact" else f"{member.kind}, {member.likelihood:.0%}")
        words.print()
    if len(found) > MOST_SAID:
        words.print(f"and {len(found) - MOST_SAID:,} more families: --json lists them all\n")
    copies = sum(member.kind != "version" for family in found for member in family.members[1:])
    versions = sum(len(family.members) - 1 for family in found) - copies
    spare = sum(family.spare_bytes for family in found) / 1e6
    words.print(
        f"{len(found):,} families: {copies:,} copies ({spare:,.1f} MB) and {versions:,} versions beside the covers"
    )


def say(member: "FamilyMember", folder: Path, what: str) -> None:
    """One line for one file."""
    from pochade.images.base.source import printable

    piece = member.piece
    size = f"{piece.width:>6} x {piece.height:<6} {piece.bytes / 1e3:>10,.1f} kB  {piece.modified:%Y-%m-%d}"
    words.print(
        f"{size}  {printable(member.path.relative_to(folder))}  ({what})", markup=False, highlight=False, soft_wrap=True
    )
