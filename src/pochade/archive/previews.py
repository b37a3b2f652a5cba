"""The file of a thousand bytes that shows most of a picture: how far it is shrunk, who codes it, how well."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pochade.archive.restored import FRAME, restored_picture
from pochade.archive.searching import Tried
from pochade.archive.tolerance import tolerant
from pochade.images.av1 import as_avif, frame_of
from pochade.images.lossy_coders import AVIF, WEBP, Coder, Original
from pochade.images.miniature import Miniature
from pochade.images.ssimulacra2 import ssimulacra2

if TYPE_CHECKING:  # torch is heavy
    from pochade.mending import Mender

MOST = 1000  # bytes
SIDES = (64, 96, 128, 192, 256, 384, 512)  # pixels of the longer side
HASTY, SLOW = 6, 4  # speeds of AV1's coder
FINALISTS = 2  # sizes that are coded slowly as well
REFINED = 16  # steps of the dial that slow coding may gain


def framed(original: Original, dial: int, speed: int) -> bytes:
    """As AV1 alone; the dial is AVIF's quality."""
    return frame_of(original.picture.pixels, dial, speed)


QUICK, FINE = (Coder(FRAME, partial(framed, speed=speed), AVIF.best, AVIF.at_70, AVIF.at_90) for speed in (HASTY, SLOW))


class Full(NamedTuple):
    """A coder's file, and its dial."""

    file: bytes
    dial: int


class Shown(NamedTuple):
    """One that was tried, and how many pixels its longer side has."""

    tried: Tried
    side: int
    dial: int


def preview_of(content: bytes, mender: "Mender | None" = None) -> Tried | None:
    """A picture's best preview by SSIMULACRA2; None where no coder makes one so small.

    It is compared at 512 pixels a side, enlarged: what is shrunk more can be coded better, and each picture has its own
    best between. A library's exceptions go through.

    Args:
        content: Any picture's file.
        mender: A net that redraws small frames of AV1, told their quality and how much they are enlarged. Without one
            there are none: AVIFs stand in their place.
    """
    search = Search(Miniature(content), mender)
    found = [*search.shown(WEBP), *search.shown(AVIF if mender is None else QUICK)]
    if mender is not None:
        found += search.refined(found)
    return max((one.tried for one in found), key=lambda tried: tried.score, default=None)


@dataclass(frozen=True)
class Search:
    """Of one picture's preview."""

    picture: Miniature
    mender: "Mender | None"

    @property
    def sides(self) -> list[int]:
        """Of the sizes that it may have, the longer sides."""
        longest = self.picture.longest
        return [side for side in SIDES if side < longest] + ([longest] if longest <= max(SIDES) else [])

    def shown(self, coder: Coder) -> list[Shown]:
        """A coder's fullest file of each size."""
        return [one for side in self.sides for one in self.at(coder, side)]

    def refined(self, found: list[Shown]) -> list[Shown]:
        """Of the sizes that look best by a net, files that are coded slowly, and so hold more."""
        ranked = sorted((one for one in found if one.tried.told), key=lambda one: one.tried.score, reverse=True)
        return [one for best in ranked[:FINALISTS] for one in self.at(FINE, best.side, best.dial)]

    def at(self, coder: Coder, side: int, dial: int | None = None) -> list[Shown]:
        """A coder's fullest file of one size, if there is one; the dial is about where to look for it."""
        original = self.picture.at(side)
        file = fullest(coder, original) if dial is None else fullest(coder, original, dial - 2, dial + REFINED)
        return [] if file is None else [Shown(self.judged(coder, original, file), side, file.dial)]

    def judged(self, coder: Coder, original: Original, found: Full) -> Tried:
        """A file as it is looked at: enlarged, and redrawn by the net where it is a frame alone."""
        form = self.picture.header.format
        if coder.name != FRAME or self.mender is None:
            return Tried(found.file, coder.name, self.picture.score(found.file), form)
        whole = self.picture.pixels
        told, shape = told_of(found.dial, original.sides, whole.shape), (*whole.shape[:2], 3, 8)
        seen = restored_picture(as_avif(found.file), self.mender, told, shape).pixels
        return Tried(found.file, coder.name, ssimulacra2(whole, seen), form, told, shape)


def told_of(dial: int, small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, int]:
    """What a net is told of a small picture: its quality, and what it lacks of its size when enlarged, in percent."""
    return dial, 100 - 100 * max(small) // max(large)


def fullest(coder: Coder, original: Original, low: int = 0, high: int = 100) -> Full | None:
    """A coder's file at the highest dial at which it has no more than a thousand bytes, or nearly; None where none has.

    Args:
        coder: Whose.
        original: The picture, at the size to be coded.
        low: The lowest dial it may have.
        high: The highest.
    """
    best, below, above = None, max(low, 0) - 1, min(high, coder.best) + 1
    while above - below > 1:
        dial = (below + above) // 2
        file = tolerant(lambda at: coder.encode(original, at), dial)
        if file is not None and len(file) <= MOST:
            best, below = Full(file, dial), dial
        else:
            above = dial
    return best
