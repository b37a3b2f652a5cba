"""A contact sheet: the picture that was asked for, and what was found, on one page."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pochade.collection.pieces import Match
from pochade.collection.reading import THUMBNAIL, thumbnail_path
from pochade.errors import OutputUnwritable, PictureUnreadable
from pochade.images.read import read_preview
from pochade.images.sheet import PAPER, Cell, is_page, page
from pochade.images.source import printable


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
    temporary = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(page(cells))
        temporary.replace(to)
    except OSError as error:
        raise OutputUnwritable(f"'{to}' could not be written: {error.strerror}", "choose another folder") from error


def may_be_written(to: Path) -> None:
    """Look before anything is done whether a page may be written there: nothing is there, or an earlier page.

    Raises:
        OutputUnwritable: Something else is there.
    """
    if os.path.lexists(to) and not is_page(to):
        raise OutputUnwritable(f"'{to}' is there already, and no contact sheet", "choose another name, or remove it")


def cell(match: Match, thumbnail: Path) -> Cell:
    """A match on the page; an empty cell where its thumbnail is gone."""
    empty = np.full((THUMBNAIL, THUMBNAIL, 3), PAPER, np.uint8)
    try:
        pixels = read_preview(thumbnail, THUMBNAIL).pixels
    except PictureUnreadable:
        pixels = empty
    return Cell(pixels, printable(match.path.name), f"distance {match.distance:.3f}")
