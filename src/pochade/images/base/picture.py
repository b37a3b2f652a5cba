"""The result of reading a file: a header, which costs no pixel memory, then a whole picture or a small preview."""

from dataclasses import dataclass
from typing import Literal

from pochade.images.base.ground import choose_ground
from pochade.images.base.hdr import CodePoints, map_hdr_to_srgb
from pochade.images.base.icc import convert_pixels_to_srgb
from pochade.images.base.pixel_values import (
    WHITE,
    Array,
    Colour,
    lay_on_colour,
    stretch_to_16_bit,
    to_8_bit,
    unit_floats_to_16_bit,
)

__all__ = [
    "WHITE",
    "Array",
    "Colour",
    "Header",
    "Picture",
    "Preview",
    "stretch_to_16_bit",
    "to_8_bit",
    "unit_floats_to_16_bit",
]


@dataclass(frozen=True)
class Header:
    """What a file states about its picture, known before any pixel is allocated.

    Some formats hold only a preview of their canvas (KRZ, CLIP, PROCREATE, DNG). Their width and height are those of
    the canvas if the file states them; the decoded picture is smaller, and its notes say so. An SVG or PDF has no size
    in pixels; its width and height are those at which it is rendered.
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
    icc: bytes | None  # the ICC profile of the pixels; None means sRGB, unless `hdr` says otherwise
    exif: bytes | None  # starts with "Exif\0\0", as Pillow's writers expect
    dpi: tuple[float, float] | None  # across, down
    notes: tuple[str, ...]  # what a person should know, as clauses such as "its colour profile is broken"
    hdr: CodePoints | None = None  # only of PQ and HLG pixels, which no profile describes

    def srgb(self, ground: Colour | Literal["auto"] = "auto") -> Array:
        """Show the picture as a colour-managed viewer does: its colours in sRGB, upright, on a ground.

        Pictures of high dynamic range are tone-mapped: light above that of white paper is compressed.

        Args:
            ground: The colour under transparent pixels, 0 to 255 per channel. "auto" is white, or a grey if the picture
                couldn't be seen on white.

        Returns:
            (H, W, 3) uint8.
        """
        colours = self._colours_in_srgb()
        alpha = None if self.alpha is None else to_8_bit(self.alpha)
        return lay_on_colour(colours, alpha, choose_ground(colours, alpha).colour if ground == "auto" else ground)

    def _colours_in_srgb(self) -> Array:
        """(H, W, 1) or (H, W, 3) uint8, not multiplied by alpha."""
        if self.hdr is not None:
            return map_hdr_to_srgb(self.pixels, self.hdr)
        return convert_pixels_to_srgb(self.pixels, self.icc)

    def on_paper(self, colour: Colour = WHITE) -> Array:
        """Lay the numbers of the pixels on paper of one colour, without any colour conversion; see `srgb`.

        Args:
            colour: The paper, 0 to 255 per channel.

        Returns:
            (H, W, 3) uint8.
        """
        return lay_on_colour(to_8_bit(self.pixels), None if self.alpha is None else to_8_bit(self.alpha), colour)


@dataclass(frozen=True)
class Preview:
    """A small picture for screens and models."""

    header: Header
    pixels: Array  # (h, w, 3) uint8, sRGB on white paper; on grey if it can't be seen on white
    notes: tuple[str, ...]  # as in `Picture`
    cutout: Array | None = None  # (h, w, 4) uint8, sRGB and straight alpha, if it was asked for and has transparency
