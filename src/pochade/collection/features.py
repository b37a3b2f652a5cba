"""What pieces are grouped, mapped and labelled by: traits that looks are blind to on purpose, and for labels looks too.

A look stays the same when a picture is recoloured or turned into line art. Colours, outlines and grain are just what
people group by, so they are measured, once for each piece, and kept beside the fingerprints.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from pochade.collection.learning import Progress, Report
from pochade.collection.measuring import NUMBERS, measured_all, numbers_of
from pochade.collection.nets_in_use import NetsInUse
from pochade.collection.reading import thumbnail_path
from pochade.collection.vectors import Vectors
from pochade.images.letterbox import squared
from pochade.images.traits import LENGTH, VERSION
from pochade.organise.arrays import Floats
from pochade.organise.principal import PrincipalComponents

DIRECTIONS = 64  # principal components of the plans
TRAITS = 0.5  # of the traits in groups, beside plans of unit length


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
    kept = Vectors(in_use.home / f"{name}.f32", name, np.float32, NUMBERS, create=True)
    begun = min(kept.count(), len(contents))
    measure_again(kept, begun, contents, in_use)
    if begun < len(contents):
        measure(kept, begun, contents, in_use, report)
    rows = kept.rows(len(contents))
    return Features(in_use.looks(len(contents)), rows[:, :LENGTH], rows[:, LENGTH:])


def measure(kept: Vectors, begun: int, contents: list[str], in_use: NetsInUse, report: Report) -> None:
    """Measure pieces from a row on, each batch on disk before the next."""
    row = begun
    for rows in measured_all([thumbnail_path(in_use.thumbnails, content) for content in contents[begun:]]):
        mend(rows, contents[row : row + len(rows)], in_use)
        kept.write(row, rows)
        row += len(rows)
        report(Progress("measuring", row - begun, len(contents) - begun))


def measure_again(kept: Vectors, begun: int, contents: list[str], in_use: NetsInUse) -> None:
    """Try the pieces once more of which nothing was left when they were to be measured."""
    for row in np.flatnonzero(~kept.rows(begun).any(1)).tolist():
        rows = np.zeros((1, NUMBERS), np.float32)
        mend(rows, [contents[row]], in_use)
        if rows.any():
            kept.write(row, rows)


def mend(rows: Floats, contents: list[str], in_use: NetsInUse) -> None:
    """Fill in the rows of pieces whose thumbnails can't be read, from their files.

    One of which no file can be read either keeps its zeros: they pull nothing anywhere, and are measured another time.
    """
    for place in np.flatnonzero(~rows.any(1)).tolist():
        pixels = in_use.pixels(contents[place])
        if pixels is not None:
            rows[place] = numbers_of(squared(pixels))
