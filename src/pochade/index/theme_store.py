"""The theme embedding and the technique of every picture, in two files of vectors. `learn` computes what is missing."""

from functools import cache

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.errors import IndexDamaged
from pochade.images.base.picture import Array
from pochade.images.features.technique import TECHNIQUES
from pochade.index.active_models import WHITE_PIXEL, ActiveModels
from pochade.index.vector_snapshot import extend_file
from pochade.index.vectors import VectorFile, delete_old_caches
from pochade.models import weights
from pochade.system.progress import Progress, Report

THEME_SIZE = 64  # numbers in a theme embedding
PICTURES_PER_WRITE = 64  # between two flushes to disk; an interruption loses at most these
THEMES = ("themes", (weights.THEME_FILE,), THEME_SIZE)  # name, the models' files, and columns of a file of vectors
TECHNIQUE_FILES = (weights.THEME_FILE, weights.TECHNIQUE_FILE)
PROBABILITIES = ("techniques", TECHNIQUE_FILES, len(TECHNIQUES))


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
    themes: Floats = _complete_files(models, contents, report)[0].rows(len(contents))
    return themes


def load_techniques(models: ActiveModels, contents: list[str], report: Report) -> list[str]:
    """Load the most likely technique of every picture, one of `TECHNIQUES`; missing ones are computed first.

    The technique of a picture that can't be read is empty. Arguments and errors are those of `load_themes`.
    """
    probabilities = np.asarray(_complete_files(models, contents, report)[1].rows(len(contents)))  # (N, 5)
    names = np.array([*TECHNIQUES, ""])
    likeliest = np.where(probabilities.any(1), probabilities.argmax(1), len(TECHNIQUES))
    return [str(name) for name in names[likeliest]]


def trim_themes(models: ActiveModels) -> None:
    """Cut off the themes and techniques of pictures that were removed, before new pictures get their rows."""
    for file in (_open_file(models, *THEMES), _open_file(models, *PROBABILITIES)):
        file.trim(models.index.row_count())


def _open_file(models: ActiveModels, kind: str, model_files: tuple[str, ...], columns: int) -> VectorFile:
    """Open a file of vectors, or create it; delete files that are damaged or of other models."""
    name = f"{kind}-{weights.weights_name(weights.FOLDER, model_files)}-{models.index.name()}"
    path = models.home / f"{name}.f32"
    delete_old_caches(path, f"{kind}-*.f32")
    try:
        return VectorFile(path, name, np.float32, columns, create=True)
    except IndexDamaged:
        path.unlink()  # everything in it can be computed again
        return VectorFile(path, name, np.float32, columns, create=True)


def _complete_files(models: ActiveModels, contents: list[str], report: Report) -> tuple[VectorFile, VectorFile]:
    """Compute what is missing, and return the files of themes and of techniques."""
    themes, techniques = _open_file(models, *THEMES), _open_file(models, *PROBABILITIES)
    if min(themes.count(), techniques.count()) < len(contents):  # other machines may have computed some
        extend_file(models.index, theme_models_name(), "theme", themes, len(contents))
        extend_file(models.index, theme_models_name(), "technique", techniques, len(contents))
    done = min(themes.count(), techniques.count())
    for start in range(done, len(contents), PICTURES_PER_WRITE):
        batch = contents[start : start + PICTURES_PER_WRITE]
        rows = classify_pictures(models, batch)
        themes.write(start, rows[0])
        techniques.write(start, rows[1])
        report(Progress("finding themes", start + len(batch) - done, len(contents) - done))
    return themes, techniques


@cache
def theme_models_name() -> str:
    """The name of the models that make themes and techniques."""
    return weights.weights_name(weights.FOLDER, TECHNIQUE_FILES) or ""


def classify_pictures(models: ActiveModels, contents: list[str]) -> tuple[Array, Array]:
    """Compute the theme embeddings (n, 64) of pictures, and the probabilities of techniques (n, 5).

    Args:
        models: Finds the thumbnails. A picture without one counts as white, and has no technique: zeros.
        contents: The content hashes of n pictures.
    """
    from pochade.embedding.technique_classifier import technique_classifier  # noqa: PLC0415  onnxruntime
    from pochade.embedding.theme_embedder import theme_embedder  # noqa: PLC0415

    thumbnails = [models.thumbnail_pixels(content) for content in contents]
    pictures = [WHITE_PIXEL if pixels is None else pixels for pixels in thumbnails]
    features = theme_embedder().embed(pictures)
    probabilities = technique_classifier().classify(pictures, features)
    probabilities[[pixels is None for pixels in thumbnails]] = 0
    return features.embeddings, probabilities
