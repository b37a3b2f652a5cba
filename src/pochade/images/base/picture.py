"""What a read file gives: a header before any pixel is allocated, then a picture, or a small preview of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # its shape and type stand in a comment beside it
Colour = tuple[int, int, int]

WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Header:
    """What a file says of its picture; costs no pixel.

    Where a file holds only a preview of its canvas (KRZ, CLIP, PROCREATE), width and height are the canvas's when the
    file tells them, and the pixels are fewer; the picture's notes say so. An SVG has no pixels of its own: its size
    is the one that it is drawn at, 1024 on the longest side.
    """

    format: str  # PNG, APNG, JPEG, WebP, AVIF, JPEG XL, HEIC, GIF, BMP, TIFF, PSD, PSB, KRA, KRZ, ORA, CLIP, ...
    width: int  # after orientation is applied
    height: int  # after orientation is applied
    depth: int  # bits a channel in the file: 1 to 64; a palette counts as 8
    channels: int  # of colour in the file, without alpha: 1, 3, or 4 for CMYK
    has_alpha: bool
    frames: int  # 1 but for animations, and TIFFs of several pages
    own_profile: bool = False  # of JPEG XL alone: whether its colours may be others than sRGB's


@dataclass(frozen=True)
class Picture:
    """A whole picture, with all that must survive when it is written again.

    Up to 8 bits a channel become uint8, more become uint16 over its whole range (a 10-bit 1023 is 65535). Alpha is
    straight: the colours aren't multiplied by it. Orientation is applied, and the EXIF's own tag says so.
    """

    header: Header
    pixels: Array  # (H, W, 1) or (H, W, 3), uint8 or uint16
    alpha: Array | None  # (H, W), of the pixels' type; 0 is transparent
    icc: bytes | None  # the profile that the pixels are in; None means sRGB
    exif: bytes | None  # begins with "Exif\0\0", as Pillow's writers want it
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]  # what a person should know: each a clause such as "its colour profile is broken"

    def on_paper(self, colour: Colour = WHITE) -> Array:
        """The picture as it looks on paper of one colour, (H, W, 3) uint8, without any colour conversion."""
        pixels = eight_bit(np.broadcast_to(self.pixels, (*self.pixels.shape[:2], 3)))  # (H, W, 3)
        if self.alpha is None:
            return pixels
        cover = eight_bit(self.alpha)[..., None].astype(np.uint16)  # (H, W, 1)
        mixed = pixels * cover + np.array(colour, np.uint16) * (255 - cover)  # at most 255 * 255: fits
        return ((mixed + np.uint16(127)) // 255).astype(np.uint8)


@dataclass(frozen=True)
class Preview:
    """A small picture to look at and to learn from."""

    header: Header
    pixels: Array  # (h, w, 3) uint8, sRGB on white paper
    notes: tuple[str, ...]


def eight_bit(values: Array) -> Array:
    """Of uint8 or uint16 values, the nearest in 8 bits; a copy."""
    if values.dtype == np.uint8:
        return values.copy()
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
