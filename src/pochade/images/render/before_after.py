"""Before and after: a picture, what it became, and what was removed, side by side."""

from dataclasses import replace

import numpy as np
from PIL import Image

from pochade.images.base.picture import WHITE, Array, Picture
from pochade.images.codecs.screen_encode import encode_compact_jpeg
from pochade.images.geometry.resize import MIN_LAST_REDUCTION, shrink

MAX_WIDTH = MAX_HEIGHT = 2400  # pixels of the whole drawing
PANEL_GAP = 8  # pixels of white between panels
JPEG_QUALITY = 90
MID_GREY = 128  # of 255; the panel's level where nothing was removed
STRONG_LEVELS = 100  # distance from mid grey at which a strong difference is drawn
STRONG_PERCENTILE = 99.5  # of the differences, which defines a strong one
MAX_GAIN = 8.0  # of differences
BAND_PIXELS = 200_000  # composited at once; with 16 bits per channel, each takes forty bytes


def draw_before_after(before: Picture, after: Picture) -> bytes:
    """Draw three panels as a JPEG: before, after, and what was removed, amplified around mid grey.

    Removed dark parts are drawn darker than mid grey. The gain is up to eight, and smaller if differences are strong,
    so that few of them are clipped. The pictures are shrunk before they are compared.

    Args:
        before: The picture before.
        after: The picture after, of the same size.
    """
    panels = [_draw_panel(before), _draw_panel(after)]  # (h, w, 3) each
    panels.append(amplify(panels[0].astype(np.float32) - panels[1]))
    gap = np.full((panels[0].shape[0], PANEL_GAP, 3), WHITE, np.uint8)
    return encode_compact_jpeg(np.hstack([panels[0], gap, panels[1], gap, panels[2]]), JPEG_QUALITY)


def _draw_panel(picture: Picture) -> Array:
    """Draw a picture on white, (h, w, 3) uint8 in sRGB, shrunk so that three panels fit side by side."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, (MAX_WIDTH - 2 * PANEL_GAP) // 3 / width, MAX_HEIGHT / height)
    factor = max(1, int(1 / scale) // MIN_LAST_REDUCTION)
    small = shrink(_reduce_on_paper(picture, factor), max(1, int(max(width, height) * scale)))
    return np.asarray(small)


def _reduce_on_paper(picture: Picture, factor: int) -> Image.Image:
    """Show a picture on white and average blocks of factor x factor pixels, band by band to save memory."""
    height, width = picture.pixels.shape[:2]
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = max(1, BAND_PIXELS // (width * factor)) * factor
    for top in range(0, height, rows):
        band = Image.fromarray(_crop_rows(picture, slice(top, top + rows)).srgb(WHITE))
        small.paste(band.reduce(factor), (0, top // factor))
    return small


def _crop_rows(picture: Picture, rows: slice) -> Picture:
    return replace(picture, pixels=picture.pixels[rows], alpha=None if picture.alpha is None else picture.alpha[rows])


def amplify(removed: Array) -> Array:
    """Draw differences in levels (H, W, 3) as a picture (H, W, 3) uint8 that is mid grey where there are none."""
    strong = float(np.percentile(np.abs(removed), STRONG_PERCENTILE))
    gain = float(np.clip(STRONG_LEVELS / max(strong, 1e-6), 1.0, MAX_GAIN))
    return (MID_GREY + removed * gain).clip(0, 255).astype(np.uint8)
