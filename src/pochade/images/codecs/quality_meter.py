"""How close an encoded picture looks to its original, once a viewer has decoded it."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.codecs.lossy import Original
from pochade.images.io.read import picture_from_source
from pochade.images.metadata.icc import convert_to_srgb
from pochade.images.quality.ssimulacra2 import ssimulacra2

OPAQUE = 255
DARK_GROUND, LIGHT_GROUND = 26, 230  # grey levels behind transparent pixels when pictures are compared


class QualityMeter:
    """Measures how close encoded files look to one original.

    Args:
        original: The picture that was encoded.
    """

    def __init__(self, original: Original) -> None:
        self.original = original.picture
        self._renderings = render_on_grounds(self.original)

    def decode(self, content: bytes, quality: int) -> Picture:  # noqa: ARG002  subclasses use the quality
        """Decode an encoded file. Subclasses may undo the codec's losses, which depend on its quality."""
        return picture_from_source(Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES))

    def score(self, content: bytes, quality: int = 0) -> float:
        """SSIMULACRA2 of an encoded file. A picture with alpha is scored on two grounds; the lower score counts.

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
        renderings = render_on_grounds(replace(picture, alpha=alpha))
        pairs = zip(self._renderings, renderings, strict=True)
        return min(ssimulacra2(original, decoded) for original, decoded in pairs)


def render_on_grounds(picture: Picture) -> list[Array]:
    """Render a picture on a light ground, and one with alpha on a dark ground too: each (H, W, 3) uint8 in sRGB."""
    colours = picture.pixels[..., 0] if picture.pixels.shape[-1] == 1 else picture.pixels
    image, _ = convert_to_srgb(Image.fromarray(np.ascontiguousarray(colours)), picture.icc)
    in_srgb = replace(picture, pixels=np.asarray(image.convert("RGB")))
    grounds = (LIGHT_GROUND,) if picture.alpha is None else (DARK_GROUND, LIGHT_GROUND)
    return [in_srgb.on_paper((grey, grey, grey)) for grey in grounds]


def _is_same_alpha(alpha: Array | None, other: Array | None) -> bool:
    return alpha is other or (alpha is not None and other is not None and np.array_equal(alpha, other))
