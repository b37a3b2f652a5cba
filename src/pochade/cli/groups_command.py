"""`pochade groups`: groups of pictures that look alike."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message, print_result
from pochade.cli.progress_bar import ProgressBar

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.organise.group_records import Group

DEFAULT_DEPTH = 2  # levels of groups that are printed


@explain_interrupt()
def groups(
    context: typer.Context,
    depth: Annotated[int, typer.Option(min=1, help="The number of levels of groups to show.")] = DEFAULT_DEPTH,
    rename: Annotated[
        tuple[int, str] | None, typer.Option(metavar="NUMBER NAME", help="First give a group a name of your own.")
    ] = None,
    merge: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="First move all of group B into group A.")
    ] = None,
    split: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="First replace a group by its subgroups, or by two halves.")
    ] = None,
    pin: Annotated[
        tuple[Path, int] | None, typer.Option(metavar="IMAGE NUMBER", help="First put a picture into a group for good.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(help="A PNG for a contact sheet of the groups' covers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every group as JSON on stdout.")] = False,
) -> None:
    """Group pictures that look alike.

    Each group has a number, a description of what was measured, and a cover, and is divided into finer groups. A
    picture that fits nowhere is in no group.

    New pictures join existing groups. After the collection has grown by a fifth, the groups are computed again,
    except those that you renamed, merged, split or pinned.

    Example: `pochade -C ~/art groups --depth 1 --sheet groups.png`
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_group_sheet

    if sheet is not None:
        check_sheet_path(sheet)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        if rename is not None:
            collection.rename_group(*rename)
        if merge is not None:
            collection.merge_groups(*merge)
        if split is not None:
            collection.split_group(split, bar.report)
        if pin is not None:
            collection.pin([pin[0]], pin[1])
        results = collection.groups(bar.report)
        pictures = collection.pictures()
        if sheet is not None:
            write_group_sheet(results, depth, pictures, collection.thumbnails, sheet)
    if as_json:
        print_json([json_data(group) for group in results])
    for line in _group_lines(results, depth, collection.folder):
        print_result(line, as_json=as_json)
    ungrouped = {picture.path for picture in pictures}.difference(*(group.paths for group in results))
    outside = "1 file is" if len(ungrouped) == 1 else f"{len(ungrouped):,} files are"
    print_result(f"{count_of(len(results), 'group')}; {outside} in no group", as_json=as_json)
    if sheet is not None:
        print_message(f"wrote '{sheet}'")


def _group_lines(results: Sequence["Group"], depth: int, folder: Path, indent: int = 0) -> Iterator[str]:
    """One line for each group, with its subgroups indented below it."""
    from pochade.system.path_text import printable

    for group in results:
        name = f"{group.name} ({group.description})" if group.name else group.description
        line = f"{' ' * indent}{group.number:>4}  {len(group.paths):>6,}  {name}"
        yield f"{line}  · {printable(os.path.relpath(group.cover, folder))}"
        if depth > 1:
            yield from _group_lines(group.groups, depth - 1, folder, indent + 4)
