"""Created pictures as files: a folder, a sheet with the closest real piece below each one, a strip, an animation."""

import os
from collections.abc import Sequence
from pathlib import Path

from pochade.create.novelty import Created
from pochade.errors import OutputUnwritable, PictureUnreadable, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import printable
from pochade.images.io.read import read_preview
from pochade.images.render.animation import (
    ANIMATIONS,
    FILM,
    WIDEST,
    Provenance,
    makes_films,
    moving,
    still,
    without_films,
)
from pochade.images.render.contact_sheet import COLUMNS, Cell, page
from pochade.index.ingest_file import THUMBNAIL
from pochade.organise.family_sheets import EMPTY, check_folder
from pochade.system.atomic_files import write_atomically

SHEET = ".png"


def check_new(to: Path) -> None:
    """Look before anything is drawn whether a new file may be written there.

    Raises:
        OutputUnwritable: Something is there, or no folder for it.
    """
    check_folder(to)
    if os.path.lexists(to):
        raise OutputUnwritable(f"'{to}' is there already", "choose another name, or remove it")


def check_path(to: Path) -> None:
    """The same for what a morph is written to, which also must be of a kind that can hold one.

    Raises:
        OutputUnwritable: As for `check_new`.
        UsageError: Its name ends in something else, or films can't be made here.
    """
    if to.suffix.lower() not in {SHEET, *ANIMATIONS}:
        raise UsageError(f"'{to}' is no name for a morph", f"let it end in {', '.join((SHEET, *ANIMATIONS))}")
    if to.suffix.lower() == FILM and not makes_films():
        raise without_films()
    check_new(to)


def numbered(to: Path, created: Sequence[Created], way: str) -> list[Path]:
    """Where each picture goes in a folder.

    Raises:
        OutputUnwritable: One of them is there already.
    """
    paths = [to / f"{way} {one.seed}{SHEET}" for one in created]
    for path in paths:
        if os.path.lexists(path):
            raise OutputUnwritable(f"'{path}' is there already", "choose another folder, or another --seed")
    return paths


def write_created(to: Path, created: Sequence[Created], way: str) -> list[Path]:
    """Write pictures to a folder, each with its origin; nothing is overwritten.

    Returns:
        Where they are.

    Raises:
        OutputUnwritable: One can't be written, or is there already.
    """
    paths = numbered(to, created, way)
    for path, one in zip(paths, created, strict=True):
        write_atomically(path, still(one.picture, Provenance(one.net, one.seed, way)), new=True)
    return paths


def write_sheet(to: Path, created: Sequence[Created], way: str) -> None:
    """Write a page with the closest real piece below each picture; nothing is overwritten.

    Raises:
        OutputUnwritable: It can't be written, or something is there.
    """
    check_new(to)
    cells = list[Cell | None]()
    for start in range(0, len(created), COLUMNS):
        row = created[start : start + COLUMNS]
        free = [None] * (min(COLUMNS, len(created)) - len(row))
        cells += [*map(own_cell, row), *free, *map(nearest_cell, row), *free]
    write_atomically(to, page(cells, Provenance(created[0].net, created[0].seed, way)), new=True)


def write_path(to: Path, created: Sequence[Created], way: str, columns: int | None = None) -> None:
    """Write frames as a strip, a grid of some columns, or an animation, as the name ends; nothing is overwritten.

    Raises:
        OutputUnwritable: It can't be written, or something is there.
        UsageError: Its name ends in something else, or films can't be made here.
    """
    check_path(to)
    frames, origin = [one.picture for one in created], Provenance(created[0].net, created[0].seed, way)
    write_atomically(to, moving(frames, origin, to.suffix.lower(), columns or WIDEST), new=True)


def own_cell(one: Created) -> Cell:
    """A picture that was drawn."""
    words = "empty: the collection has nothing there" if one.empty else f"denser than {one.percentile:.0%} of pieces"
    return Cell(one.picture, f"seed {one.seed}", words)


def nearest_cell(one: Created) -> Cell:
    """The real piece that looks most like it."""
    words = f"distance {one.distance:.3f}" + (" ALMOST A COPY" if one.almost_a_copy else "")
    return Cell(real(one.nearest), f"closest: {printable(one.nearest.name)}", words)


def real(path: Path) -> Array:
    """A piece as it lies there; an empty cell where it is gone."""
    try:
        return read_preview(path, THUMBNAIL).pixels
    except PictureUnreadable:
        return EMPTY
