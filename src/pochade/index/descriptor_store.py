"""The descriptors of all pictures, in a file beside the embeddings. Missing descriptors are computed on first use."""

from collections.abc import Sequence

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.index.active_models import ActiveModels
from pochade.index.descriptor_jobs import describe_thumbnail, measure_thumbnails
from pochade.index.descriptor_schema import (
    DESCRIPTOR,
    DESCRIPTOR_BYTES,
    DESCRIPTOR_VERSION,
    describe,
    stack_descriptors,
)
from pochade.index.model_store import model_in_use
from pochade.index.thumbnails import thumbnail_path
from pochade.index.vector_snapshot import extend_file
from pochade.index.vectors import VectorFile, delete_old_caches
from pochade.system.progress import Progress, Report


def open_descriptors(models: ActiveModels) -> VectorFile:
    """Open the file of descriptors, or create it; files of other versions or of deleted indexes are deleted."""
    name = f"measured-{DESCRIPTOR_VERSION}-{models.index.name()}"
    path = models.home / f"{name}.u8"
    delete_old_caches(path, "traits-*.f32", "measured-*.u8")
    return VectorFile(path, name, np.uint8, DESCRIPTOR_BYTES, create=True)


def load_descriptors(models: ActiveModels, contents: list[str], report: Report) -> Array:
    """Load the descriptors of all pictures; missing ones are computed and stored first.

    Args:
        models: Finds the thumbnails and vector files.
        contents: The content hash of every picture, by row.
        report: Called with the progress.

    Returns:
        Rows (N,) of type `DESCRIPTOR`.
    """
    file = open_descriptors(models)
    if (model := model_in_use(models.index)) is not None:
        extend_file(models.index, model.name, "descriptor", file, len(contents))
    done = min(file.count(), len(contents))
    _describe_missing(file, done, contents, models)
    if done < len(contents):
        _describe_new(file, done, contents, models, report)
    return _read_rows(file, len(contents))


def _read_rows(file: VectorFile, count: int) -> Array:
    rows: Array = file.rows(count).view(DESCRIPTOR)[:, 0] if count else np.empty(0, DESCRIPTOR)
    return rows


def _describe_new(file: VectorFile, done: int, contents: list[str], models: ActiveModels, report: Report) -> None:
    row = done
    thumbnails = [thumbnail_path(models.thumbnails, content) for content in contents[done:]]
    for descriptors in measure_thumbnails(thumbnails, describe_thumbnail):
        file.write(row, _fill_from_files(descriptors, contents[row : row + len(descriptors)], models))
        row += len(descriptors)
        report(Progress("measuring", row - done, len(contents) - done))


def _describe_missing(file: VectorFile, done: int, contents: list[str], models: ActiveModels) -> None:
    """Try again the pictures that could not be read when their descriptors were computed."""
    for row in np.flatnonzero(~_read_rows(file, done)["appearance"].any(1)).tolist():
        rows = _fill_from_files([None], [contents[row]], models)
        if rows.any():
            file.write(row, rows)


def _fill_from_files(descriptors: Sequence[Array | None], contents: list[str], models: ActiveModels) -> Array:
    """Stack descriptors to (n, 4608); a missing one is computed from a file of its picture.

    If no file can be read, the row stays zero, and the next `load_descriptors` tries again.
    """
    rows = stack_descriptors(descriptors)
    for place, content in enumerate(contents):
        if descriptors[place] is None and (pixels := models.thumbnail_pixels(content)) is not None:
            rows[place] = describe(make_squares(pixels))
    return rows
