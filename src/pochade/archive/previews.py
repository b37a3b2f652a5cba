"""The file of a thousand bytes that shows most of a picture: how far it is shrunk, who codes it, how well."""

from pochade.archive.searching import Tried
from pochade.archive.tolerance import tolerant
from pochade.images.lossy_coders import AVIF, WEBP, Coder, Original
from pochade.images.miniature import Miniature

MOST = 1000  # bytes
SIDES = (64, 96, 128, 192, 256, 384, 512)  # pixels of the longer side
CODERS = (AVIF, WEBP)  # JPEG XL was hardly ever the best of three: docs/log.md, 2026-11-24


def preview_of(content: bytes) -> Tried | None:
    """A picture's best preview by SSIMULACRA2; None where no coder makes one so small.

    It is compared at 512 pixels a side, enlarged: what is shrunk more can be coded better, and each picture has its own
    best between. A library's exceptions go through.

    Args:
        content: Any picture's file.
    """
    picture = Miniature(content)
    sides = [side for side in SIDES if side < picture.longest]
    sides += [picture.longest] if picture.longest <= max(SIDES) else []
    best = None
    for original in map(picture.at, sides):
        for coder in CODERS:
            if (file := fullest(coder, original)) is not None:
                tried = Tried(file, coder.name, picture.score(file), picture.header.format)
                best = tried if best is None or tried.score > best.score else best
    return best


def fullest(coder: Coder, original: Original) -> bytes | None:
    """A coder's file at the highest dial at which it still has no more than a thousand bytes; None where none has."""
    best, below, above = None, -1, coder.best + 1
    while above - below > 1:
        dial = (below + above) // 2
        file = tolerant(lambda at: coder.encode(original, at), dial)
        if file is not None and len(file) <= MOST:
            best, below = file, dial
        else:
            above = dial
    return best
