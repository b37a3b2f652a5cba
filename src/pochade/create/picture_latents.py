"""The generator of a collection, and the latents of all pictures, cached in a file beside the embeddings."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterbox
from pochade.index.active_models import ActiveModels
from pochade.index.vectors import VectorFile, delete_old_caches
from pochade.models.generator import FlowMatchingGenerator, shipped_generator
from pochade.models.generator_protocol import Generator
from pochade.system.progress import Progress, Report

PICTURES_PER_BATCH = 32
READING_STAGE = "reading pictures"
GENERATOR_FILE = "painter.safetensors"  # in the folder of the index's files, if fine-tuning improved the generator


def generator_in_use(models: ActiveModels) -> FlowMatchingGenerator:
    """Load the generator of a collection: the one that was fine-tuned on it, or the shipped one.

    Raises:
        CheckpointDamaged: Its file is missing or damaged.
    """
    path = models.home / GENERATOR_FILE
    return _load_generator(path, path.stat().st_mtime_ns) if path.exists() else shipped_generator()


@lru_cache(maxsize=1)
def _load_generator(path: Path, _modified: int) -> FlowMatchingGenerator:
    return FlowMatchingGenerator(path)


def fit_to_square(pixels: Array, side: int) -> Array:
    """Fit a picture (h, w, 3) uint8 into the square (side, side, 3) that a generator reads."""
    return letterbox(pixels, side).pixels


def latents_of_pictures(generator: Generator, models: ActiveModels, contents: list[str], report: Report) -> Floats:
    """Encode all pictures of a collection; latents are cached in a file and not computed again.

    Args:
        generator: The generator.
        models: Finds the thumbnails and vector files.
        contents: The content hash of every picture, by row.
        report: Called with the progress.

    Returns:
        Latents (N, D), by row; NaN for a picture that can't be read.
    """
    name = f"{generator.name}-{models.index.name()}"
    path = models.home / f"paintings-{name}.f32"
    delete_old_caches(path, "paintings-*.f32")
    blank = np.full((1, generator.side, generator.side, 3), 255, np.uint8)
    columns = generator.encode(blank).shape[1]
    file = VectorFile(path, name, np.float32, columns, create=True)
    done = min(file.count(), len(contents))
    _encode_missing(file, done, generator, models, contents)
    for start in range(done, len(contents), PICTURES_PER_BATCH):
        report(Progress(READING_STAGE, start - done, len(contents) - done))
        batch = contents[start : start + PICTURES_PER_BATCH]
        file.write(start, _encode_thumbnails(generator, models, batch, columns))
        report(Progress(READING_STAGE, start + len(batch) - done, len(contents) - done))
    return file.rows(len(contents))


def _encode_missing(
    file: VectorFile, done: int, generator: Generator, models: ActiveModels, contents: list[str]
) -> None:
    """Try again the pictures that could not be read when the first `done` latents were computed."""
    for row in np.flatnonzero(~np.isfinite(file.rows(done)).all(1)).tolist():
        latents = _encode_thumbnails(generator, models, contents[row : row + 1], file.columns)
        if np.isfinite(latents).all():
            file.write(row, latents)


def _encode_thumbnails(generator: Generator, models: ActiveModels, contents: list[str], columns: int) -> Floats:
    """Encode pictures from their thumbnails to latents (n, D), NaN for those that can't be read."""
    pictures = [models.thumbnail_pixels(content) for content in contents]
    latents = np.full((len(contents), columns), np.nan, np.float32)
    readable = [position for position, pixels in enumerate(pictures) if pixels is not None]
    if readable:
        squares = [fit_to_square(pixels, generator.side) for pixels in pictures if pixels is not None]
        latents[readable] = generator.encode(np.stack(squares))
    return latents
