"""Write generated pictures: as separate files, a contact sheet, a strip, a grid or an animation."""

from collections.abc import Sequence
from pathlib import Path

from pochade.create.novelty import Created
from pochade.errors import UsageError
from pochade.images.metadata.provenance import Provenance
from pochade.images.render.animation import (
    ANIMATION_SUFFIXES,
    FILM_SUFFIX,
    STRIP_COLUMNS,
    can_encode_films,
    encode_frames,
    encode_still,
    films_unavailable,
)
from pochade.images.render.contact_sheet import SHEET_COLUMNS, SheetCell, draw_contact_sheet
from pochade.organise.contact_sheets import preview_or_empty_cell
from pochade.system.atomic_files import write_atomically
from pochade.system.overwrite import check_overwrite, check_parent_folder
from pochade.system.path_text import printable

SHEET_SUFFIX = ".png"


def check_new_file(to: Path) -> None:
    """Check that a new file can be written, before anything is generated.

    Raises:
        OutputUnwritable: The path exists, or its folder does not.
    """
    check_parent_folder(to)
    check_overwrite(to, "already exists")


def check_morph_path(to: Path) -> None:
    """Check that a morph can be written to a new file, before anything is generated.

    Raises:
        OutputUnwritable: The path exists, or its folder does not.
        UsageError: A morph can't be saved with this suffix, or films can't be encoded on this machine.
    """
    if to.suffix.lower() not in {SHEET_SUFFIX, *ANIMATION_SUFFIXES}:
        suffixes = ", ".join((SHEET_SUFFIX, *ANIMATION_SUFFIXES))
        raise UsageError(f"a morph can't be saved as '{to}'", f"choose a name that ends in {suffixes}")
    if to.suffix.lower() == FILM_SUFFIX and not can_encode_films():
        raise films_unavailable()
    check_new_file(to)


def write_created(to: Path, created: Sequence[Created], method: str) -> list[Path]:
    """Write each picture to a new file with its provenance.

    Args:
        to: The folder.
        created: The pictures.
        method: The command that generated them, such as "imagine"; the files' names begin with it.

    Returns:
        The files.

    Raises:
        OutputUnwritable: A file can't be written, or exists.
    """
    paths = _new_paths(to, created, method)
    for path, picture in zip(paths, created, strict=True):
        write_atomically(path, encode_still(picture.picture, picture_provenance(picture, method)), new=True)
    return paths


def write_created_sheet(to: Path, created: Sequence[Created], method: str) -> None:
    """Write a contact sheet to a new file: each generated picture, and below it the nearest picture of the collection.

    Args:
        to: The file.
        created: The pictures.
        method: The command that generated them, such as "imagine".

    Raises:
        OutputUnwritable: The file can't be written, or exists.
    """
    check_new_file(to)
    cells, columns = list[SheetCell | None](), min(SHEET_COLUMNS, len(created))
    for start in range(0, len(created), columns):
        row = created[start : start + columns]
        padding = [None] * (columns - len(row))
        cells += [*map(_created_cell, row), *padding, *map(_nearest_cell, row), *padding]
    write_atomically(to, draw_contact_sheet(cells, _provenance(created, method), columns), new=True)


def write_morph(to: Path, created: Sequence[Created], method: str, columns: int | None = None) -> None:
    """Write frames to a new file: as a strip or grid if the suffix is .png, else as an animation.

    Args:
        to: The file.
        created: The frames.
        method: The command that generated them, such as "morph".
        columns: The number of frames in a row of a grid; None makes a strip.

    Raises:
        OutputUnwritable: The file can't be written, or exists.
        UsageError: A morph can't be saved with this suffix, or films can't be encoded on this machine.
    """
    check_morph_path(to)
    frames = [frame.picture for frame in created]
    encoded = encode_frames(frames, _provenance(created, method), to.suffix.lower(), columns or STRIP_COLUMNS)
    write_atomically(to, encoded, new=True)


def picture_provenance(created: Created, method: str) -> Provenance:
    """What the file of a created picture says of its origin.

    Args:
        created: The picture.
        method: The command that created it, such as "imagine".
    """
    regions = None if created.regions is None else created.regions.as_data()
    return Provenance(created.model, created.seed, method, regions)


def _new_paths(to: Path, created: Sequence[Created], method: str) -> list[Path]:
    paths = [to / f"{method} {picture.seed}{SHEET_SUFFIX}" for picture in created]
    for path in paths:
        check_overwrite(path, "already exists", "choose another folder, or another --seed")
    return paths


def _provenance(created: Sequence[Created], method: str) -> Provenance:
    return Provenance(created[0].model, created[0].seed, method)


def _created_cell(created: Created) -> SheetCell:
    typicality = f"more typical than {created.percentile:.0%} of pictures"
    caption = "unlike anything in the collection" if created.is_out_of_distribution else typicality
    return SheetCell(created.picture, f"seed {created.seed}", caption)


def _nearest_cell(created: Created) -> SheetCell:
    caption = f"distance {created.distance:.3f}" + (" ALMOST A COPY" if created.almost_a_copy else "")
    return SheetCell(preview_or_empty_cell(created.nearest), f"closest: {printable(created.nearest.name)}", caption)
