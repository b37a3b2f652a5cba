"""A picture before and after something was done to it, and what that took away, side by side."""

import numpy as np
from PIL import Image

from pochade.images.colour import to_srgb
from pochade.images.picture import WHITE, Array, Picture
from pochade.images.sheet import jpeg
from pochade.images.shrink import shrunk

WIDEST = HIGHEST = 2400  # pixels of the sheet
GAP = 8  # pixels of white between two
QUALITY = 90
MIDDLE = 128  # of 255: nothing was taken away
SHOWN = 100  # levels that a strong difference is drawn with
STRONG = 99.5  # percent of the differences are weaker
STRONGEST_GAIN = 8.0


def before_after(before: Picture, after: Picture, removed: Array) -> bytes:
    """Three panels as a JPEG: before, after, and what was removed, amplified about mid grey.

    What was darker than what is there now is drawn dark. Weak differences are amplified up to eight times; strong ones
    less, so that they can be told from each other.

    Args:
        before: The picture as it was.
        after: The same size.
        removed: (H, W, 3), before less after, in levels of 8 bits.
    """
    panels = [panel(before.on_paper(), before.icc), panel(after.on_paper(), after.icc), panel(amplified(removed), None)]
    width, height = panels[0].size
    sheet = Image.new("RGB", (3 * width + 2 * GAP, height), WHITE)
    for number, image in enumerate(panels):
        sheet.paste(image, (number * (width + GAP), 0))
    return jpeg(np.asarray(sheet), QUALITY)


def panel(pixels: Array, icc: bytes | None) -> Image.Image:
    """Pixels (H, W, 3) small enough that three are one sheet, in sRGB."""
    height, width = pixels.shape[:2]
    scale = min(1.0, (WIDEST - 2 * GAP) // 3 / width, HIGHEST / height)
    small = shrunk(Image.fromarray(pixels), max(1, int(max(width, height) * scale)))
    return to_srgb(small, icc)[0].convert("RGB")


def amplified(removed: Array) -> Array:
    """Differences as a picture (H, W, 3) uint8, mid grey where there are none."""
    strong = float(np.percentile(np.abs(removed), STRONG))
    gain = float(np.clip(SHOWN / max(strong, 1e-6), 1.0, STRONGEST_GAIN))
    return (MIDDLE + removed * gain).clip(0, 255).astype(np.uint8)
