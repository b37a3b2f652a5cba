"""Shrink large pictures quickly: every pixel counts by its area, and the colours of transparent pixels don't bleed.

A picture is processed in bands of rows, so that only one band is in memory beside the decoded picture (a drawing of 168
megapixels takes 0.7 GB by itself). First, blocks of pixels are averaged. Then one antialiased step leads to the exact
size. Colours are multiplied by alpha before averaging; the small result is laid on white, which costs little.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from pochade.images.base.ground import WHITE_GROUND, Ground, choose_ground
from pochade.images.base.picture import Array

BAND_PIXELS = 1_000_000
MIN_LAST_REDUCTION = 2  # the factor by which the last, antialiased step shrinks at least, for good quality
_PREVIEW_RATIO = 4  # the shorter side of a preview has at least this fraction of the side asked for
_MAX_STRIP_FACTOR = 16  # by which the longer side of a preview may exceed the side asked for
_MAX_STRIP_SIDE = 16_000  # pixels of the longer side of a preview that exceeds it
_OPAQUE_MODES = ("L", "RGB", "CMYK")


def fitted_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Scale width and height down until the longer of them is `side`; a smaller picture keeps its size."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def preview_side(width: int, height: int, side: int) -> int:
    """The longest side of a preview that is asked for with `side`: longer for strips, or nothing could be seen in them.

    Args:
        width: Of the whole picture, in pixels.
        height: Of the whole picture, in pixels.
        side: Pixels of the longest side of a picture that is no strip.

    Returns:
        So many pixels that the shorter side has a quarter of `side`, but at most 16 times `side`, and 16,000.
    """
    ratio = max(width, height) / max(1, min(width, height))
    wished = min(round(side / _PREVIEW_RATIO * ratio), _MAX_STRIP_FACTOR * side, _MAX_STRIP_SIDE)
    return max(side, wished)


def shrink(image: Image.Image, side: int) -> Image.Image:
    """Shrink a decoded picture until its longest side is at most `side` pixels.

    Returns:
        An image of mode L, RGB or CMYK, or La or RGBa with colours multiplied by alpha.
    """
    size = fitted_size(*image.size, side)
    factor = max(1, max(image.size) // (MIN_LAST_REDUCTION * side))
    small = _average_blocks(image, factor)
    if small.size == size:
        return small
    box = (0.0, 0.0, image.width / factor, image.height / factor)  # the last block may lie partly outside
    return small.resize(size, Image.Resampling.HAMMING, box)


def _average_blocks(image: Image.Image, factor: int) -> Image.Image:
    """Average blocks of factor x factor pixels, band by band."""
    height = -(-image.height // factor)
    small: Image.Image | None = None
    for top, band in row_bands(image, factor):
        part = _premultiply(band)
        part = part.reduce(factor) if factor > 1 else part
        if part.height == height:
            return part
        small = small or Image.new(part.mode, (part.width, height))
        small.paste(part, (0, top // factor))
    assert small is not None  # a picture has at least one row
    return small


def row_bands(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Divide an image into bands of rows from top to bottom, each of about `BAND_PIXELS`.

    Args:
        image: Any decoded image.
        factor: The height of every band except the last is a multiple of this number.

    Yields:
        The number of a band's first row, and the band.
    """
    rows = max(1, BAND_PIXELS // (image.width * factor)) * factor
    if rows >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _premultiply(band: Image.Image) -> Image.Image:
    """Convert an image of any mode to L, RGB, CMYK, La or RGBa."""
    band = to_basic_mode(band)
    return band.convert("RGBa") if band.mode == "RGBA" else band.convert("La") if band.mode == "LA" else band


def to_basic_mode(band: Image.Image) -> Image.Image:
    """Convert an image of any mode to 8-bit L, LA, RGB, RGBA or CMYK, with palettes and colour keys resolved."""
    if band.mode in {"RGBa", "La"}:
        return band.convert(band.mode.upper())
    transparent = band.has_transparency_data
    if band.mode in _OPAQUE_MODES and not transparent:
        return band
    if band.mode in {"LA", "RGBA"}:
        return band
    if band.mode.startswith("I;16"):
        band = Image.fromarray((np.asarray(band) >> 8).astype(np.uint8))
    if band.mode in {"1", "L"}:
        return band.convert("LA" if transparent else "L")
    return band.convert("RGBA" if transparent else "RGB")


def flatten(small: Image.Image) -> tuple[Array, Ground]:
    """Lay a shrunk picture on the ground on which it can be seen.

    Args:
        small: As `shrink` returns it, but not CMYK.

    Returns:
        Colours (h, w, 3) uint8, and the ground under them.
    """
    if small.mode not in {"La", "RGBa"}:
        return np.array(small.convert("RGB")), WHITE_GROUND
    straight = np.asarray(small.convert(small.mode.upper()))  # (h, w, 2 or 4)
    ground = choose_ground(straight[..., :-1], straight[..., -1])
    values = np.asarray(small)  # (h, w, 2 or 4), colours already multiplied by alpha
    paper = (255 - values[..., -1:]) * np.array(ground.colour, np.uint16)  # (h, w, 3): at most 255 * 255
    colours = values[..., :-1].astype(np.uint16) + (paper + np.uint16(127)) // np.uint16(255)
    return np.minimum(colours, 255).astype(np.uint8), ground
