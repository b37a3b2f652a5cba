"""The reference for previews of a picture: the picture itself, at the size at which people view previews."""

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.codecs.lossy import Original
from pochade.images.io.read import preview_from_source
from pochade.images.quality.ssimulacra2 import ssimulacra2

PREVIEW_SIDE = 512  # pixels: the longer side of the reference; smaller pictures are not enlarged


class PreviewReference:
    """A picture at preview size: upright, in sRGB, on white paper, or on grey if it can't be seen on white.

    Args:
        content: The bytes of a picture file. Of an animation, the first frame is used. Exceptions of the decoding
            library are not caught.
    """

    def __init__(self, content: bytes) -> None:
        source = Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)
        preview = preview_from_source(source, PREVIEW_SIDE)
        self.header, self.pixels = preview.header, _limit_side(preview.pixels)  # (h, w, 3) uint8

    def resize(self, side: int) -> Original:
        """Resize the picture to a longer side of `side` pixels, without metadata, ready to be encoded."""
        height, width = (max(1, round(length * side / self.longest)) for length in self.pixels.shape[:2])
        small = Image.fromarray(self.pixels).resize((width, height), Image.Resampling.LANCZOS)
        return Original(_picture_of(np.asarray(small)), None)

    @property
    def longest(self) -> int:
        """Pixels of the longer side."""
        return max(self.pixels.shape[:2])

    def decode(self, content: bytes) -> Array:
        """Decode a preview file, and enlarge it to the reference's size by bicubic interpolation: (h, w, 3) uint8."""
        source = Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES)
        small = preview_from_source(source, PREVIEW_SIDE).pixels
        return resize_bicubic(small, *self.pixels.shape[:2])

    def score(self, content: bytes) -> float:
        """SSIMULACRA2 of a preview file, enlarged to the reference's size."""
        return ssimulacra2(self.pixels, self.decode(content))


def resize_bicubic(pixels: Array, height: int, width: int) -> Array:
    """Resize pixels (h, w, 3) uint8 by bicubic interpolation."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def _limit_side(pixels: Array) -> Array:
    """Shrink pixels (h, w, 3) of a strip, which has a longer side than other small pictures."""
    longest = max(pixels.shape[:2])
    if longest <= PREVIEW_SIDE:
        return pixels
    height, width = (max(1, round(side * PREVIEW_SIDE / longest)) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def _picture_of(pixels: Array) -> Picture:
    height, width, channels = pixels.shape
    header = Header("PNG", width, height, 8, channels, has_alpha=False, frames=1)
    return Picture(header, pixels, None, None, None, None, ())
