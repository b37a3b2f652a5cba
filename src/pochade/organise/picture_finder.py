"""Find the pictures of a collection that look like a given picture."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.input_arrays import input_on_ground
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.library import Library
from pochade.index.picture_records import Filter, Match
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.organise.pair_scoring import same_work_likelihoods

ALIGNED_CANDIDATES = 12  # number of nearest files that are aligned with the query


def find_pictures(library: Library, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
    """Find the files whose pictures look most like a picture, those of the same work first.

    The embeddings propose the nearest files. Aligning the first few of them with the query then shows which are of the
    same work, and which only look like it.

    Args:
        library: The collection.
        image: A path, a Pillow image, or an array (H, W, 3) of uint8; in the collection or not.
        k: The maximum number of files.
        among: The pictures to search; all of them if None.

    Raises:
        PictureUnreadable: The file can't be read as a picture.
        CollectionMissing: Nothing has been learnt yet.
        UsageError: k is below 1.
    """
    if k < 1:
        raise UsageError(f"{k} matches can't be found", "give a number from 1")
    if not library.index.row_count():
        return []
    query = make_squares(_read_query(image))
    embedding = library.models.embedder.embed([query])[0]
    nearest = library.nearest(embedding, max(k, ALIGNED_CANDIDATES), among=among)
    return align_matches(library, query, embedding, nearest, ALIGNED_CANDIDATES)[:k]


def _read_query(image: Any) -> Array:
    """Read the picture to search for, (h, w, 3) uint8."""
    if not isinstance(image, str | Path):
        return input_on_ground(image)
    return read_in_worker(partial(read_preview, side=THUMBNAIL_PIXELS), image).pixels


def align_matches(
    library: Library, query: Squares, embedding: NDArray[np.float32], matches: list[Match], count: int
) -> list[Match]:
    """Align the nearest matches with a picture, and sort those of the same work to the front.

    Args:
        library: The collection.
        query: The picture, as the models read it.
        embedding: The embedding of the picture (64,).
        matches: The files nearest to the embedding, nearest first.
        count: The number of matches to align.

    Returns:
        All matches: those of the same work, by likelihood and distance, and then the others by distance.
    """
    content_of_row = {match.piece.row: match.piece.hash for match in matches[:count]}
    candidates = library.models.embeddings(library.index.row_count())[list(content_of_row)]
    squares = list(library.models.squares(list(content_of_row.values())))
    likelihoods = same_work_likelihoods(query, squares, np.concatenate([embedding[None], candidates]))
    likelihood_of_row = dict(zip(content_of_row, likelihoods, strict=True))
    aligned = [replace(match, likelihood=likelihood_of_row.get(match.piece.row, 0.0)) for match in matches]
    return sorted(aligned, key=lambda match: (match.distance - match.is_same_work * match.likelihood, match.path))
