"""The embeddings that an eye made of every picture, in a file of vectors. `learn` computes what is missing.

As long as some are missing, the collection works with the theme model. Nothing that finds copies reads them.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.errors import IndexDamaged
from pochade.images.base.picture import Array
from pochade.index.active_models import WHITE_PIXEL, ActiveModels
from pochade.index.database import Index
from pochade.index.eye_record import EYE_SETTING, EyeRecord, parse_eye_record
from pochade.index.settings_store import read_setting, write_setting
from pochade.index.vectors import VectorFile, delete_old_caches, trim_rows
from pochade.system.progress import Progress, Report

PICTURES_PER_WRITE = 32  # between two flushes to disk; an interruption loses at most these
NO_EYE_VALUE = "none"


class PictureEmbedder(Protocol):
    """A loaded eye."""

    def embed(self, pictures: list[Array]) -> Floats:
        """Embed n pictures (h, w, 3) uint8 as unit vectors (n, D)."""


def chosen_eye(index: Index) -> EyeRecord | None:
    """The eye that the person chose for a collection; None for the theme model."""
    return parse_eye_record(read_setting(index, EYE_SETTING))


def write_chosen_eye(index: Index, eye: EyeRecord | None) -> None:
    """Store the person's choice. Embeddings of an earlier eye stay until those of another one are complete."""
    write_setting(index, EYE_SETTING, eye.to_json() if eye else NO_EYE_VALUE)


def eye_in_use(models: ActiveModels) -> EyeRecord | None:
    """The eye that has embedded every picture; None as long as the theme model is used."""
    eye = chosen_eye(models.index)
    return eye if eye and count_embedded(models, eye) >= models.index.row_count() else None


def eye_rows(models: ActiveModels, count: int) -> Floats | None:
    """Map the embeddings (count, D) of the eye in use from disk.

    Args:
        models: Finds the vector files.
        count: The number of rows.

    Returns:
        Unit vectors, or None if the theme model is used.
    """
    eye = chosen_eye(models.index)
    if eye is None or count_embedded(models, eye) < count:
        return None
    return VectorFile(_path(models, eye), _name(models, eye), np.float32, eye.columns).rows(count)


def count_embedded(models: ActiveModels, eye: EyeRecord) -> int:
    """How many pictures an eye has embedded: those in the first rows."""
    with suppress(IndexDamaged):
        return VectorFile(_path(models, eye), _name(models, eye), np.float32, eye.columns).count()
    return 0


def embed_missing(models: ActiveModels, eye: EyeRecord, embedder: PictureEmbedder, report: Report) -> None:
    """Embed the pictures that an eye has not embedded yet, from their thumbnails; then delete those of other eyes.

    An interrupted run continues after the last pictures that were stored. A picture that can't be read counts as white.

    Args:
        models: Finds the thumbnails and vector files.
        eye: The eye.
        embedder: The same eye, loaded.
        report: Called with the progress.

    Raises:
        OutputUnwritable: The disk is full.
        CheckpointDamaged: The model fails.
        IndexDamaged: The model gives embeddings of another size than the index states.
    """
    file, contents = _open_file(models, eye), models.index.contents()
    done = file.count()
    for start in range(done, len(contents), PICTURES_PER_WRITE):
        batch = contents[start : start + PICTURES_PER_WRITE]
        rows = embedder.embed(load_pictures(models, batch))
        check_columns(eye, rows)
        file.write(start, rows)
        report(Progress("embedding with the eye", start + len(batch) - done, len(contents) - done))
    delete_old_caches(file.path, "eyes-*.f32")


def check_columns(eye: EyeRecord, embeddings: Floats) -> None:
    """Refuse embeddings (…, D) of another size than those of the index, which may be a stranger's.

    Raises:
        IndexDamaged: The size differs.
    """
    if embeddings.shape[-1] != eye.columns:
        why = f"the index has embeddings of {eye.columns} numbers, and the eye '{eye.name}' now gives others"
        raise IndexDamaged(why, "choose the eye again: pochade learn --eye")


def load_pictures(models: ActiveModels, contents: Iterable[str]) -> list[Array]:
    """Load the thumbnails (h, w, 3) uint8 of pictures; one that can't be read is white."""
    thumbnails = [models.thumbnail_pixels(content) for content in contents]
    return [WHITE_PIXEL if pixels is None else pixels for pixels in thumbnails]


def trim_eyes(models: ActiveModels) -> None:
    """Cut off the embeddings of pictures that were removed, before new pictures get their rows."""
    count = models.index.row_count()
    for path in models.home.glob("eyes-*.f32"):
        trim_rows(path, count)


def _open_file(models: ActiveModels, eye: EyeRecord) -> VectorFile:
    """Open the file of an eye's embeddings, or create it; a damaged one is made again."""
    path, name = _path(models, eye), _name(models, eye)
    try:
        return VectorFile(path, name, np.float32, eye.columns, create=True)
    except IndexDamaged:
        path.unlink()  # everything in it can be computed again
        return VectorFile(path, name, np.float32, eye.columns, create=True)


def _name(models: ActiveModels, eye: EyeRecord) -> str:
    return f"eyes-{eye.key}-{models.index.name()}"


def _path(models: ActiveModels, eye: EyeRecord) -> Path:
    return models.home / f"{_name(models, eye)}.f32"
