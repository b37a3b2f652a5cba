"""What pieces are grouped, mapped and labelled by: their looks, and traits that looks are blind to on purpose.

A look stays the same when a picture is recoloured or turned into line art. Colours, outlines and grain are just what
people group by, so they are measured too, once for each piece, and kept beside the fingerprints.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from pochade.collection.learning import Progress, Report
from pochade.collection.nets_in_use import NetsInUse
from pochade.collection.reading import THUMBNAIL, thumbnail_path
from pochade.collection.vectors import Vectors
from pochade.errors import PictureUnreadable
from pochade.images.letterbox import squared
from pochade.images.picture import Array
from pochade.images.read import read_preview
from pochade.images.traits import LENGTH, VERSION, traits
from pochade.organise.arrays import Floats

AT_ONCE = 512  # pieces between two writes
CHUNK = 16  # pieces that a process is handed at once


def features(in_use: NetsInUse, contents: list[str], report: Report) -> Floats:
    """Looks and traits of all pieces (N, 64 + 248), by row; traits that are missing are measured first.

    Args:
        in_use: The nets, and where thumbnails and files of fingerprints lie.
        contents: The content of every piece, by row.
        report: Called with the progress.
    """
    kept = Vectors(in_use.home / f"traits-{VERSION}.f32", f"traits-{VERSION}", np.float32, LENGTH, create=True)
    begun = min(kept.count(), len(contents))
    if begun < len(contents):
        measure(kept, begun, contents, in_use, report)
    return np.concatenate([in_use.looks(len(contents)), kept.rows(len(contents))], 1)


def measure(kept: Vectors, begun: int, contents: list[str], in_use: NetsInUse, report: Report) -> None:
    """Measure the traits of pieces from a row on, in several processes."""
    paths = [thumbnail_path(in_use.thumbnails, content) for content in contents[begun:]]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        found = pool.map(traits_of, paths, chunksize=CHUNK)
        for start in range(0, len(paths), AT_ONCE):
            some = contents[begun + start : begun + start + AT_ONCE]
            kept.write(begun + start, np.stack(list(mended(some, found, in_use))))
            report(Progress("measuring", min(len(paths), start + AT_ONCE), len(paths)))


def mended(contents: list[str], found: Iterator[Array | None], in_use: NetsInUse) -> Iterator[Array]:
    """The traits of some pieces; one whose thumbnail is gone is read again."""
    for content in contents:
        measured = next(found)
        yield traits(next(in_use.squares([content]))) if measured is None else measured


def traits_of(thumbnail: Path) -> Array | None:
    """The traits of one piece; None when its thumbnail can't be read."""
    try:
        return traits(squared(read_preview(thumbnail, THUMBNAIL).pixels))
    except PictureUnreadable:
        return None
