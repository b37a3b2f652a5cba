"""What was measured of all pieces, kept beside the fingerprints: while they are read, or when it is first asked for."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import squared
from pochade.index.active_models import ActiveModels
from pochade.index.descriptor_jobs import measured_all
from pochade.index.descriptor_schema import BYTES, NUMBERS, VERSION, as_rows, numbers_of
from pochade.index.ingest_file import numbers_from, thumbnail_path
from pochade.index.vectors import VectorFile
from pochade.system.progress import Progress, Report


def kept_in(in_use: ActiveModels) -> VectorFile:
    """The file of what was measured, made where it is missing; those of other versions and of deleted indexes go."""
    name = f"measured-{VERSION}-{in_use.index.name()}"
    for old in (*in_use.home.glob("traits-*.f32"), *in_use.home.glob("measured-*.u8")):
        if old.name != f"{name}.u8":
            with suppress(OSError):  # where nothing can be written, nothing is in the way
                old.unlink()
    return VectorFile(in_use.home / f"{name}.u8", name, np.uint8, BYTES, create=True)


def measured(in_use: ActiveModels, contents: list[str], report: Report) -> Array:
    """The numbers of all pieces by row, (N,) of type `NUMBERS`; what is missing is measured first.

    Args:
        in_use: Where thumbnails and files of fingerprints lie.
        contents: The content of every piece, by row.
        report: Called with the progress.
    """
    kept = kept_in(in_use)
    begun = min(kept.count(), len(contents))
    measure_again(kept, begun, contents, in_use)
    if begun < len(contents):
        measure(kept, begun, contents, in_use, report)
    return numbers_in(kept, len(contents))


def numbers_in(kept: VectorFile, count: int) -> Array:
    """The first rows as numbers."""
    numbers: Array = kept.rows(count).view(NUMBERS)[:, 0] if count else np.empty(0, NUMBERS)
    return numbers


def measure(kept: VectorFile, begun: int, contents: list[str], in_use: ActiveModels, report: Report) -> None:
    """Measure pieces from a row on, each batch on disk before the next."""
    row = begun
    thumbnails = [thumbnail_path(in_use.thumbnails, content) for content in contents[begun:]]
    for found in measured_all(thumbnails, numbers_from):
        kept.write(row, mended(found, contents[row : row + len(found)], in_use))
        row += len(found)
        report(Progress("measuring", row - begun, len(contents) - begun))


def measure_again(kept: VectorFile, begun: int, contents: list[str], in_use: ActiveModels) -> None:
    """Try the pieces once more of which nothing was left when they were to be measured."""
    for row in np.flatnonzero(~numbers_in(kept, begun)["traits"].any(1)).tolist():
        rows = mended([None], [contents[row]], in_use)
        if rows.any():
            kept.write(row, rows)


def mended(found: Sequence[Array | None], contents: list[str], in_use: ActiveModels) -> Array:
    """Rows (n, 4608) of what was found, and for thumbnails that can't be read, from the pieces' files.

    One of which no file can be read either has zeros: they pull nothing anywhere, and are measured another time.
    """
    rows = as_rows(found)
    for place, content in enumerate(contents):
        if found[place] is None and (pixels := in_use.pixels(content)) is not None:
            rows[place] = numbers_of(squared(pixels))
    return rows
