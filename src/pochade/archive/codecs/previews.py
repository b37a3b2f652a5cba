"""The file of a thousand bytes that shows most of a picture: how far it is shrunk, who codes it, how well."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pochade.archive.codecs.guarded import try_codec
from pochade.archive.codecs.quality_search import Tried
from pochade.archive.codecs.restored_avif import FRAME, RESTORED_FRAME, restored_picture
from pochade.images.base.picture import Array
from pochade.images.codecs.av1_frames import as_avif, frame_of
from pochade.images.codecs.lossy import AVIF, WEBP, LossyCodec, Original
from pochade.images.codecs.thumbnail_codec import Miniature
from pochade.images.quality.ssimulacra2 import SMALLEST, ssimulacra2

if TYPE_CHECKING:  # torch is heavy
    from pochade.models.artifact_remover import ArtifactRemover

MOST = 1000  # bytes
FRAMES = {FRAME, RESTORED_FRAME}
SIDES = (64, 96, 128, 192, 256, 384, 512)  # pixels of the longer side
HASTY, SLOW = 6, 2  # speeds of AV1's coder
A_DECIBEL = 30  # points of SSIMULACRA2 that are worth one
NEAR = 1.0  # decibels below the best; what has fewer isn't looked at
FINALISTS = 2  # sizes that are coded slowly as well
COARSER, FINER = 2, 16  # steps of the dial that slow coding may lose or gain


def framed(original: Original, dial: int, speed: int) -> bytes:
    """As AV1 alone; the dial is AVIF's quality."""
    return frame_of(original.picture.pixels, dial, speed)


QUICK, FINE = (
    LossyCodec(FRAME, partial(framed, speed=speed), AVIF.best, AVIF.at_70, AVIF.at_90) for speed in (HASTY, SLOW)
)


class Full(NamedTuple):
    """A coder's file, and its dial."""

    file: bytes
    dial: int


class Shown(NamedTuple):
    """One that was tried, and what is seen of it."""

    file: Full
    coder: str
    side: int  # pixels of the longer one
    seen: Array  # (h, w, 3) uint8
    decibels: float
    told: tuple[int, int] | None = None  # to the net
    score: float = 0.0  # SSIMULACRA2, once it was asked for

    @property
    def worth(self) -> float:
        """Decibels, and some for what eyes see: chosen by one alone, the other falls far (docs/log.md, 2026-11-29)."""
        return self.decibels + self.score / A_DECIBEL


def preview_of(content: bytes, mender: "ArtifactRemover | None" = None) -> Tried | None:
    """A picture's best preview; None where no coder makes one so small.

    It is compared at 512 pixels a side, enlarged: what is shrunk more can be coded better, and each picture has its own
    best between. Decibels decide, and SSIMULACRA2 with them. A library's exceptions go through.

    Args:
        content: Any picture's file.
        mender: A net that redraws small frames of AV1, told their quality and how much they are enlarged.
    """
    search = Search(Miniature(content), mender)
    found = search.judged([*search.shown(WEBP), *search.shown(QUICK)])
    found += search.judged(search.refined(found))
    if not found:
        return None
    best = max(found, key=lambda one: one.worth)
    shape = None if best.told is None else (*best.seen.shape[:2], 3, 8)
    return Tried(best.file.file, best.coder, best.score, search.picture.header.format, best.told, shape)


@dataclass(frozen=True)
class Search:
    """Of one picture's preview."""

    picture: Miniature
    mender: "ArtifactRemover | None"

    @property
    def sides(self) -> list[int]:
        """Of the sizes that it may have, the longer sides."""
        longest = self.picture.longest
        return [side for side in SIDES if side < longest] + ([longest] if longest <= max(SIDES) else [])

    def shown(self, coder: LossyCodec) -> list[Shown]:
        """A coder's fullest file of each size."""
        return [one for side in self.sides for one in self.at(coder, side)]

    def at(self, coder: LossyCodec, side: int, dial: int | None = None) -> list[Shown]:
        """A coder's fullest file of one size, if there is one, also redrawn; the dial is about where to look for it."""
        original, pixels = self.picture.at(side), self.picture.pixels
        around = () if dial is None else (dial - COARSER, dial + FINER)
        file = fullest(coder, original, *around)
        if file is None:
            return []
        picture = as_avif(file.file) if coder.name == FRAME else file.file
        seen = self.picture.shown_again(picture)
        found = [Shown(file, coder.name, side, seen, decibels(pixels, seen))]
        if coder.name == FRAME and self.mender is not None:
            told = told_of(file.dial, original.sides, pixels.shape)
            drawn = restored_picture(picture, self.mender, told, (*pixels.shape[:2], 3, 8)).pixels
            found.append(Shown(file, RESTORED_FRAME, side, drawn, decibels(pixels, drawn), told))
        return found

    def judged(self, shown: list[Shown]) -> list[Shown]:
        """Those with nearly the most decibels, and their scores, which take longer; the best first."""
        most = max((one.decibels for one in shown), default=0)
        near = [one for one in shown if one.decibels >= most - NEAR]
        wanted = comparable(self.picture.pixels)
        scored = [one._replace(score=ssimulacra2(wanted, comparable(one.seen))) for one in near]
        return sorted(scored, key=lambda one: one.worth, reverse=True)

    def refined(self, ranked: list[Shown]) -> list[Shown]:
        """Of the sizes at which frames are worth most, some that are coded slowly, and so hold more."""
        dials: dict[int, int] = {}
        for one in ranked:
            if one.coder in FRAMES:
                dials.setdefault(one.side, one.file.dial)
        return [one for side in list(dials)[:FINALISTS] for one in self.at(FINE, side, dials[side])]


def comparable(pixels: Array) -> Array:
    """A picture (H, W, 3) that SSIMULACRA2 says something of: its edges repeated, where it is very thin."""
    return np.pad(pixels, [*((0, max(0, SMALLEST - side)) for side in pixels.shape[:2]), (0, 0)], mode="edge")


def decibels(wanted: Array, seen: Array) -> float:
    """PSNR of pixels (H, W, 3) uint8; what is the same has as much as the least difference there can be."""
    missing = np.square(wanted.astype(np.float64) - seen).mean()
    return float(10 * np.log10(255**2 / max(missing, 1 / wanted.size)))


def told_of(dial: int, small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, int]:
    """What a net is told of a small picture: its quality, and what it lacks of its size when enlarged, in percent."""
    return dial, 100 - 100 * max(small) // max(large)


def fullest(coder: LossyCodec, original: Original, low: int = 0, high: int = 100) -> Full | None:
    """A coder's file at the highest dial at which it has no more than a thousand bytes, or nearly; None where none has.

    Args:
        coder: Whose.
        original: The picture, at the size to be coded.
        low: The lowest dial it may have.
        high: The highest.
    """
    best, below, above = None, max(low, 0) - 1, min(high, coder.best) + 1
    while above - below > 1:
        dial = below + 1 if best is None else (below + above) // 2  # if the lowest is too much, all are
        file = try_codec(lambda at: coder.encode(original, at), dial)
        if file is not None and len(file) <= MOST:
            best, below = Full(file, dial), dial
        else:
            above = dial
    return best
