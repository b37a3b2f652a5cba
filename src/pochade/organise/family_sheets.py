"""Pages to look at: what was found, the covers of groups, a family a row, and the map."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pochade.errors import OutputUnwritable, PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.base.source import printable
from pochade.images.io.read import read_preview
from pochade.images.render.contact_sheet import COLUMNS, PAPER, Cell, is_page, page
from pochade.images.render.map_sheet import atlas
from pochade.index.ingest_file import THUMBNAIL, thumbnail_path
from pochade.index.pictures import Match, PictureFile
from pochade.organise.family_model import Family, FamilyMember
from pochade.organise.results import Group, Spot
from pochade.system.atomic_files import write_atomically

FAMILIES = 40  # that are drawn, a row each
EMPTY = np.full((THUMBNAIL, THUMBNAIL, 3), PAPER, np.uint8)  # the cell of a piece whose thumbnail is gone


def contact_sheet(asked: Path, matches: Sequence[Match], thumbnails: Path, to: Path) -> None:
    """Draw the picture asked for, and its matches with their distances, to a PNG.

    Args:
        asked: The picture.
        matches: What was found, nearest first.
        thumbnails: Where the collection's thumbnails are.
        to: The PNG to write.

    Raises:
        OutputUnwritable: It can't be written, or something else than such a page is there.
    """
    may_be_written(to)
    cells = [Cell(read_preview(asked, THUMBNAIL).pixels, f"asked: {printable(asked.name)}", "")]
    cells += [cell(match, thumbnail_path(thumbnails, match.piece.hash)) for match in matches]
    write_page(to, page(cells))


def family_sheet(families: Sequence[Family], thumbnails: Path, to: Path) -> None:
    """Draw a family a row to a PNG, its cover first; errors as for `contact_sheet`."""
    cells = list[Cell | None]()
    for family in families[:FAMILIES]:
        row = [member_cell(member, thumbnails) for member in family.members[:COLUMNS]]
        row[0] = row[0]._replace(words=f"cover: {family.reason}")
        cells += [*row, *[None] * (COLUMNS - len(row))]
    write_page(to, page(cells or [Cell(EMPTY, "no families", "")]))


def member_cell(member: FamilyMember, thumbnails: Path) -> Cell:
    """A file of a family on the page."""
    sure = "" if member.kind == "exact" else f", {member.likelihood:.0%}"
    pixels = pixels_of(thumbnail_path(thumbnails, member.piece.hash))
    return Cell(pixels, printable(member.path.name), f"{member.kind}{sure}")


def group_sheet(groups: Sequence[Group], depth: int, pieces: Sequence[PictureFile], thumbnails: Path, to: Path) -> None:
    """Draw the cover of each group of a depth with its name to a PNG; errors as for `contact_sheet`."""
    hashes = {piece.path: piece.hash for piece in pieces}
    cells = [
        Cell(thumbnail_of(thumbnails, hashes.get(group.cover)), counted(group), group.description)
        for group in of_depth(groups, depth)
    ]
    write_page(to, page(cells or [Cell(EMPTY, "no groups", "")]))


def of_depth(groups: Sequence[Group], depth: int) -> list[Group]:
    """The groups at a depth, from 1, and those above that divide no further."""
    if depth == 1:
        return list(groups)
    return [inner for group in groups for inner in (of_depth(group.groups, depth - 1) if group.groups else [group])]


def counted(group: Group) -> str:
    """A group's number, its name if it has one, and how many files it has."""
    return f"{group.number}: {group.name or 'group'}, {len(group.paths):,} files"


def map_sheet(
    spots: Sequence[Spot], groups: Sequence[Group], pieces: Sequence[PictureFile], thumbnails: Path, to: Path
) -> None:
    """Draw the map to a PNG, groups' covers first; errors as for `contact_sheet`."""
    hashes = {piece.path: piece.hash for piece in pieces}
    place = {spot.path: number for number, spot in enumerate(spots)}
    positions = np.array([(spot.x, spot.y) for spot in spots], np.float32).reshape(-1, 2)
    shown = [group for group in of_depth(groups, 2) if group.cover in place]
    covers = [place[group.cover] for group in shown]
    rest = np.setdiff1d(np.random.default_rng(0).permutation(len(spots)), covers, assume_unique=True)
    names = {
        f"{group.number}: {group.title}": np.array([place[path] for path in group.paths if path in place], np.int64)
        for group in sorted(groups, key=lambda group: group.name is None)
    }

    def thumbnail(number: int) -> Array | None:
        pixels = thumbnail_of(thumbnails, hashes.get(spots[number].path))
        return None if pixels is EMPTY else pixels

    write_page(to, atlas(positions, thumbnail, np.array([*covers, *rest.tolist()], np.int64), names).png)


def write_page(to: Path, content: bytes) -> None:
    """Put a page there whole or not at all."""
    may_be_written(to)
    write_atomically(to, content)


def may_be_written(to: Path) -> None:
    """Look before anything is done whether a page may be written there: nothing is there, or an earlier page.

    Raises:
        OutputUnwritable: Something else is there.
    """
    check_folder(to)
    if os.path.lexists(to) and not is_page(to):
        raise OutputUnwritable(f"'{to}' is there already, and no contact sheet", "choose another name, or remove it")


def check_folder(to: Path) -> None:
    """Nothing where a file's folder is there; it is not made, as it may be a slip of the pen."""
    if not os.path.isdir(to.parent):  # noqa: PTH112  raises nothing, whatever the system says of it
        raise OutputUnwritable(f"'{to}' could not be written: there is no such folder", "choose another folder")


def cell(match: Match, thumbnail: Path) -> Cell:
    """A match on the page."""
    words = f"distance {match.distance:.3f}" + (", the same work" if match.is_same_work else "")
    return Cell(pixels_of(thumbnail), printable(match.path.name), words)


def thumbnail_of(thumbnails: Path, content: str | None) -> Array:
    """A content's thumbnail; an empty cell where it is gone, or another run forgot its file meanwhile."""
    return EMPTY if content is None else pixels_of(thumbnail_path(thumbnails, content))


def pixels_of(thumbnail: Path) -> Array:
    """A thumbnail's pixels; an empty cell where it is gone."""
    try:
        return read_preview(thumbnail, THUMBNAIL).pixels
    except PictureUnreadable:
        return EMPTY
