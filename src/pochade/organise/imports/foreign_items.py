"""What other programs say about pictures, in one form for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MAX_LABELS_OF_PICTURE = 1000
MAX_ITEMS = 1_000_000  # of one source; ten times as many as anybody has
BEST_RATING = 5


@dataclass(frozen=True)
class ForeignItem:
    """What another program says about one picture."""

    file: Path  # where its picture should be
    labels: tuple[str, ...]  # as the program writes them; not checked
    shown: str  # what messages call it
    has_note: bool = False  # whether the program has a note on it, which Pochade has no place for


class LeftOut(NamedTuple):
    """Something that is not imported, and why."""

    shown: str
    reason: str


def names_of_paths(paths: Iterable[Sequence[str]], *, with_parents: bool) -> tuple[str, ...]:
    """Return the labels of keywords that may have parents, each once and without empty ones.

    Args:
        paths: Each keyword behind its parents: `("Places", "Norway", "Oslo")`.
        with_parents: Whether the parents become labels, too.
    """
    names = (name for path in paths for name in (path if with_parents else path[-1:]))
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def names_of_rating(rating: object) -> tuple[str, ...]:
    """Return the label of a rating from 1 to 5, such as `4 stars`; none of any other value."""
    if not isinstance(rating, int) or isinstance(rating, bool) or not 0 < rating <= BEST_RATING:
        return ()
    return (f"{rating} star{'s' if rating > 1 else ''}",)
