"""Restored AVIF: a small AVIF, any viewer's, and a net that undoes what it lost. The piece comes back as a PNG.

    original ─►┤AVIF├─► the entry ─►┤decoded, enlarged├─►┤Mender├─► what is judged, and what `extract` gives

The entry holds everything but the net, which the archive has once.
"""

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.codecs.av1_frames import as_avif
from pochade.images.codecs.lossless import MOST_BYTES, MOST_PIXELS
from pochade.images.codecs.lossy import AVIF, LossyCodec, Original, QualityJudge, xmp_in
from pochade.images.codecs.thumbnail_codec import LOOKED_AT, enlarged
from pochade.images.io.encode import png
from pochade.images.io.identify import header_of
from pochade.images.io.read import picture_in

if TYPE_CHECKING:  # torch is heavy: only who restores loads it
    from pochade.models.artifact_remover import ArtifactRemover

FRAME, RESTORED_FRAME = "av1", "av1-restored"  # an AVIF's frame alone, as previews are, and of one that a net redraws
RESTORED = LossyCodec("avif-restored", AVIF.encode, AVIF.best, at_70=34, at_90=80)
Shape = tuple[int, int, int, int]  # height, width, channels, bits


class RestoredJudge(QualityJudge):
    """Judges AVIFs by what the net makes of them.

    Args:
        original: What they were made of.
        mender: The net.
    """

    def __init__(self, original: Original, mender: "ArtifactRemover") -> None:
        super().__init__(original)
        self.mender = mender

    def picture(self, content: bytes, dial: int) -> Picture:
        """What comes back of an AVIF of that quality."""
        return redrawn(super().picture(content, dial), self.mender, (dial,))


def restored_picture(content: bytes, mender: "ArtifactRemover", told: tuple[int, ...], shape: Shape) -> Picture:
    """What comes back of an entry.

    Args:
        content: The AVIF.
        mender: The net.
        told: How it was coded; see `Mender.mended`.
        shape: Of the picture that comes back; the AVIF may be smaller.
    """
    source = Source(io.BytesIO(content), "the entry", len(content), MOST_BYTES)
    header = header_of(source)
    is_small = (header.height, header.width) != shape[:2]
    if (header.format, header.depth) != ("AVIF", 8) or header.height * header.width > MOST_PIXELS:
        raise ValueError(f"it is a picture of the format {header.format} of {header.depth} bits")
    if is_small and max(shape[:2]) > LOOKED_AT:
        raise ValueError(f"it is {header.width} x {header.height}, and only previews are enlarged")
    picture = picture_in(source)
    if is_small:
        picture = replace(picture, pixels=enlarged(picture.pixels, shape[0], shape[1]), alpha=None)
    return redrawn(picture, mender, told)


def redrawn(picture: Picture, mender: "ArtifactRemover", told: tuple[int, ...]) -> Picture:
    """A decoded picture without its coder's losses; one in greys stays so."""
    grey = picture.pixels.shape[-1] == 1
    colours = mender.mended(np.ascontiguousarray(np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3))), told)
    mixed = ((colours.sum(2, keepdims=True, dtype=np.uint16) + 1) // 3).astype(np.uint8) if grey else colours
    return replace(picture, pixels=mixed)


def png_again(coder: str, content: bytes, mender: "ArtifactRemover", told: tuple[int, ...], shape: Shape) -> bytes:
    """The PNG that an entry comes back as, with the AVIF's profile, EXIF, XMP and dots per inch.

    Args:
        coder: Who made the entry: what it holds is an AVIF, or its frame alone.
        content: The entry's.
        mender: The net.
        told: As for `restored_picture`.
        shape: As for it.
    """
    avif = as_avif(content) if coder == RESTORED_FRAME else content
    return png(restored_picture(avif, mender, told, shape), xmp_in(avif))


@cache
def mender_in(path: Path) -> "ArtifactRemover":
    """The net of a file, loaded once in each process."""
    from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  torch

    return ArtifactRemover(path.read_bytes())
