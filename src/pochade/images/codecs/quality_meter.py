"""How close an encoded picture looks to its original: SSIMULACRA2 of the decoded file."""

import io
from dataclasses import replace

import numpy as np

from pochade.images.base.picture import Array, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.codecs.lossy import Original
from pochade.images.io.read import picture_from_source
from pochade.images.quality.ssimulacra2 import ssimulacra2

OPAQUE = 255  # alpha
DARK_BACKGROUND_LEVEL, LIGHT_BACKGROUND_LEVEL = 26, 230  # grey levels behind transparent pixels


class QualityMeter:
    """Measures how close encoded files look to one original.

    Args:
        original: The picture that was encoded.
    """

    def __init__(self, original: Original) -> None:
        self.original = original.picture
        self._renderings = render_on_backgrounds(self.original)

    def decode(self, content: bytes, quality: int) -> Picture:  # noqa: ARG002  subclasses use the quality
        """Decode an encoded file. Subclasses may restore the picture, depending on the quality."""
        return picture_from_source(Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES))

    def score(self, content: bytes, quality: int = 0) -> float:
        """SSIMULACRA2 of an encoded file. A picture with alpha is scored on two backgrounds; the lower score counts.

        Args:
            content: The encoded file.
            quality: The quality at which it was encoded.

        Raises:
            ValueError: Its alpha differs from the original's.
        """
        picture = self.decode(content, quality)
        alpha = None if picture.alpha is None or (picture.alpha == OPAQUE).all() else picture.alpha
        if not _is_same_alpha(alpha, self.original.alpha):
            raise ValueError("its alpha differs from the original's")
        renderings = render_on_backgrounds(replace(picture, alpha=alpha))
        pairs = zip(self._renderings, renderings, strict=True)
        return min(ssimulacra2(original, decoded) for original, decoded in pairs)


def render_on_backgrounds(picture: Picture) -> list[Array]:
    """Render a picture on a light background, and if it has alpha also on a dark one: (H, W, 3) uint8 each, in sRGB."""
    levels = (LIGHT_BACKGROUND_LEVEL,) if picture.alpha is None else (DARK_BACKGROUND_LEVEL, LIGHT_BACKGROUND_LEVEL)
    return [picture.srgb((grey, grey, grey)) for grey in levels]


def _is_same_alpha(alpha: Array | None, other: Array | None) -> bool:
    return alpha is other or (alpha is not None and other is not None and np.array_equal(alpha, other))
