"""The net that draws, and what it makes of the pieces: a code for each, kept beside the fingerprints."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterboxed
from pochade.index.active_models import ActiveModels
from pochade.index.vectors import VectorFile
from pochade.models.generator import FlowMatchingGenerator, shipped_generator
from pochade.models.generator_protocol import Generator
from pochade.system.progress import Progress, Report

BATCH = 32  # pieces read at once
READING = "reading pieces"  # the stage
PAINTER = "painter.safetensors"  # in the index's folder, once training made it better than the shipped one


def painter_in_use(in_use: ActiveModels) -> FlowMatchingGenerator:
    """The net that draws for a collection: the one that was trained on it, or the shipped one.

    Raises:
        CheckpointDamaged: It is missing or damaged.
    """
    own = in_use.home / PAINTER
    return loaded(own, own.stat().st_mtime_ns) if own.exists() else shipped_generator()


@lru_cache(maxsize=1)
def loaded(own: Path, _stamp: int) -> FlowMatchingGenerator:
    """A net of a collection's own, until its file changes."""
    return FlowMatchingGenerator(own)


def painted(pixels: Array, side: int) -> Array:
    """A picture (h, w, 3) uint8 as a painter reads it: fitted into its square, (side, side, 3)."""
    return letterboxed(pixels, side).pixels


def codes_of(painter: Generator, in_use: ActiveModels, contents: list[str], report: Report) -> Floats:
    """The painter's codes of all pieces (N, D), by row; those of which nothing is left are no numbers.

    Args:
        painter: The net.
        in_use: Where thumbnails and files of fingerprints lie.
        contents: The content of every piece, by row.
        report: Called with the progress.
    """
    name = f"{painter.name}-{in_use.index.name()}"
    for old in in_use.home.glob("paintings-*.f32"):
        if old.name != f"paintings-{name}.f32":
            with suppress(OSError):  # where nothing can be written, nothing is in the way
                old.unlink()  # of another net, or of an index that was deleted
    columns = painter.encode(np.full((1, painter.side, painter.side, 3), 255, np.uint8)).shape[1]
    kept = VectorFile(in_use.home / f"paintings-{name}.f32", name, np.float32, columns, create=True)
    begun = min(kept.count(), len(contents))
    for row in np.flatnonzero(~np.isfinite(kept.rows(begun)).all(1)).tolist():  # nothing was left then: try again
        codes = read(painter, in_use, contents[row : row + 1], columns)
        if np.isfinite(codes).all():
            kept.write(row, codes)
    for start in range(begun, len(contents), BATCH):
        report(Progress(READING, start - begun, len(contents) - begun))
        some = contents[start : start + BATCH]
        kept.write(start, read(painter, in_use, some, columns))
        report(Progress(READING, start + len(some) - begun, len(contents) - begun))
    return kept.rows(len(contents))


def read(painter: Generator, in_use: ActiveModels, contents: list[str], columns: int) -> Floats:
    """The codes (n, D) of some pieces, from their thumbnails."""
    found = [in_use.pixels(content) for content in contents]
    codes = np.full((len(contents), columns), np.nan, np.float32)
    there = [place for place, pixels in enumerate(found) if pixels is not None]
    if there:
        codes[there] = painter.encode(
            np.stack([painted(pixels, painter.side) for pixels in found if pixels is not None])
        )
    return codes
