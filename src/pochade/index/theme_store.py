"""The theme embeddings of all pictures, in a file beside the other embeddings. `learn` computes what is missing."""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.errors import IndexDamaged
from pochade.index.active_models import WHITE_PIXEL, ActiveModels
from pochade.index.vectors import VectorFile, delete_old_caches
from pochade.models import weights
from pochade.system.progress import Progress, Report

THEME_SIZE = 64  # numbers in a theme embedding
PICTURES_PER_WRITE = 64  # between two flushes to disk; an interruption loses at most these


def load_themes(models: ActiveModels, contents: list[str], report: Report) -> Floats:
    """Load the theme embeddings of all pictures; missing ones are computed from the thumbnails and stored first.

    An interrupted run continues after the last pictures that were stored. A picture that can't be read counts as white.

    Args:
        models: Finds the thumbnails and vector files.
        contents: The content hash of every picture, by row.
        report: Called with the progress.

    Returns:
        Theme embeddings (N, 64), of unit length.

    Raises:
        OutputUnwritable: The disk is full.
    """
    file = _open_themes(models)
    if file.count() < len(contents):
        _embed_missing(file, contents, models, report)
    themes: Floats = file.rows(len(contents))
    return themes


def trim_themes(models: ActiveModels) -> None:
    """Cut off the theme embeddings of pictures that were removed, before new pictures get their rows."""
    _open_themes(models).trim(models.index.row_count())


def _open_themes(models: ActiveModels) -> VectorFile:
    """Open the file of theme embeddings, or create it; delete files that are damaged or of others."""
    name = f"themes-{weights.weights_name(weights.FOLDER, (weights.THEME_FILE,))}-{models.index.name()}"
    path = models.home / f"{name}.f32"
    delete_old_caches(path, "themes-*.f32")
    try:
        return VectorFile(path, name, np.float32, THEME_SIZE, create=True)
    except IndexDamaged:
        path.unlink()  # everything in it can be computed again
        return VectorFile(path, name, np.float32, THEME_SIZE, create=True)


def _embed_missing(file: VectorFile, contents: list[str], models: ActiveModels, report: Report) -> None:
    from pochade.embedding.theme_embedder import theme_embedder  # noqa: PLC0415  torch

    done = file.count()
    for start in range(done, len(contents), PICTURES_PER_WRITE):
        batch = contents[start : start + PICTURES_PER_WRITE]
        thumbnails = [models.thumbnail_pixels(content) for content in batch]
        pictures = [WHITE_PIXEL if pixels is None else pixels for pixels in thumbnails]
        file.write(start, theme_embedder().embed(pictures))
        report(Progress("finding themes", start + len(batch) - done, len(contents) - done))
