"""What a person is told of a collection: its pieces, what was found, what went wrong, and which pieces to ask among."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pochade.errors import UsageError
from pochade.images.features.colour_name import COLOURS

SHAPES = ("portrait", "landscape", "square")
SAME = 0.75  # likelihood from which a match is said to be of the same work
SQUARE = 1.1  # sides that differ by less make a square


@dataclass(frozen=True, slots=True)  # there may be hundreds of thousands
class PictureFile:
    """A file that holds a piece, and what is known of it."""

    path: Path
    hash: str  # SHA-256 of its content
    format: str
    width: int  # pixels
    height: int
    depth: int  # bits a channel
    has_alpha: bool
    frames: int
    bytes: int
    colour: str  # the one that stands out, in a word
    modified: datetime
    notes: tuple[str, ...]
    number: int  # of the piece in the index: copies share it
    row: int  # in the fingerprint files

    @property
    def shape(self) -> str:
        """Portrait, landscape or square."""
        if max(self.width, self.height) < SQUARE * min(self.width, self.height):
            return "square"
        return "portrait" if self.height > self.width else "landscape"


@dataclass(frozen=True)
class Match:
    """A piece that was found."""

    path: Path
    distance: float  # 1 - cosine of the looks: 0 for the same, about 1 for what has nothing in common
    piece: PictureFile
    likelihood: float = 0.0  # that it is of the same work, 0 to 1, where the two were laid over each other

    @property
    def is_same_work(self) -> bool:
        """Whether it is more likely a copy or another stage than another work."""
        return self.likelihood >= SAME


@dataclass(frozen=True)
class ReadProblem:
    """A file that gave no picture."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Filter:
    """Which pieces count; what is not given is not asked for."""

    folder: Path | None = None  # below the collection's, or absolute
    format: str | None = None  # as `Piece.format`, in any case
    since: date | None = None  # modified on that day or later
    until: date | None = None  # modified on that day or earlier
    shape: str | None = None  # portrait, landscape or square
    colour: str | None = None  # the word for the colour that stands out
    label: str | None = None

    def __post_init__(self) -> None:
        """Refuse words that no piece can have.

        Raises:
            UsageError: The shape or colour is none that is known.
        """
        for word, words in ((self.shape, SHAPES), (self.colour, COLOURS)):
            if word is not None and word not in words:
                raise UsageError(f"'{word}' is none of {', '.join(words)}")


@dataclass(frozen=True)
class Learnt:
    """What a run of `learn` did."""

    new: int  # pieces that were not known before
    again: int  # files with content that was known: moved, renamed, copied or touched
    gone: int  # files that are no longer there
    unchanged: int  # files that did not need to be read
    problems: tuple[ReadProblem, ...]  # every file that gives no picture, also from earlier runs
    unlisted: tuple[ReadProblem, ...]  # folders that could not be listed
    training: dict[str, Any] | None  # the figures before and after, or None when nothing was trained


@dataclass(frozen=True)
class Info:
    """What is known of a collection as a whole."""

    folder: Path
    files: int  # that hold a piece
    pieces: int  # different contents among them
    formats: dict[str, int]  # pieces of each, most first
    megapixels: float
    gigabytes: float  # of the pieces, each counted once
    problems: tuple[ReadProblem, ...]
    net: str | None  # whose fingerprints are in use
    learnt: str | None  # since when: ISO 8601, UTC
    figures: dict[str, Any]  # of the last training


def matching(piece: PictureFile, among: Filter | None, folder: Path) -> bool:
    """Whether a piece passes a filter, its label apart."""
    if among is None:
        return True
    day = piece.modified.date()
    return (
        (among.folder is None or piece.path.is_relative_to(folder / among.folder))
        and (among.format is None or piece.format.lower() == among.format.lower())
        and (among.since is None or day >= among.since)
        and (among.until is None or day <= among.until)
        and (among.shape is None or piece.shape == among.shape)
        and (among.colour is None or piece.colour == among.colour)
    )


def moment(nanoseconds: int) -> datetime:
    """A file's time; the first or the last day there is for one that no calendar has."""
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9)
    except (OverflowError, OSError, ValueError):
        return datetime.min if nanoseconds < 0 else datetime.max
