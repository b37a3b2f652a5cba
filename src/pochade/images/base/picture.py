"""The result of reading a file: a header, which costs no pixel memory, then a whole picture or a small preview."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # shape and type are noted in a comment where an array is declared
Colour = tuple[int, int, int]

WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Header:
    """What a file states about its picture, known before any pixel is allocated.

    Some formats hold only a preview of their canvas (KRZ, CLIP, PROCREATE). Their width and height are those of the
    canvas if the file states them; the decoded picture is smaller, and its notes say so. An SVG has no size in pixels;
    its width and height are those at which it is rendered, 1024 pixels on the longest side.
    """

    format: str  # PNG, APNG, JPEG, WebP, AVIF, JPEG XL, HEIC, GIF, BMP, TIFF, PSD, PSB, KRA, KRZ, ORA, CLIP, ...
    width: int  # after the orientation is applied
    height: int  # after the orientation is applied
    depth: int  # bits per channel in the file: 1 to 64; a palette counts as 8
    channels: int  # colour channels in the file, without alpha: 1, 3, or 4 for CMYK
    has_alpha: bool
    frames: int  # more than 1 for animations and for TIFFs with several pages
    may_differ_from_srgb: bool = False  # only set for JPEG XL: whether its colours may differ from sRGB


@dataclass(frozen=True)
class Picture:
    """A whole picture and everything that must survive when it is written again.

    Channels of up to 8 bits become uint8; deeper ones become uint16, stretched to its full range (a 10-bit 1023
    becomes 65535). Alpha is straight: colours are not multiplied by it. The orientation is already applied, and the
    orientation tag in the EXIF is reset accordingly.
    """

    header: Header
    pixels: Array  # (H, W, 1) or (H, W, 3), uint8 or uint16
    alpha: Array | None  # (H, W), same type as the pixels; 0 is transparent
    icc: bytes | None  # the ICC profile of the pixels; None means sRGB
    exif: bytes | None  # starts with "Exif\0\0", as Pillow's writers expect
    dpi: tuple[float, float] | None  # across, down
    notes: tuple[str, ...]  # what a person should know, as clauses such as "its colour profile is broken"

    def on_paper(self, colour: Colour = WHITE) -> Array:
        """Lay the picture on paper of one colour, without any colour conversion.

        Args:
            colour: The paper, 0 to 255 per channel.

        Returns:
            (H, W, 3) uint8.
        """
        pixels = to_8_bit(np.broadcast_to(self.pixels, (*self.pixels.shape[:2], 3)))  # (H, W, 3)
        if self.alpha is None:
            return pixels
        opacity = to_8_bit(self.alpha)[..., None].astype(np.uint16)  # (H, W, 1)
        mixed = pixels * opacity + np.array(colour, np.uint16) * (255 - opacity)  # at most 255 * 255: fits
        return ((mixed + np.uint16(127)) // 255).astype(np.uint8)


@dataclass(frozen=True)
class Preview:
    """A small picture for screens and models."""

    header: Header
    pixels: Array  # (h, w, 3) uint8, sRGB on white paper
    notes: tuple[str, ...]  # as in `Picture`


def to_8_bit(values: Array) -> Array:
    """Round uint8 or uint16 values to uint8; always a copy."""
    if values.dtype == np.uint8:
        return values.copy()
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def unit_floats_to_16_bit(values: Array) -> Array:
    """Stretch floats from 0 to 1 to the full range of uint16; values outside are clipped, and NaN becomes 0."""
    return (np.nan_to_num(values.astype(np.float32)).clip(0, 1) * 65535 + 0.5).astype(np.uint16)


def stretch_to_16_bit(values: Array, depth: int) -> Array:
    """Stretch whole numbers of `depth` bits to the full range of uint16."""
    if values.dtype == np.uint16 and depth == 16:  # noqa: PLR2004
        return values
    full = (1 << depth) - 1
    return ((values.astype(np.uint32) * 65535 + full // 2) // full).astype(np.uint16)
