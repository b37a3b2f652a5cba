"""`pochade groups` and `pochade map`: the collection put in order by look."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.collection_commands import LearnBar, as_data
from pochade.cli.output import interruptible, print_json, words

if TYPE_CHECKING:  # SQLAlchemy and numpy take their time: only a command that needs them loads them
    from pochade.organise.results import Group

DEPTH = 2  # of groups that are said when nothing else is asked for


@interruptible()
def groups(
    context: typer.Context,
    depth: Annotated[int, typer.Option(min=1, help="How many levels of groups to say.")] = DEPTH,
    rename: Annotated[
        tuple[int, str] | None, typer.Option(metavar="NUMBER NAME", help="First give a group a name of your own.")
    ] = None,
    merge: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="First put all of group B into group A.")
    ] = None,
    split: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="First put the parts of a group in its place.")
    ] = None,
    pin: Annotated[
        tuple[Path, int] | None, typer.Option(metavar="IMAGE NUMBER", help="First put a piece into a group for good.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw the groups' covers on one PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every group as JSON on stdout.")] = False,
) -> None:
    """Groups by look, each divided into finer ones. What you rename, merge, split or pin stays so.

    Example: pochade groups --rename 3 "ink studies" --sheet groups.png
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_group_sheet

    if sheet is not None:
        check_sheet_path(sheet)
    with context.obj.collection() as collection, LearnBar() as bar:
        if rename is not None:
            collection.rename_group(*rename)
        if merge is not None:
            collection.merge_groups(*merge)
        if split is not None:
            collection.split_group(split, bar.report)
        if pin is not None:
            collection.pin([pin[0]], pin[1])
        found = collection.groups(bar.report)
        if sheet is not None:
            write_group_sheet(found, depth, collection.pieces(), collection.thumbnails, sheet)
        alone = len({piece.path for piece in collection.pieces()}.difference(*(group.paths for group in found)))
    if as_json:
        print_json([as_data(group) for group in found])
    say_groups(found, depth, collection.folder)
    words.print(f"{len(found):,} groups; {alone:,} files fit nowhere")
    if sheet is not None:
        words.print(f"wrote '{sheet}'", markup=False, soft_wrap=True)


def say_groups(found: Sequence["Group"], depth: int, folder: Path, indent: int = 0) -> None:
    """A line for each group, those in it below it."""
    from pochade.images.base.source import printable

    for group in found:
        name = f"{group.name} ({group.description})" if group.name else group.description
        line = f"{' ' * indent}{group.number:>4}  {len(group.paths):>6,}  {name}"
        words.print(
            f"{line}  · {printable(os.path.relpath(group.cover, folder))}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
        if depth > 1:
            say_groups(group.groups, depth - 1, folder, indent + 4)


@interruptible()
def chart(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="The PNG to draw.")] = Path("map.png"),
    anew: Annotated[bool, typer.Option("--anew", help="Forget where pieces lie, and lay the whole map anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each file's place as JSON on stdout.")] = False,
) -> None:
    """A map of the collection: what looks alike lies together, groups are named. New pieces never move the old ones.

    Example: pochade map --to map.png
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_map_sheet

    check_sheet_path(to)
    with context.obj.collection() as collection, LearnBar() as bar:
        spots = collection.map(bar.report, anew=anew)
        write_map_sheet(spots, collection.groups(bar.report), collection.pieces(), collection.thumbnails, to)
    if as_json:
        print_json([as_data(spot) for spot in spots])
    words.print(f"wrote '{to}': {len(spots):,} files", markup=False, soft_wrap=True)
