"""Contact sheets: the matches of a search, families, groups, and the map, each as a PNG of thumbnails."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Integers
from pochade.errors import PictureUnreadable, UsageError
from pochade.images.base.picture import Array
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.images.render.contact_sheet import (
    PAPER_COLOUR,
    SHEET_COLUMNS,
    SheetCell,
    draw_contact_sheet,
    is_contact_sheet,
)
from pochade.images.render.map_sheet import draw_map_sheet
from pochade.index.picture_records import Match, PictureFile
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path
from pochade.organise.family_model import Family, FamilyMember
from pochade.organise.group_records import Group, Spot
from pochade.system.atomic_files import write_atomically
from pochade.system.overwrite import check_overwrite, check_parent_folder
from pochade.system.path_text import printable

SHEET_SUFFIX = ".png"
MAX_FAMILIES = 40  # on a sheet, one per row
EMPTY_CELL = np.full((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, 3), PAPER_COLOUR, np.uint8)  # in place of a missing thumbnail


def write_match_sheet(query: Path, matches: Sequence[Match], thumbnails: Path, to: Path) -> None:
    """Draw a picture and its matches, with their distances, to a PNG.

    Args:
        query: The file of the picture.
        matches: The matches, nearest first.
        thumbnails: The folder of the thumbnails.
        to: The PNG to write.

    Raises:
        OutputUnwritable: The PNG can't be written, or another file is at its path.
        PictureUnreadable: The query can't be read.
    """
    check_sheet_path(to)
    preview = read_in_worker(partial(read_preview, side=THUMBNAIL_PIXELS), query)
    cells = [SheetCell(preview.pixels, f"find: {printable(query.name)}", "")]
    cells += [_match_cell(match, thumbnails) for match in matches]
    _write_sheet(to, draw_contact_sheet(cells))


def _match_cell(match: Match, thumbnails: Path) -> SheetCell:
    caption = f"distance {match.distance:.3f}" + (", the same work" if match.is_same_work else "")
    return SheetCell(_thumbnail(thumbnails, match.piece.hash), printable(match.path.name), caption)


def write_family_sheet(families: Sequence[Family], thumbnails: Path, to: Path) -> None:
    """Draw the first 40 families to a PNG, each in a row that begins with its cover.

    Args:
        families: The families.
        thumbnails: The folder of the thumbnails.
        to: The PNG to write.

    Raises:
        OutputUnwritable: The PNG can't be written, or another file is at its path.
    """
    cells = list[SheetCell | None]()
    for family in families[:MAX_FAMILIES]:
        row = [_member_cell(member, thumbnails) for member in family.members[:SHEET_COLUMNS]]
        row[0] = row[0]._replace(caption=f"cover: {family.reason}")
        cells += [*row, *[None] * (SHEET_COLUMNS - len(row))]
    _write_sheet(to, draw_contact_sheet(cells or [SheetCell(EMPTY_CELL, "no families", "")]))


def _member_cell(member: FamilyMember, thumbnails: Path) -> SheetCell:
    certainty = "" if member.kind == "exact" else f", {member.likelihood:.0%}"
    pixels = _thumbnail(thumbnails, member.piece.hash)
    return SheetCell(pixels, printable(member.path.name), f"{member.kind}{certainty}")


def write_group_sheet(
    groups: Sequence[Group], depth: int, pictures: Sequence[PictureFile], thumbnails: Path, to: Path
) -> None:
    """Draw the covers of the groups at a depth to a PNG.

    Args:
        groups: The topmost groups.
        depth: The depth to show: 1 shows the topmost groups, 2 their subgroups.
        pictures: All files of the collection.
        thumbnails: The folder of the thumbnails.
        to: The PNG to write.

    Raises:
        OutputUnwritable: The PNG can't be written, or another file is at its path.
    """
    hashes = {picture.path: picture.hash for picture in pictures}
    cells = [
        SheetCell(_thumbnail(thumbnails, hashes.get(group.cover)), _group_caption(group), group.description)
        for group in _groups_at_depth(groups, depth)
    ]
    _write_sheet(to, draw_contact_sheet(cells or [SheetCell(EMPTY_CELL, "no groups", "")]))


def _groups_at_depth(groups: Sequence[Group], depth: int) -> list[Group]:
    """The groups at a depth, from 1, and higher groups that have no subgroups."""
    if depth == 1:
        return list(groups)
    subgroups = (_groups_at_depth(group.groups, depth - 1) if group.groups else [group] for group in groups)
    return list(chain.from_iterable(subgroups))


def _group_caption(group: Group) -> str:
    return f"{group.number}: {group.name or 'group'}, {len(group.paths):,} files"


def write_map_sheet(
    spots: Sequence[Spot], groups: Sequence[Group], pictures: Sequence[PictureFile], thumbnails: Path, to: Path
) -> None:
    """Draw the map to a PNG; where there is little room, the covers of groups come before other pictures.

    Args:
        spots: The places of all files.
        groups: The topmost groups, whose names are written on the map.
        pictures: All files of the collection.
        thumbnails: The folder of the thumbnails.
        to: The PNG to write.

    Raises:
        OutputUnwritable: The PNG can't be written, or another file is at its path.
    """
    hashes = {picture.path: picture.hash for picture in pictures}
    positions = np.array([(spot.x, spot.y) for spot in spots], np.float32).reshape(-1, 2)

    def thumbnail(spot: int) -> Array | None:
        pixels = _thumbnail(thumbnails, hashes.get(spots[spot].path))
        return None if pixels is EMPTY_CELL else pixels

    spot_of = {spot.path: number for number, spot in enumerate(spots)}
    members = {
        f"{group.number}: {group.title}": np.array([spot_of[path] for path in group.paths if path in spot_of], np.int64)
        for group in sorted(groups, key=lambda group: group.name is None)
    }
    _write_sheet(to, draw_map_sheet(positions, thumbnail, _drawing_order(spot_of, groups), members).png)


def _drawing_order(spot_of: Mapping[Path, int], groups: Sequence[Group]) -> Integers:
    """The numbers of all spots: first the covers of groups and subgroups, then the others in random order."""
    covers = [spot_of[group.cover] for group in _groups_at_depth(groups, 2) if group.cover in spot_of]
    others = np.setdiff1d(np.random.default_rng(0).permutation(len(spot_of)), covers, assume_unique=True)
    return np.array([*covers, *others.tolist()], np.int64)


def check_sheet_path(to: Path) -> None:
    """Check that a contact sheet may be written to a path: the path is free, or holds an earlier contact sheet.

    Raises:
        UsageError: The path has the ending of another format, and a sheet is always a PNG.
        OutputUnwritable: Another file is at the path, or its folder does not exist.
    """
    if to.suffix and to.suffix.lower() != SHEET_SUFFIX:
        raise UsageError(f"'{printable(to)}' can't be a contact sheet: these are PNGs", "let its name end in .png")
    check_parent_folder(to)
    check_overwrite(to, "already exists and is not a contact sheet", is_ours=is_contact_sheet)


def _write_sheet(to: Path, png: bytes) -> None:
    check_sheet_path(to)
    write_atomically(to, png)


def _thumbnail(thumbnails: Path, content: str | None) -> Array:
    """Read the thumbnail of a content hash, or the empty cell if there is none."""
    return EMPTY_CELL if content is None else preview_or_empty_cell(thumbnail_path(thumbnails, content))


def preview_or_empty_cell(path: Path) -> Array:
    """Read a picture at the size of a thumbnail, or the empty cell if it can't be read."""
    try:
        return read_preview(path, THUMBNAIL_PIXELS).pixels
    except PictureUnreadable:
        return EMPTY_CELL
