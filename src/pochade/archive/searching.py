"""The smallest file that looks like the original: each coder's dial is turned down as far as the score allows."""

from typing import NamedTuple

from pochade.archive.tolerance import tolerant
from pochade.images.lossy_coders import CODERS, Coder, Judge, Original, original_in

WANTED = {"high": 90.0, "medium": 70.0}  # SSIMULACRA2
TRIES = 10  # of one coder


class Tried(NamedTuple):
    """A coder's file, and its score."""

    content: bytes
    coder: str
    score: float
    format: str  # of the original


def smallest_alike(content: bytes, wanted: float, most: int) -> Tried | None:
    """The smallest file that reaches a score.

    Args:
        content: A picture's file.
        wanted: The score; see `images/ssimulacra2.py`.
        most: It has to have fewer bytes than so many.

    Returns:
        None where the picture has to stay as it is, or no coder makes it smaller.
    """
    original = original_in(content)
    if original is None:
        return None
    best, judge = None, Judge(original)
    for coder in CODERS:
        found = searched(coder, original, judge, wanted, most)
        if found is not None:
            best, most = found, len(found.content)
    return best


def searched(coder: Coder, original: Original, judge: Judge, wanted: float, most: int) -> Tried | None:
    """One coder's file at the lowest dial that reaches the score; None where that isn't smaller than `most`."""
    best: Tried | None = None
    dial, below, above = coder.guess(wanted), (-1, -1.0), (coder.best + 1, -1.0)  # dials that fail and pass, and scores
    for _ in range(TRIES):
        tried = tolerant(lambda at: attempt(coder, original, judge, at), dial)
        if tried is None or (tried.score < wanted and len(tried.content) >= most):
            return best  # it can't, or what would reach the score is larger still
        if tried.score >= wanted:
            above = (dial, tried.score)
            best = tried if len(tried.content) < most else best
        else:
            below = (dial, tried.score)
        if above[0] - below[0] <= 1:
            return best
        dial = next_dial(coder, wanted, dial, tried.score, below, above)
    return best


def attempt(coder: Coder, original: Original, judge: Judge, dial: int) -> Tried:
    """A coder's file and what is seen in it."""
    content = coder.encode(original, dial)
    return Tried(content, coder.name, judge.score(content), original.picture.header.format)


def next_dial(
    coder: Coder, wanted: float, dial: int, score: float, below: tuple[int, float], above: tuple[int, float]
) -> int:
    """Between what fails and what passes, where the score is to be expected."""
    known = below[0] >= 0 and above[0] <= coder.best and above[1] > below[1]
    slope = (above[1] - below[1]) / (above[0] - below[0]) if known else coder.slope
    step = (wanted - score) / slope
    towards = dial + (int(step) + 1 if step > 0 else min(-1, int(step)))
    return max(below[0] + 1, min(above[0] - 1, towards))
