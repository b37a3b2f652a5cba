"""A picture on its way to a file of a thousand bytes, at the size at which its previews are looked at."""

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MOST_BYTES
from pochade.images.codecs.lossy import Original
from pochade.images.io.read import preview_in
from pochade.images.quality.ssimulacra2 import ssimulacra2

LOOKED_AT = 512  # pixels of the longer side at which a preview is compared with the picture; fewer where it has fewer


class Miniature:
    """A picture as it looks small: upright, in sRGB, on white paper, whatever it was before.

    Args:
        content: Any picture's file; of an animation, the first frame. A library's exceptions go through.
    """

    def __init__(self, content: bytes) -> None:
        shown = preview_in(Source(io.BytesIO(content), "the file", len(content), MOST_BYTES), LOOKED_AT)
        self.header, self.pixels = shown.header, shown.pixels  # (h, w, 3) uint8

    def at(self, side: int) -> Original:
        """With its longer side that many pixels, and nothing beside them, for a coder."""
        height, width = (max(1, round(one * side / self.longest)) for one in self.pixels.shape[:2])
        small = Image.fromarray(self.pixels).resize((width, height), Image.Resampling.LANCZOS)
        return Original(bare(np.asarray(small)), None)

    @property
    def longest(self) -> int:
        """Pixels of the longer side."""
        return max(self.pixels.shape[:2])

    def shown_again(self, content: bytes) -> Array:
        """A preview's file as large as this, (h, w, 3) uint8: enlarged by cubic splines, as viewers do."""
        small = preview_in(Source(io.BytesIO(content), "the entry", len(content), MOST_BYTES), LOOKED_AT).pixels
        return enlarged(small, *self.pixels.shape[:2])

    def score(self, content: bytes) -> float:
        """SSIMULACRA2 of a preview's file at this size."""
        return ssimulacra2(self.pixels, self.shown_again(content))


def enlarged(pixels: Array, height: int, width: int) -> Array:
    """Pixels (h, w, 3) uint8 at another size, by cubic splines."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def bare(pixels: Array) -> Picture:
    """Pixels (h, w, 3) uint8 in sRGB as a picture of which nothing else is known."""
    height, width, channels = pixels.shape
    header = Header("PNG", width, height, 8, channels, has_alpha=False, frames=1)
    return Picture(header, pixels, None, None, None, None, ())
