"""BMP: most kinds through Pillow, bit fields here; its colours by a profile, or by calibrated primaries."""

# ruff: noqa: PLR2004  # numbers of the file format

from collections.abc import Sequence

import numpy as np
from PIL import BmpImagePlugin, Image

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.bmp_layout import BmpLayout, read_bmp_layout
from pochade.images.formats.raw_image import RawImage

_BYTES_PER_PIXEL = 12  # memory that decoding bit fields takes
_BAND_ROWS = 256  # rows decoded at a time, to save memory


def read_bmp_header(source: Source) -> Header:
    """Read the header of a BMP."""
    layout = read_bmp_layout(source)
    if layout.has_bit_fields:
        return Header("BMP", layout.width, layout.height, 8, 3, layout.masks[3] > 0, 1)
    image = _open_with_pillow(source)
    channels = 1 if image.mode in {"1", "L"} else 3
    return Header("BMP", *image.size, 8, channels, image.mode == "RGBA", 1)


def read_bmp(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of a BMP."""
    layout = read_bmp_layout(source)
    image = _decode_bit_fields(source, layout) if layout.has_bit_fields else _open_with_pillow(source)
    colours = layout.colours.resolve(grey=header.channels == 1)
    return RawImage(image, icc=colours.icc, hdr=colours.hdr, dpi=layout.dpi)


def _open_with_pillow(source: Source) -> Image.Image:
    source.file.seek(0)
    return BmpImagePlugin.BmpImageFile(source.file)


def _decode_bit_fields(source: Source, layout: BmpLayout) -> Image.Image:
    """Decode pixels whose colours lie at any bits, as an RGB or RGBA image.

    Alpha that is zero everywhere has no meaning: programs that write no alpha leave such pixels.
    """
    source.check_memory(layout.width, layout.height, _BYTES_PER_PIXEL)
    masks = layout.masks if layout.masks[3] else layout.masks[:3]
    values = np.empty((layout.height, layout.width, len(masks)), np.uint8)
    from_top = values if layout.is_top_down else values[::-1]
    for top in range(0, layout.height, _BAND_ROWS):
        rows = min(_BAND_ROWS, layout.height - top)
        content = source.read_exactly(layout.pixels_at + top * layout.row_bytes, rows * layout.row_bytes)
        stored = np.frombuffer(content, f"<u{layout.bits // 8}").reshape(rows, -1)[:, : layout.width]
        from_top[top : top + rows] = _extract_fields(stored, masks)
    if len(masks) == 4 and not values[..., 3].any():
        values = values[..., :3]
    return Image.fromarray(np.ascontiguousarray(values))


def _extract_fields(stored: Array, masks: Sequence[int]) -> Array:
    """The fields of pixels (h, W), each in 8 bits: (h, W, fields) uint8."""
    fields = np.zeros((*stored.shape, len(masks)), np.uint8)
    for place, mask in enumerate(masks):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            full = mask >> shift
            levels = ((stored & stored.dtype.type(mask)) >> stored.dtype.type(shift)).astype(np.uint64)
            fields[..., place] = (levels * 255 + full // 2) // full
    return fields
