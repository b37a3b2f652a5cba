"""The real pictures whose patches draw a plan: those that look most like it."""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.create.generation_context import GenerationContext
from pochade.create.picture_latents import fit_to_square
from pochade.create.region_map import Lender
from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.io.input_reading import read_input
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.index.thumbnails import THUMBNAIL_PIXELS

MAX_LENDERS = 8
CANDIDATES = 48  # nearest pictures by latent, and as many by embedding, whose layout is compared
LAYOUT_SIDE = 16  # pixels at which layouts are compared
MIN_DIFFERENCE = 40.0  # mean squared, of two layouts in levels of 255; a nearer picture is the same one again
SMALL_SIDE = 64  # pixels; a collection of smaller pictures is drawn by the model alone, in its own size
CACHED_SQUARES = 256  # of 256 pixels: 50 MB


class Lenders(NamedTuple):
    """Pictures that lend patches."""

    pictures: tuple[Lender, ...]
    squares: Array  # (S, side, side, 3)

    def with_others(self, others: "Lenders") -> "Lenders":
        """These pictures, followed by others that are not among them."""
        known = {lender.hash for lender in self.pictures}
        new = [number for number, lender in enumerate(others.pictures) if lender.hash not in known]
        pictures = (*self.pictures, *(others.pictures[number] for number in new))
        return Lenders(pictures, np.concatenate([self.squares, others.squares[new]]))


def native_side(library: Library) -> int:
    """The usual size of a collection's pictures: the median of their longer sides, in pixels."""
    sides = [max(files[0].width, files[0].height) for files in library.files_by_number().values()]
    return round(median(sides))


class LenderChoice:
    """Chooses lenders among the pictures of a collection.

    Args:
        context: The collection, ready to generate from.
        side: Of the squares, in pixels.
    """

    def __init__(self, context: GenerationContext, side: int) -> None:
        self.library, self.side = context.library, side
        numbers, files = list(context.latents), context.library.files_by_number()
        self.files = [files[number][0] for number in numbers]
        self.latents = np.stack(list(context.latents.values()))
        embeddings = self.library.models.embeddings(self.library.index.row_count())
        self.embeddings = embeddings[[file.row for file in self.files]]
        self._square = lru_cache(CACHED_SQUARES)(self._read_square)
        self._layout = lru_cache(len(self.files))(self._read_layout)

    def nearest(self, plan: Array, latent: Floats, embedding: Floats, count: int = MAX_LENDERS) -> Lenders:
        """Choose pictures that look most like a plan, and differ from one another.

        Args:
            plan: (p, p, 3).
            latent: From which it was decoded, (D,).
            embedding: Of the plan, (64,).
            count: At most so many pictures.
        """
        by_latent = np.square(self.latents - latent).sum(1)
        by_embedding = 1 - self.embeddings @ embedding
        nearest = [np.argsort(distances, kind="stable")[:CANDIDATES] for distances in (by_latent, by_embedding)]
        rows = np.unique(np.concatenate(nearest))
        layouts = np.stack([self._layout(row) for row in rows.tolist()])
        by_layout = np.square(layouts - layout_of(plan)).mean(1)
        score = by_layout / np.median(by_layout) + by_embedding[rows] / np.median(by_embedding[rows])
        chosen = _differing(layouts, np.argsort(score, kind="stable").tolist(), count)
        return self._lend([int(rows[number]) for number in chosen])

    def _lend(self, rows: Sequence[int]) -> Lenders:
        lenders = tuple(Lender(self.files[row].hash, self.files[row].path) for row in rows)
        return Lenders(lenders, np.stack([self._square(row) for row in rows]))

    def _read_square(self, row: int) -> Array:
        return fit_to_square(read_file(self.library, self.files[row], self.side), self.side)

    def _read_layout(self, row: int) -> Floats:
        pixels = self.library.models.thumbnail_pixels(self.files[row].hash)
        return layout_of(np.full((1, 1, 3), 255, np.uint8) if pixels is None else pixels)


def layout_of(pixels: Array) -> Floats:
    """The rough layout of a picture: 16 x 16 pixels, flat."""
    return fit_to_square(pixels, LAYOUT_SIDE).astype(np.float32).ravel()


def _differing(layouts: Floats, order: Sequence[int], count: int) -> list[int]:
    """The first pictures in an order, without those that look like an earlier one."""
    chosen = list[int]()
    for number in order:
        if all(np.square(layouts[number] - layouts[other]).mean() >= MIN_DIFFERENCE for other in chosen):
            chosen.append(number)
        if len(chosen) == count:
            break
    return chosen


def read_file(library: Library, file: PictureFile, side: int) -> Array:
    """Read a picture of a collection: its thumbnail, or the original if more than its pixels are needed."""
    if side > THUMBNAIL_PIXELS:
        try:
            return read_in_worker(partial(read_preview, side=side), file.path).pixels
        except PictureUnreadable:
            pass  # it is gone or damaged since: the thumbnail is what is left
    pixels = library.models.thumbnail_pixels(file.hash)
    return np.full((1, 1, 3), 255, np.uint8) if pixels is None else pixels


def lend_images(library: Library, images: Sequence[Any], side: int) -> Lenders:
    """Let pictures that a person gave lend patches.

    Args:
        library: The collection.
        images: Paths, Pillow images or arrays, in the collection or not.
        side: Of the squares, in pixels.

    Raises:
        PictureUnreadable: A file can't be read as a picture.
    """
    files = {file.path: file for file in library.pictures()}
    by_hash = {file.hash: file for file in files.values()}
    lenders, squares = list[Lender](), list[Array]()
    for image in images:
        if isinstance(image, str | Path):
            path = Path(image).absolute()
            file = files.get(path) or (by_hash.get(path.stem) if path.is_relative_to(library.thumbnails) else None)
            lenders.append(Lender(file.hash, file.path) if file else Lender("", path))
        else:
            lenders.append(Lender("", None))
        squares.append(fit_to_square(read_input(image, max(THUMBNAIL_PIXELS, side)), side))
    return Lenders(tuple(lenders), np.stack(squares))
