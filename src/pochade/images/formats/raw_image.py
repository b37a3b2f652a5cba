"""The raw image that the reader of a format returns, and how it becomes a `Picture` or a `Preview`."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.hdr import CodePoints, map_hdr_to_srgb
from pochade.images.base.icc import convert_pixels_to_srgb, convert_to_srgb, needs_depth
from pochade.images.base.picture import Array, Header, Picture, Preview, to_8_bit
from pochade.images.geometry.resize import fitted_size, flatten, row_bands, shrink, to_basic_mode
from pochade.images.metadata.colour_tags import ColourTags
from pochade.images.metadata.exif import add_exif_prefix, read_orientation, reset_orientation

CMYK_NOTE = "its CMYK became RGB"
OPAQUE = 255
GROUND_NOTE = "is shown on grey, because it can't be seen on white"
_GREY_MODES = {"1", "L", "LA", "La", "I", "I;16", "F"}
_MIRRORED_ORIENTATIONS = {2, 4, 5, 7}
_QUARTER_TURNS = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}  # by orientation: anticlockwise, after mirroring


@dataclass(frozen=True)
class RawImage:
    """Pixels as stored in a file, not yet turned upright, and their metadata."""

    image: Image.Image  # 8 bits, in any of Pillow's modes; may not be decoded yet
    deep: Array | None = None  # (H, W, 1 to 4) uint16, straight alpha last; replaces `image`
    orientation: int = 1  # as EXIF defines it
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    hdr: CodePoints | None = None  # of PQ and HLG pixels, whose colours have no profile

    @classmethod
    def from_pillow(cls, image: Image.Image, **changes: Any) -> "RawImage":
        """An image with the metadata that Pillow found; its colours are named by its profile, or by EXIF.

        Args:
            image: An opened image.
            changes: Values of fields that replace those from Pillow, such as `orientation`.
        """
        exif = add_exif_prefix(image.info.get("exif"))
        icc = image.info.get("icc_profile") or None
        tags = ColourTags(icc=icc, exif=None if image.mode == "CMYK" else exif)
        icc, hdr = tags.resolve(grey=image.mode in _GREY_MODES)
        raw = cls(
            image,
            orientation=read_orientation(exif),
            icc=icc,
            hdr=hdr,
            exif=reset_orientation(exif),
            dpi=valid_dpi(image.info.get("dpi")),
        )
        return replace(raw, **changes)


def valid_dpi(dpi: Any) -> tuple[float, float] | None:
    """Dots per inch, across and down; None unless both are positive numbers."""
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return (across, down) if 0 < across < math.inf and 0 < down < math.inf else None


def make_preview(raw: RawImage, header: Header, side: int, *, cutout: bool = False) -> Preview:
    """Shrink an image, convert it to sRGB, lay it on white (or the ground on which it is seen) and turn it upright.

    Args:
        raw: The image, decoded here if it is not decoded yet.
        header: The header of its file.
        side: Pixels of the longest side; smaller images are not enlarged.
        cutout: Whether the preview also has the picture without a ground, if it is transparent anywhere.
    """
    raw = raw if raw.deep is None else _reduce_depth(raw, raw.deep)
    small = shrink(_decode(raw.image, side), side)
    small, notes = _shrunk_to_srgb(small, raw)
    pixels, ground = flatten(small)
    notes += (GROUND_NOTE,) if ground.differs else ()
    straight = _cut_out(small) if cutout else None
    straight = None if straight is None else _apply_orientation(straight, raw.orientation)
    return Preview(header, _apply_orientation(pixels, raw.orientation), raw.notes + notes, straight)


def _cut_out(small: Image.Image) -> Array | None:
    """Colours and straight alpha (h, w, 4) uint8 of a shrunk image; None if it is opaque everywhere."""
    if small.mode not in {"La", "RGBa"}:
        return None
    straight = np.asarray(small.convert(small.mode.upper()).convert("RGBA"))
    return None if straight[..., 3].min() == OPAQUE else straight


def _reduce_depth(raw: RawImage, deep: Array) -> RawImage:
    """Reduce an image to 8 bits per channel, in sRGB where 8 bits are too coarse for its dark colours."""
    colours, alpha = _split_alpha(deep)
    icc = raw.icc
    if icc is not None and needs_depth(icc, "L" if colours.shape[-1] == 1 else "RGB"):
        colours, icc = convert_pixels_to_srgb(colours, icc), None
    values = to_8_bit(colours)  # (H, W, 1 or 3)
    if alpha is not None:
        values = np.concatenate([values, to_8_bit(alpha)[..., None]], axis=-1)
    image = Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)
    return replace(raw, image=image, deep=None, icc=icc)


def _decode(image: Image.Image, side: int) -> Image.Image:
    """Decode an image; a JPEG at a half, a quarter or an eighth of its size if that is enough for `side`."""
    if image.format == "JPEG":
        width, height = fitted_size(*image.size, 2 * side)
        image.draft(None, (width, height))  # None keeps the mode
    image.load()
    return image


def _shrunk_to_srgb(small: Image.Image, raw: RawImage) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an image of mode L, RGB, CMYK, La or RGBa to sRGB, with notes; colours stay multiplied by alpha."""
    if small.mode not in {"La", "RGBa"}:
        return _image_to_srgb(small, raw)
    if raw.icc is None and raw.hdr is None:
        return small, ()
    straight = small.convert(small.mode.upper()).convert("RGBA")  # Pillow has no direct way
    colours, notes = _image_to_srgb(straight.convert("L" if small.mode == "La" else "RGB"), raw)
    straight.paste(colours.convert("RGB"))
    straight.putalpha(small.getchannel(len(small.getbands()) - 1))
    return straight.convert("RGBa"), notes


