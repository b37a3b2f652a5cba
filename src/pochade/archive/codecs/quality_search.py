"""The smallest file that looks like the original: each coder's dial is turned down as far as the score allows."""

import math
from typing import TYPE_CHECKING, NamedTuple

from pochade.archive.codecs.guarded import try_codec
from pochade.archive.codecs.restored_avif import RESTORED, RestoredJudge, Shape
from pochade.images.codecs.lossy import CODERS, LossyCodec, Original, QualityJudge, original_in

if TYPE_CHECKING:  # torch is heavy
    from pochade.models.artifact_remover import ArtifactRemover

WANTED = {"high": 90.0, "medium": 70.0}  # SSIMULACRA2
TRIES = 10  # of one coder
MOST_PIXELS = 2**24  # of what a net is tried on: a try takes it a second or two for a million


class Tried(NamedTuple):
    """A coder's file, and its score."""

    content: bytes
    coder: str
    score: float
    format: str  # of the original
    told: tuple[int, ...] | None = None  # to a net, by which it comes back
    shape: Shape | None = None  # of what comes back by a net


def smallest_alike(content: bytes, wanted: float, most: int) -> Tried | None:
    """The smallest file that reaches a score.

    Args:
        content: A picture's file.
        wanted: The score; see `images/quality/ssimulacra2.py`.
        most: It has to have fewer bytes than so many.

    Returns:
        None where the picture has to stay as it is, or no coder makes it smaller.
    """
    original = original_in(content)
    if original is None:
        return None
    best, judge = None, QualityJudge(original)
    for coder in CODERS:
        found = searched(coder, original, judge, wanted, most)
        if found is not None:
            best, most = found, len(found.content)
    return best


def smallest_restored(content: bytes, wanted: float, most: int, mender: "ArtifactRemover") -> Tried | None:
    """The smallest AVIF of which a net makes a picture that reaches a score; else as `smallest_alike`."""
    original = original_in(content)
    if original is None or math.prod(original.sides) > MOST_PIXELS:
        return None
    found = searched(RESTORED, original, RestoredJudge(original, mender), wanted, most)
    shape = (*original.sides, original.picture.pixels.shape[-1], 8)
    return None if found is None else found._replace(shape=shape)


class Stand(NamedTuple):
    """What a dial gave."""

    dial: int
    score: float
    size: int


def searched(coder: LossyCodec, original: Original, judge: QualityJudge, wanted: float, most: int) -> Tried | None:
    """One coder's file at the lowest dial that reaches the score; None where that isn't smaller than `most`."""
    best: Tried | None = None
    dial = coder.guess(wanted)
    below, above = Stand(-1, -1, 0), Stand(coder.best + 1, -1, 0)  # the nearest dials that fail and pass
    for _ in range(TRIES):
        tried = try_codec(lambda at: attempt(coder, original, judge, at), dial)
        if tried is None:
            return best
        stand = Stand(dial, tried.score, len(tried.content))
        if stand.score < wanted:
            below, is_hopeless = stand, stand.size >= most  # what would reach the score is larger still
        else:
            is_hopeless = stand.size >= most and falls_too_slowly(stand, above, most)
            best, most = (tried, stand.size) if stand.size < most else (best, most)
            above = stand
        if is_hopeless or above.dial - below.dial <= 1:
            return best
        dial = next_dial(coder, wanted, stand, below, above)
    return best


def attempt(coder: LossyCodec, original: Original, judge: QualityJudge, dial: int) -> Tried:
    """A coder's file and what is seen in it."""
    content = coder.encode(original, dial)
    told = (dial,) if coder is RESTORED else None
    return Tried(content, coder.name, judge.score(content, dial), original.picture.header.format, told)


def falls_too_slowly(stand: Stand, above: Stand, most: int) -> bool:
    """Whether the lowest dial won't give a smaller file either: below, sizes fall more slowly than above."""
    fall = max(0, above.size - stand.size) / (above.dial - stand.dial)
    return above.size > 0 and stand.size - fall * stand.dial >= most


def next_dial(coder: LossyCodec, wanted: float, stand: Stand, below: Stand, above: Stand) -> int:
    """Between what fails and what passes, where the score is to be expected."""
    known = below.dial >= 0 and above.dial <= coder.best and above.score > below.score
    slope = (above.score - below.score) / (above.dial - below.dial) if known else coder.slope
    step = (wanted - stand.score) / slope
    towards = stand.dial + (int(step) + 1 if step > 0 else min(-1, int(step)))
    return max(below.dial + 1, min(above.dial - 1, towards))
