"""The file of a thousand bytes that shows most of a picture: how far it is shrunk, who codes it, how well."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pochade.archive.restored import RESTORED, restored_picture
from pochade.archive.searching import Tried
from pochade.archive.tolerance import tolerant
from pochade.images.lossy_coders import AVIF, WEBP, Coder, Original
from pochade.images.miniature import Miniature
from pochade.images.ssimulacra2 import ssimulacra2

if TYPE_CHECKING:  # torch is heavy
    from pochade.mending import Mender

MOST = 1000  # bytes
SIDES = (64, 96, 128, 192, 256, 384, 512)  # pixels of the longer side
CODERS = (AVIF, WEBP)  # JPEG XL was hardly ever the best of three: docs/log.md, 2026-11-24


class Full(NamedTuple):
    """A coder's file, and its dial."""

    file: bytes
    dial: int


def preview_of(content: bytes, mender: "Mender | None" = None) -> Tried | None:
    """A picture's best preview by SSIMULACRA2; None where no coder makes one so small.

    It is compared at 512 pixels a side, enlarged: what is shrunk more can be coded better, and each picture has its own
    best between. A library's exceptions go through.

    Args:
        content: Any picture's file.
        mender: A net that redraws small AVIFs, told their quality and how much they are enlarged, if there is one.
    """
    picture = Miniature(content)
    sides = [side for side in SIDES if side < picture.longest]
    sides += [picture.longest] if picture.longest <= max(SIDES) else []
    best = None
    for original in map(picture.at, sides):
        for coder in CODERS:
            if (found := fullest(coder, original)) is not None:
                for tried in shown(picture, coder, original, found, mender):
                    best = tried if best is None or tried.score > best.score else best
    return best


def shown(
    picture: Miniature, coder: Coder, original: Original, found: Full, mender: "Mender | None"
) -> Iterator[Tried]:
    """A coder's file as it is looked at: enlarged, and an AVIF redrawn by a net as well."""
    yield Tried(found.file, coder.name, picture.score(found.file), picture.header.format)
    if coder is AVIF and mender is not None:
        shape, told = (*picture.pixels.shape[:2], 3, 8), told_of(found.dial, original.sides, picture.pixels.shape)
        score = ssimulacra2(picture.pixels, restored_picture(found.file, mender, told, shape).pixels)
        yield Tried(found.file, RESTORED.name, score, picture.header.format, told, shape)


def told_of(dial: int, small: tuple[int, int], large: tuple[int, ...]) -> tuple[int, int]:
    """What a net is told of a small AVIF: its quality, and how much of its size when enlarged it lacks, in percent."""
    return dial, 100 - 100 * max(small) // max(large)


def fullest(coder: Coder, original: Original) -> Full | None:
    """A coder's file at the highest dial at which it still has no more than a thousand bytes; None where none has."""
    best, below, above = None, -1, coder.best + 1
    while above - below > 1:
        dial = (below + above) // 2
        file = tolerant(lambda at: coder.encode(original, at), dial)
        if file is not None and len(file) <= MOST:
            best, below = Full(file, dial), dial
        else:
            above = dial
    return best
