"""Large pictures made small quickly: every pixel counts by its area, and transparent ones don't bleed.

A picture is gone through in bands of rows, each averaged in whole blocks of pixels, so that beside the decoded picture
only a band is ever in memory (a drawing of 168 megapixels takes 0.7 GB by itself). Then one antialiased step leads to
the exact size. Alpha is multiplied in before averaging and laid on paper at the small size, where it costs little.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array

BAND_PIXELS = 1_000_000
SPARE = 2  # the blocks leave at least twice the size asked for; the last step needs that to be good
PLAIN = ("L", "RGB", "CMYK")


def fitting(width: int, height: int, side: int) -> tuple[int, int]:
    """The size in which the longest side is `side`; the same size when it isn't longer."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """A decoded picture with its longest side at most `side`; L, RGB, CMYK, or La or RGBa with alpha multiplied in."""
    size = fitting(*image.size, side)
    factor = max(1, max(image.size) // (SPARE * side))
    small = in_blocks(image, factor)
    if small.size == size:
        return small
    box = (0.0, 0.0, image.width / factor, image.height / factor)  # the last block may be partly outside
    return small.resize(size, Image.Resampling.HAMMING, box)


def in_blocks(image: Image.Image, factor: int) -> Image.Image:
    """Every block of factor x factor pixels as one, band by band."""
    height = -(-image.height // factor)
    small: Image.Image | None = None
    for top, band in bands(image, factor):
        part = multiplied(band)
        part = part.reduce(factor) if factor > 1 else part
        if part.height == height:
            return part
        small = small or Image.new(part.mode, (part.width, height))
        small.paste(part, (0, top // factor))
    assert small is not None  # a picture has at least one row
    return small


def bands(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Rows of the picture from top to bottom, a multiple of `factor` of them at a time, with the first one's number."""
    rows = max(1, BAND_PIXELS // (image.width * factor)) * factor
    if rows >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def multiplied(band: Image.Image) -> Image.Image:
    """Any mode as L, RGB, CMYK, La or RGBa."""
    band = plain(band)
    return band.convert("RGBa") if band.mode == "RGBA" else band.convert("La") if band.mode == "LA" else band


def plain(band: Image.Image) -> Image.Image:
    """Any mode as L, LA, RGB, RGBA or CMYK, 8 bits; palettes and single transparent colours are looked up."""
    if band.mode in {"RGBa", "La"}:
        return band.convert(band.mode.upper())
    see_through = band.has_transparency_data
    if band.mode in PLAIN and not see_through:
        return band
    if band.mode in {"LA", "RGBA"}:
        return band
    if band.mode.startswith("I;16"):
        band = Image.fromarray((np.asarray(band) >> 8).astype(np.uint8))
    if band.mode in {"1", "L"}:
        return band.convert("LA" if see_through else "L")
    return band.convert("RGBA" if see_through else "RGB")


def on_white(small: Image.Image) -> Array:
    """A small picture on white paper, (h, w, 3) uint8."""
    if small.mode not in {"La", "RGBa"}:
        return np.array(small.convert("RGB"))
    values = np.asarray(small)  # (h, w, 2 or 4), colours already multiplied by alpha
    paper = values[..., :-1].astype(np.uint16) + (255 - values[..., -1:])
    return np.ascontiguousarray(np.broadcast_to(np.minimum(paper, 255), (*values.shape[:2], 3)).astype(np.uint8))
