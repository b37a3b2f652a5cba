"""A picture before and after something was done to it, and what that took away, side by side."""

from dataclasses import replace

import numpy as np
from PIL import Image

from pochade.images.base.picture import WHITE, Array, Picture
from pochade.images.geometry.resize import SPARE, shrunk
from pochade.images.metadata.icc import to_srgb
from pochade.images.render.contact_sheet import jpeg

WIDEST = HIGHEST = 2400  # pixels of the sheet
GAP = 8  # pixels of white between two
QUALITY = 90
MIDDLE = 128  # of 255: nothing was taken away
SHOWN = 100  # levels that a strong difference is drawn with
STRONG = 99.5  # percent of the differences are weaker
STRONGEST_GAIN = 8.0
BAND_PIXELS = 200_000  # that are laid on paper at once: of 16 bits they take forty bytes each


def before_after(before: Picture, after: Picture) -> bytes:
    """Three panels as a JPEG: before, after, and what was removed, amplified about mid grey.

    What was darker than what is there now is drawn dark. Weak differences are amplified up to eight times; strong ones
    less, so that they can be told from each other. Both are made small first: nothing is drawn that nobody sees.

    Args:
        before: The picture as it was.
        after: The same size.
    """
    panels = [panel(before), panel(after)]  # (h, w, 3) each
    panels.append(amplified(panels[0].astype(np.float32) - panels[1]))
    gap = np.full((panels[0].shape[0], GAP, 3), WHITE, np.uint8)
    return jpeg(np.hstack([panels[0], gap, panels[1], gap, panels[2]]), QUALITY)


def panel(picture: Picture) -> Array:
    """A picture on white paper, (h, w, 3) uint8 in sRGB, so small that three are one sheet."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, (WIDEST - 2 * GAP) // 3 / width, HIGHEST / height)
    small = shrunk(reduced(picture, max(1, int(1 / scale) // SPARE)), max(1, int(max(width, height) * scale)))
    return np.asarray(to_srgb(small, picture.icc)[0].convert("RGB"))


def reduced(picture: Picture, factor: int) -> Image.Image:
    """Every block of factor x factor pixels as one, (H, W, 3) on white; band by band, so that no copy is large."""
    height, width = picture.pixels.shape[:2]
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = max(1, BAND_PIXELS // (width * factor)) * factor
    for top in range(0, height, rows):
        band = Image.fromarray(part_of(picture, slice(top, top + rows)).on_paper())
        small.paste(band.reduce(factor), (0, top // factor))
    return small


def part_of(picture: Picture, rows: slice) -> Picture:
    """Some rows of a picture."""
    return replace(picture, pixels=picture.pixels[rows], alpha=None if picture.alpha is None else picture.alpha[rows])


def amplified(removed: Array) -> Array:
    """Differences as a picture (H, W, 3) uint8, mid grey where there are none."""
    strong = float(np.percentile(np.abs(removed), STRONG))
    gain = float(np.clip(SHOWN / max(strong, 1e-6), 1.0, STRONGEST_GAIN))
    return (MIDDLE + removed * gain).clip(0, 255).astype(np.uint8)