def _image_to_srgb(image: Image.Image, raw: RawImage) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an opaque image (L, RGB or CMYK) with the colours of `raw` to sRGB."""
    if raw.hdr is None:
        return convert_to_srgb(image, raw.icc)
    pixels = np.atleast_3d(np.asarray(image))  # (H, W, 1 or 3)
    return Image.fromarray(map_hdr_to_srgb(pixels, raw.hdr)), ()


def make_picture(raw: RawImage, header: Header) -> Picture:
    """Make the whole picture at full depth, turned upright, with CMYK converted to RGB."""
    pixels, alpha, icc, notes = _decode_planes(raw)
    pixels = _apply_orientation(pixels, raw.orientation)
    alpha = None if alpha is None else _apply_orientation(alpha, raw.orientation)
    header = replace(header, has_alpha=alpha is not None)
    return Picture(header, pixels, alpha, icc, raw.exif, raw.dpi, raw.notes + notes, raw.hdr)


def _apply_orientation(array: Array, orientation: int) -> Array:
    """Turn rows and columns (H, W, ...) upright."""
    if orientation in _MIRRORED_ORIENTATIONS:
        array = array[:, ::-1]
    return np.ascontiguousarray(np.rot90(array, _QUARTER_TURNS[orientation]))


def _decode_planes(raw: RawImage) -> tuple[Array, Array | None, bytes | None, tuple[str, ...]]:
    """Decode colours (H, W, 1 or 3), alpha (H, W) or None, the colours' ICC profile, and notes; not turned upright."""
    if raw.deep is not None:
        return *_split_alpha(raw.deep), raw.icc, ()
    raw.image.load()
    if raw.image.mode != "CMYK":
        pixels, alpha = _image_planes(raw.image)
        return pixels, alpha, raw.icc, ()
    pixels, notes = _cmyk_to_rgb(raw.image, raw.icc)
    return pixels, None, None, (CMYK_NOTE, *notes)


def _split_alpha(values: Array) -> tuple[Array, Array | None]:
    """Split (H, W, 1 to 4) into colours (H, W, 1 or 3) and alpha (H, W) or None."""
    channels = values.shape[-1]
    return values[..., : _colour_channels(channels)], values[..., -1] if channels % 2 == 0 else None


def _colour_channels(channels: int) -> int:
    """The number of colours among 1 to 4 channels: 1, 1, 3 or 3; a second or fourth channel is alpha."""
    return channels - 1 + channels % 2


def _image_planes(image: Image.Image) -> tuple[Array, Array | None]:
    """Colours and alpha of a decoded image, copied in bands to save memory: Pillow converts with three copies."""
    channels = np.asarray(to_basic_mode(image.crop((0, 0, 1, 1)))).reshape(-1).size
    colours = _colour_channels(channels)
    pixels = np.empty((image.height, image.width, colours), np.uint8)
    alpha = np.empty((image.height, image.width), np.uint8) if channels % 2 == 0 else None
    for top, band in row_bands(image):
        values = np.asarray(to_basic_mode(band)).reshape(-1, image.width, channels)  # (rows, W, C)
        pixels[top : top + len(values)] = values[..., :colours]
        if alpha is not None:
            alpha[top : top + len(values)] = values[..., -1]
    return pixels, alpha


def _cmyk_to_rgb(image: Image.Image, icc: bytes | None) -> tuple[Array, tuple[str, ...]]:
    """A CMYK image as sRGB (H, W, 3) uint8, and notes."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    notes: tuple[str, ...] = ()
    for top, band in row_bands(image):
        converted, notes = convert_to_srgb(band, icc)
        pixels[top : top + band.height] = np.asarray(converted)
    return pixels, notes
