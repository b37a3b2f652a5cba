"""What pieces are grouped, mapped and labelled by: traits that looks are blind to on purpose, and for labels looks too.

A look stays the same when a picture is recoloured or turned into line art. Colours, outlines and grain are just what
people group by, so they are measured, once for each piece, and kept beside the fingerprints.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.collection.learning import Progress, Report
from pochade.collection.nets_in_use import NetsInUse
from pochade.collection.reading import THUMBNAIL, thumbnail_path
from pochade.collection.vectors import Vectors
from pochade.errors import PictureUnreadable
from pochade.images.letterbox import Squares, squared
from pochade.images.picture import Array
from pochade.images.read import read_preview
from pochade.images.traits import LENGTH, PLAN_LENGTH, VERSION, plan, traits
from pochade.organise.arrays import Floats
from pochade.organise.principal import PrincipalComponents

DIRECTIONS = 64  # principal components of the plans
TRAITS = 0.5  # of the traits in groups, beside plans of unit length
AT_ONCE = 512  # pieces between two writes


@dataclass(frozen=True)
class Features:
    """What is known of all pieces, by row."""

    looks: Floats  # (N, 64)
    traits: Floats  # (N, 248)
    plans: Floats  # (N, 392)

    @property
    def for_labels(self) -> Floats:
        """What a person's words are learnt from (N, 312)."""
        return np.concatenate([self.looks, self.traits], 1)

    @property
    def for_groups(self) -> Floats:
        """What groups and the map are made of: outlines in their places, and traits (N, 312, or 640 for a few pieces).

        Looks are left out: what they are blind to on purpose, as colours and the way a thing is drawn, is what groups
        go by. docs/log.md has the comparison.
        """
        plans = self.plans
        if len(plans) > DIRECTIONS:
            plans = PrincipalComponents.fit(plans, DIRECTIONS).fingerprint(plans)
        return np.concatenate([plans, TRAITS * self.traits], 1)


def features(in_use: NetsInUse, contents: list[str], report: Report) -> Features:
    """What is known of all pieces, by row; what is missing is measured first.

    Args:
        in_use: The nets, and where thumbnails and files of fingerprints lie.
        contents: The content of every piece, by row.
        report: Called with the progress.
    """
    name = f"traits-{VERSION}-{in_use.index.name()}"
    for old in in_use.home.glob("traits-*.f32"):
        if old.name != f"{name}.f32":
            with suppress(OSError):  # where nothing can be written, nothing is in the way
                old.unlink()  # of another version, or of an index that was deleted
    kept = Vectors(in_use.home / f"{name}.f32", name, np.float32, LENGTH + PLAN_LENGTH, create=True)
    begun = min(kept.count(), len(contents))
    if begun < len(contents):
        measure(kept, begun, contents, in_use, report)
    rows = kept.rows(len(contents))
    return Features(in_use.looks(len(contents)), rows[:, :LENGTH], rows[:, LENGTH:])


def numbers_of(squares: Squares) -> Array:
    """The traits and the plan of one piece, (640,)."""
    return np.concatenate([traits(squares), plan(squares)])


def measure(kept: Vectors, begun: int, contents: list[str], in_use: NetsInUse, report: Report) -> None:
    """Measure pieces from a row on; in threads, as a process would first run the caller's own script again."""
    paths = [thumbnail_path(in_use.thumbnails, content) for content in contents[begun:]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(measured_from, paths)
        for start in range(0, len(paths), AT_ONCE):
            some = contents[begun + start : begun + start + AT_ONCE]
            kept.write(begun + start, np.stack(list(mended(some, found, in_use))))
            report(Progress("measuring", min(len(paths), start + AT_ONCE), len(paths)))


def mended(contents: list[str], found: Iterator[Array | None], in_use: NetsInUse) -> Iterator[Array]:
    """The numbers of some pieces; one whose thumbnail is gone is read again."""
    for content in contents:
        measured = next(found)
        yield numbers_of(next(in_use.squares([content]))) if measured is None else measured


def measured_from(thumbnail: Path) -> Array | None:
    """The numbers of one piece; None when its thumbnail can't be read."""
    try:
        return numbers_of(squared(read_preview(thumbnail, THUMBNAIL).pixels))
    except PictureUnreadable:
        return None
