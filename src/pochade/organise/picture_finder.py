"""Find the pictures of a collection that look like a given picture."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.blas_threads import with_one_blas_thread
from pochade.analysis.registration import align
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.features.edge_map import edge_map
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.input_reading import read_input
from pochade.index.library import Library
from pochade.index.picture_records import Filter, Match
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path
from pochade.organise.pair_comparison import compare_with_thumbnails
from pochade.organise.pair_relation import UNRELATED, PairRelation, classify_pairs

COMPARED_CANDIDATES = 12  # number of nearest files that are compared with the query


def find_pictures(library: Library, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
    """Find the files whose pictures look most like a picture, those of the same work first.

    The embeddings propose the nearest files. Comparing the first few of them with the query then shows which are of the
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
    query = read_input(image, THUMBNAIL_PIXELS)
    embedding = library.models.embedder.embed([make_squares(query)])[0]
    nearest = library.nearest(embedding, max(k, COMPARED_CANDIDATES), among=among)
    return compare_matches(library, query, embedding, nearest, COMPARED_CANDIDATES)[:k]


def compare_matches(
    library: Library, query: Array, embedding: NDArray[np.float32], matches: list[Match], count: int
) -> list[Match]:
    """Compare the nearest matches with a picture, and sort those of the same work to the front.

    Args:
        library: The collection.
        query: The picture (h, w, 3) uint8.
        embedding: The embedding of the picture (64,).
        matches: The files nearest to the embedding, nearest first.
        count: The number of matches to compare.

    Returns:
        All matches: those of the same work, by likelihood and distance, and then the others by distance.
    """
    content_of_row = {match.piece.row: match.piece.hash for match in matches[:count]}
    relations = _relate(library, query, embedding, content_of_row)
    compared = [replace(match, likelihood=relations.get(match.piece.row, UNRELATED).same) for match in matches]
    return sorted(compared, key=lambda match: (match.distance - match.is_same_work * match.likelihood, match.path))


@with_one_blas_thread
def _relate(
    library: Library, query: Array, embedding: NDArray[np.float32], content_of_row: dict[int, str]
) -> dict[int, PairRelation]:
    """How a picture is related to the pictures in some rows; rows with which it has nothing in common are left out."""
    rows = list(content_of_row)
    cosines = library.models.embeddings(library.index.row_count())[rows] @ embedding
    squares = [make_squares(query), *library.models.squares(list(content_of_row.values()))]
    edges = np.stack([edge_map(square.subject.pixels) for square in squares]).astype(np.float32)
    pairs = np.stack([np.zeros(len(rows), np.int64), np.arange(1, len(rows) + 1)], 1)  # the query with each of them
    transforms = align(edges, pairs).transforms.astype(np.float64)
    thumbnails = [thumbnail_path(library.models.thumbnails, content) for content in content_of_row.values()]
    compared = compare_with_thumbnails(query, thumbnails, cosines.tolist(), transforms)
    relations = classify_pairs([pair.features for pair in compared])
    return {rows[pair.number]: relation for pair, relation in zip(compared, relations, strict=True)}
