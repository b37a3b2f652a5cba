"""Find pictures by what they show: words, or a picture, compared with what the collection's eye has embedded."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats
from pochade.analysis.nearest_neighbours import nearest_rows
from pochade.embedding.installed_eyes import load_eye
from pochade.errors import UsageError
from pochade.images.io.input_reading import read_input
from pochade.index.eye_record import EyeRecord
from pochade.index.eye_store import check_columns, chosen_eye, eye_in_use, eye_rows
from pochade.index.label_store import pictures_with_label
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import Filter, Match, PictureFile, file_time, meets_filter
from pochade.index.picture_search import search_numbers
from pochade.index.search_query import meaning_of, parse_conditions
from pochade.index.thumbnails import THUMBNAIL_PIXELS

EmbedWords = Callable[[EyeRecord, str], Floats]  # an eye and words -> a unit vector (D,)


def embed_words_here(eye: EyeRecord, words: str) -> Floats:
    """Embed words in this process, which loads torch and keeps the eye loaded.

    Raises:
        PochadeError: See `load_eye` and `EyeModel.embed_words`.
    """
    return load_eye(eye.key, eye.name).embed_words(words)


def eye_for_words(library: Library, query: str) -> EyeRecord | None:
    """The eye that can search for the meaning of a query; None if there is no such eye, or the query has no such words.

    Raises:
        CollectionMissing: Nothing has been learnt yet.
    """
    if not meaning_of(query):
        return None
    eye = eye_in_use(library.models)
    return eye if eye and eye.knows_words else None


def search_meaning(
    library: Library,
    query: str,
    k: int,
    *,
    among: Filter | None = None,
    embed_words: EmbedWords = embed_words_here,
) -> list[Match]:
    """Find the pictures that show what words say, even if no text has these words.

    Args:
        library: The collection.
        query: A search. Its conditions hold, and its words without operator and without quotes are what is meant.
        k: The maximum number of pictures.
        among: The files to search; all of them if None.
        embed_words: Embeds the words.

    Returns:
        The first file of each picture, the nearest first; the distance is 1 - cosine of the eye's embeddings.

    Raises:
        UsageError: The collection has no eye that knows words, the query has none, or a condition makes no sense.
        PochadeError: The eye can't be used now.
    """
    if k < 1:
        raise UsageError(f"{k} pictures can't be found", "give a number from 1")
    numbers, eye = numbers_with_conditions(library, query), eye_for_words(library, query)
    if eye is None:
        raise UsageError(
            "nothing can be found by meaning here: that takes an eye that knows words, and words without quotes",
            "choose an eye: pochade learn --eye siglip2",
        )
    return nearest_files(library, embed_words(eye, meaning_of(query)), _files_by_row(library, numbers, among), k)


def numbers_with_conditions(library: Library, query: str) -> set[int] | None:
    """The numbers of the pictures that meet the conditions of a query, its words left aside; None if it has none.

    Raises:
        UsageError: A condition makes no sense.
        CollectionMissing: Nothing has been learnt yet.
    """
    conditions = parse_conditions(query)
    return None if conditions.is_empty else search_numbers(library.index, conditions)


def _files_by_row(library: Library, numbers: set[int] | None, among: Filter | None) -> dict[int, PictureFile]:
    """The first file of each picture that may be found, by the picture's row."""
    if among is not None and among.label:
        labelled = pictures_with_label(library.index, normalise_name(among.label))
        numbers = labelled if numbers is None else numbers & labelled
    pictures = library.pictures() if numbers is None else library.files_of_numbers(numbers)
    files: dict[int, PictureFile] = {}
    for file in sorted(pictures, key=lambda file: file.path):
        if meets_filter(file, among, library.folder):
            files.setdefault(file.row, file)
    return files


def nearest_files(library: Library, query: Floats, files: dict[int, PictureFile], k: int) -> list[Match]:
    """Find the pictures that the eye of a collection sees nearest to something.

    Args:
        library: The collection.
        query: What the eye made of it: a unit vector (D,).
        files: A file of each picture that may be found, by the picture's row.
        k: The maximum number of pictures.

    Returns:
        The nearest first; none if the eye has just lost its place.

    Raises:
        IndexDamaged: The index has embeddings of another size.
    """
    rows, eye = eye_rows(library.models, library.index.row_count()), chosen_eye(library.index)
    if rows is None or eye is None or not files:  # pictures were added a moment ago
        return []
    check_columns(eye, query)
    allowed: NDArray[np.bool_] = np.zeros(len(rows), np.bool_)
    allowed[[row for row in files if row < len(rows)]] = True
    nearest = nearest_rows(query, rows, k, allowed)
    return [
        Match(files[row].path, distance, files[row])
        for row, distance in zip(nearest.rows.tolist(), nearest.distances.tolist(), strict=True)
    ]


def meaning_neighbours(library: Library, picture: PictureFile, k: int) -> list[Match]:
    """Find the pictures that the eye of a collection sees nearest to one of its pictures; no model is loaded.

    Args:
        library: The collection.
        picture: A picture of it, which is left out itself.
        k: The maximum number of pictures.

    Returns:
        The first file of each picture, the nearest first; none without an eye.

    Raises:
        CollectionMissing: Nothing has been learnt yet.
    """
    rows = eye_rows(library.models, library.index.row_count())
    if rows is None or picture.row >= len(rows):
        return []
    files = {row: file for row, file in _files_by_row(library, None, None).items() if row != picture.row}
    return nearest_files(library, rows[picture.row], files, k)


def find_by_meaning(library: Library, image: Any, k: int, *, among: Filter | None = None) -> list[Match]:
    """Find the pictures that show what a picture shows, as the eye of a collection sees it.

    A file of the collection needs no model, because its embedding is known.

    Args:
        library: The collection.
        image: A path, a Pillow image, or an array (H, W, 3) of uint8; in the collection or not.
        k: The maximum number of pictures.
        among: The files to search; all of them if None.

    Returns:
        The first file of each picture, the nearest first; the distance is 1 - cosine of the eye's embeddings.

    Raises:
        UsageError: The collection has no eye, or k is below 1.
        PictureUnreadable: The file can't be read as a picture.
        PochadeError: The eye can't be used now.
    """
    if k < 1:
        raise UsageError(f"{k} pictures can't be found", "give a number from 1")
    eye, rows = eye_in_use(library.models), eye_rows(library.models, library.index.row_count())
    if eye is None or rows is None:
        problem = "nothing can be found by meaning here, as the collection has no eye"
        raise UsageError(problem, "choose one: pochade learn --eye siglip2")
    known = _row_of(library, image)
    if known is None:
        query = load_eye(eye.key, eye.name).embed([read_input(image, THUMBNAIL_PIXELS)])[0]
    else:
        query = rows[known]
    return nearest_files(library, query, _files_by_row(library, None, among), k)


def _row_of(library: Library, image: Any) -> int | None:
    """The row of a picture that is a file of the collection, as it was learnt; None for any other."""
    if not isinstance(image, str | os.PathLike):
        return None
    path = Path(os.path.abspath(image))  # noqa: PTH100  keep symbolic links
    file = next((file for file in library.pictures() if file.path == path), None)
    with suppress(OSError):
        if file and path.stat().st_size == file.bytes and file_time(path.stat().st_mtime_ns) == file.modified:
            return file.row
    return None
