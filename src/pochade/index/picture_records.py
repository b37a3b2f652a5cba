"""What a collection returns: its pictures, matches, problems and summaries; and the filter of a query."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pochade.errors import UsageError
from pochade.images.features.colour_words import COLOUR_WORDS

SHAPES = ("portrait", "landscape", "square")
SAME_WORK_LIKELIHOOD = 0.75  # a match of at least this likelihood counts as the same work
SQUARE_RATIO = 1.1  # of the longer to the shorter side; a picture with a smaller ratio counts as square


@dataclass(frozen=True, slots=True)  # a collection may have hundreds of thousands
class PictureFile:
    """A file that holds a picture, and the picture's properties."""

    path: Path
    hash: str  # SHA-256 of the content
    format: str
    width: int  # pixels
    height: int
    depth: int  # bits per channel
    has_alpha: bool
    frames: int
    bytes: int
    colour: str  # the name of the dominant colour
    modified: datetime
    notes: tuple[str, ...]
    number: int  # of the picture in the index; copies share it
    row: int  # in the vector files

    @property
    def shape(self) -> str:
        """Portrait, landscape or square."""
        return shape_of(self.width, self.height)


@dataclass(frozen=True)
class GonePicture:
    """A picture that the index knows, but that has no file any more."""

    number: int  # of the picture in the index
    hash: str  # SHA-256 of the content
    format: str
    width: int  # pixels
    height: int
    labels: tuple[str, ...]  # given or refused by the person


@dataclass(frozen=True)
class Match:
    """A picture that a query found."""

    path: Path
    distance: float  # 1 - cosine of the embeddings: 0 for equal ones, about 1 for unrelated ones
    piece: PictureFile
    likelihood: float = 0.0  # 0 to 1, that it is the same work; 0 if the two pictures were not aligned

    @property
    def picture(self) -> PictureFile:
        """The picture; `piece` is its older name."""
        return self.piece

    @property
    def is_same_work(self) -> bool:
        """Whether the match is probably a copy or another stage of the same work."""
        return self.likelihood >= SAME_WORK_LIKELIHOOD


@dataclass(frozen=True)
class ReadProblem:
    """A file that gave no picture."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Filter:
    """Conditions that pictures must meet; a condition of None accepts every picture."""

    folder: Path | None = None  # relative to the collection's folder, or absolute
    format: str | None = None  # as `PictureFile.format`, in any case
    since: date | None = None  # modified on this day or later
    until: date | None = None  # modified on this day or earlier
    shape: str | None = None  # portrait, landscape or square
    colour: str | None = None  # the name of the dominant colour
    label: str | None = None

    def __post_init__(self) -> None:
        """Check the words of the filter.

        Raises:
            UsageError: The shape or the colour is unknown.
        """
        for word, vocabulary in ((self.shape, SHAPES), (self.colour, COLOUR_WORDS)):
            if word is not None and word not in vocabulary:
                raise UsageError(f"'{word}' is none of {', '.join(vocabulary)}", "choose one of these words")


@dataclass(frozen=True)
class LearnResult:
    """The outcome of a run of `learn`."""

    new: int  # pictures that were not known before
    again: int  # files with known content: moved, renamed, copied or touched
    gone: int  # files that no longer exist, or are passed over now
    unchanged: int  # files that did not change
    problems: tuple[ReadProblem, ...]  # all files that give no picture, including those of earlier runs
    unlisted: tuple[ReadProblem, ...]  # folders that could not be listed
    training: dict[str, Any] | None  # the figures before and after training; None if nothing was trained
    passed_over: int = 0  # files that may be pictures, but lie in a system's folder or match a pattern to ignore
    passed_over_paths: tuple[Path, ...] = ()  # of the first 1,000 of them, sorted
    untrained: str | None = None  # why nothing was trained although it would help; said once
    cluster: str | None = None  # what the cluster did not do: why workers ended, or who read their files
    eye_problem: str | None = None  # why the eye of the collection has not embedded every picture


@dataclass(frozen=True)
class CollectionInfo:
    """A summary of a whole collection."""

    folder: Path
    files: int  # the number of files that hold a picture
    pieces: int  # the number of different pictures
    formats: dict[str, int]  # number of pictures of each format, most frequent first
    megapixels: float
    gigabytes: float  # of the pictures, counting each once
    problems: tuple[ReadProblem, ...]
    net: str | None  # the name of the model that made the embeddings
    learnt: str | None  # when this model was made: ISO 8601, UTC
    figures: dict[str, Any]  # of the last training
    eye: str | None = None  # the name of the eye that the person chose; None for the theme model

    @property
    def pictures(self) -> int:
        """The number of different pictures; `pieces` is its older name."""
        return self.pieces

    @property
    def model(self) -> str | None:
        """The name of the model that made the embeddings; `net` is its older name."""
        return self.net


def meets_filter(file: PictureFile, among: Filter | None, folder: Path) -> bool:
    """Whether a file meets a filter, except for the filter's label.

    Args:
        file: The file.
        among: The filter; None accepts every file.
        folder: The collection's folder.
    """
    if among is None:
        return True
    day = file.modified.date()
    return (
        (among.folder is None or file.path.is_relative_to(folder / among.folder))
        and (among.format is None or file.format.lower() == among.format.lower())
        and (among.since is None or day >= among.since)
        and (among.until is None or day <= among.until)
        and (among.shape is None or file.shape == among.shape)
        and (among.colour is None or file.colour == among.colour)
    )


def shape_of(width: int, height: int) -> str:
    """Whether a picture is portrait, landscape or square, by its pixels across and down."""
    if max(width, height) < SQUARE_RATIO * min(width, height):
        return "square"
    return "portrait" if height > width else "landscape"


def file_time(nanoseconds: int) -> datetime:
    """Convert a file's time to a local date and time, limited to the range of `datetime`."""
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9)
    except (OverflowError, OSError, ValueError):
        return datetime.min if nanoseconds < 0 else datetime.max
