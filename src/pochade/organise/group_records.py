"""The results of organising a collection: groups, places on the map, and suggestions for labels."""

from dataclasses import dataclass
from pathlib import Path

from pochade.index.picture_records import PictureFile


@dataclass(frozen=True)
class Group:
    """Pictures that look alike."""

    number: int  # never changes
    name: str | None  # given by the person
    description: str  # made from measurements, such as "flat colour, mostly red, few details"
    kept: bool  # whether the person edited the group
    cover: Path  # the picture that represents it
    paths: tuple[Path, ...]  # all files, including those of its subgroups
    groups: tuple["Group", ...]  # its subgroups

    @property
    def title(self) -> str:
        """The name, or the description if the group has no name."""
        return self.name or self.description


@dataclass(frozen=True)
class Spot:
    """The place of a file on the map."""

    path: Path
    x: float  # about -1 to 1
    y: float  # about -1 to 1


@dataclass(frozen=True)
class Suggestion:
    """A picture that may have a label."""

    path: Path
    likelihood: float  # 0 to 1, for ranking: not a calibrated probability
    piece: PictureFile

    @property
    def picture(self) -> PictureFile:
        """The picture; `piece` is its older name."""
        return self.piece


@dataclass(frozen=True)
class Suggestions:
    """Pictures that likely have a label, and pictures for which the person's answer would teach the most."""

    likely: tuple[Suggestion, ...]  # the likeliest first
    ask: tuple[Suggestion, ...]  # to confirm or refuse next, the most informative first
