"""From what one format's reader gives to what everybody gets: a whole `Picture`, or a `Preview`."""

# the numbers are the format's own

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header, Picture, Preview
from pochade.images.geometry.resize import bands, fitting, on_white, plain, shrunk
from pochade.images.metadata.exif import orientation_of, upright, with_prefix
from pochade.images.metadata.icc import to_srgb

CMYK_NOTE = "its CMYK became RGB"
MIRRORED = {2, 4, 5, 7}
QUARTER_TURNS = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}  # against the clock, after mirroring


@dataclass(frozen=True)
class Raw:
    """Pixels as they lie in a file, not turned yet, and what goes with them."""

    image: Image.Image  # 8 bits, of any of Pillow's modes; perhaps not decoded yet
    deep: Array | None = None  # (H, W, 1 to 4) uint16, straight alpha last; then the image isn't looked at
    orientation: int = 1
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, image: Image.Image, **changes: Any) -> "Raw":
        """What Pillow found beside the pixels, with its `orientation` from the EXIF unless it is given."""
        exif = with_prefix(image.info.get("exif"))
        raw = cls(
            image,
            orientation=orientation_of(exif),
            icc=image.info.get("icc_profile") or None,
            exif=upright(exif),
            dpi=sensible_dpi(image.info.get("dpi")),
        )
        return replace(raw, **changes)


def sensible_dpi(dpi: Any) -> tuple[float, float] | None:
    """Dots per inch across and down; None unless both are positive numbers."""
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return (across, down) if 0 < across < math.inf and 0 < down < math.inf else None


def turned(array: Array, orientation: int) -> Array:
    """Rows and columns (H, W, …) as they are to be seen, by EXIF's numbers 1 to 8."""
    if orientation in MIRRORED:
        array = array[:, ::-1]
    return np.ascontiguousarray(np.rot90(array, QUARTER_TURNS[orientation]))


def deep_as_image(deep: Array) -> Image.Image:
    """16 bits as an 8-bit image: L, LA, RGB or RGBA."""
    values = (deep >> 8).astype(np.uint8)  # (H, W, C)
    return Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)


def preview_of(raw: Raw, header: Header, side: int) -> Preview:
    """The small one: shrunk, then turned, then its colours made sRGB, then laid on white paper."""
    image = raw.image if raw.deep is None else deep_as_image(raw.deep)
    small = shrunk(decoded(image, side), side)
    small, notes = small_in_srgb(small, raw.icc)
    return Preview(header, turned(on_white(small), raw.orientation), raw.notes + notes)


def decoded(image: Image.Image, side: int) -> Image.Image:
    """The image with its pixels read; a JPEG at a half, a quarter or an eighth of its size, where that is enough."""
    if image.format == "JPEG":
        width, height = fitting(*image.size, 2 * side)
        image.draft(None, (width, height))  # None keeps the mode
    image.load()
    return image


def small_in_srgb(small: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """L, RGB, CMYK, La or RGBa in sRGB's colours; alpha stays multiplied in."""
    if small.mode not in {"La", "RGBa"}:
        return to_srgb(small, icc)
    if not icc:
        return small, ()
    straight = small.convert("RGBA")
    colours, notes = to_srgb(straight.convert("L" if small.mode == "La" else "RGB"), icc)
    straight.paste(colours.convert("RGB"))
    straight.putalpha(small.getchannel(len(small.getbands()) - 1))
    return straight.convert("RGBa"), notes


def picture_of(raw: Raw, header: Header) -> Picture:
    """The whole one at full depth, turned upright, CMYK made RGB."""
    pixels, alpha, icc, notes = straight(raw)
    pixels = turned(pixels, raw.orientation)
    alpha = None if alpha is None else turned(alpha, raw.orientation)
    header = replace(header, has_alpha=alpha is not None)
    return Picture(header, pixels, alpha, icc, raw.exif, raw.dpi, raw.notes + notes)


def straight(raw: Raw) -> tuple[Array, Array | None, bytes | None, tuple[str, ...]]:
    """Colours (H, W, 1 or 3), alpha (H, W) or None, their profile, notes: of the whole picture, not turned yet."""
    if raw.deep is not None:
        colours = raw.deep.shape[-1] - 1 + raw.deep.shape[-1] % 2  # 1, 2, 3, 4 channels hold 1, 1, 3, 3 colours
        alpha = raw.deep[..., -1] if raw.deep.shape[-1] % 2 == 0 else None
        return raw.deep[..., :colours], alpha, raw.icc, ()
    raw.image.load()
    if raw.image.mode != "CMYK":
        pixels, alpha = planes(raw.image)
        return pixels, alpha, raw.icc, ()
    pixels, notes = cmyk_as_rgb(raw.image, raw.icc)
    return pixels, None, None, (CMYK_NOTE, *notes)


def planes(image: Image.Image) -> tuple[Array, Array | None]:
    """Colours and alpha of a decoded image, copied band by band: Pillow's own way needs the memory three times."""
    channels = np.asarray(plain(image.crop((0, 0, 1, 1)))).reshape(-1).size
    colours = channels - 1 + channels % 2
    pixels = np.empty((image.height, image.width, colours), np.uint8)
    alpha = np.empty((image.height, image.width), np.uint8) if channels % 2 == 0 else None
    for top, band in bands(image):
        values = np.asarray(plain(band)).reshape(-1, image.width, channels)  # (rows, W, C)
        pixels[top : top + len(values)] = values[..., :colours]
        if alpha is not None:
            alpha[top : top + len(values)] = values[..., -1]
    return pixels, alpha


def cmyk_as_rgb(image: Image.Image, icc: bytes | None) -> tuple[Array, tuple[str, ...]]:
    """A CMYK image's colours in sRGB, (H, W, 3) uint8, and notes."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    notes: tuple[str, ...] = ()
    for top, band in bands(image):
        converted, notes = to_srgb(band, icc)
        pixels[top : top + band.height] = np.asarray(converted)
    return pixels, notes
