"""What a person is told of a collection's order: groups, places on the map, suggestions; and pieces as points."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.index.pictures import PictureFile


@dataclass(frozen=True)
class Group:
    """Pieces that look alike."""

    number: int  # stays the same for as long as the group is there
    name: str | None  # the person's
    description: str  # made from what was measured: "flat colour, mostly red, calm"
    kept: bool  # the person changed it
    cover: Path  # the piece that stands for it
    paths: tuple[Path, ...]  # of all its files, also those of the groups in it
    groups: tuple["Group", ...]  # into which it divides

    @property
    def title(self) -> str:
        """Its name, or else its description."""
        return self.name or self.description


@dataclass(frozen=True)
class Spot:
    """A piece on the map."""

    path: Path
    x: float  # about -1 to 1
    y: float


@dataclass(frozen=True)
class Suggestion:
    """A piece that may have a label."""

    path: Path
    likelihood: float  # 0 to 1: ranks, and does not count
    piece: PictureFile


@dataclass(frozen=True)
class Suggestions:
    """The pieces that likely have a label, and those whose answers would teach most."""

    likely: tuple[Suggestion, ...]  # most certain first
    ask: tuple[Suggestion, ...]  # to confirm or to refuse next


@dataclass(frozen=True)
class Points:
    """Pieces as points."""

    numbers: Integers  # (N,), of the pieces
    features: Floats  # (N, D)

    @classmethod
    def of(cls, files: dict[int, list[PictureFile]], features: Floats) -> "Points":
        """The pieces that have files, with their rows of all features."""
        numbers = np.array(sorted(files), np.int64)
        return cls(numbers, features[[files[number][0].row for number in numbers.tolist()]])

    def places(self, numbers: Iterable[int]) -> list[int]:
        """Where pieces stand among these points; those that don't are left out."""
        where = {number: place for place, number in enumerate(self.numbers.tolist())}
        return [where[number] for number in sorted(numbers) if number in where]
