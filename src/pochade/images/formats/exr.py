"""OpenEXR, by its reference library: floats in linear light, which are given the tone curve of sRGB."""

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header
from pochade.images.base.pixel_values import unit_floats_to_16_bit
from pochade.images.base.primaries import SRGB_PRIMARIES, Primaries, matrix_to_xyz, span_colours
from pochade.images.base.source import Source
from pochade.images.base.tone_curves import srgb_of_light
from pochade.images.formats.exr_layout import ExrPart, read_exr_parts, window_size
from pochade.images.formats.raw_image import RawImage
from pochade.images.metadata.colour_tags import space_of_primaries

_BRIGHT_NOTE = "its light beyond white is shown as white"
_COPIES = 2  # of the stored pixels in memory while the library decodes them
_BYTES_PER_PIXEL = 40  # memory that the conversion takes
_BAND_ROWS = 256  # rows converted at a time, to save memory
_MIN_EXCESS = np.float32(1e-3)  # light beyond white that is more than a rounding error
_MIN_ALPHA = np.float32(1e-6)


def read_exr_header(source: Source) -> Header:
    """Read the header of an OpenEXR file: of the first part with colours or a luminance, its display window.

    Raises:
        FormatUnknown: No part has them.
    """
    _, part = _choose_part(source)
    width, height = window_size(part.display_window)
    depth = 8 * part.channel_bytes[part.colours[0]]
    return Header("EXR", width, height, depth, len(part.colours), part.alpha is not None, 1)


def _choose_part(source: Source) -> tuple[int, ExrPart]:
    for number, part in enumerate(read_exr_parts(source)):
        if part.colours:
            return number, part
    raise source.format_error("it is an OpenEXR file without colours")


def read_exr(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of an OpenEXR file: 16 bits per channel, at most white."""
    number, part = _choose_part(source)
    stored_bytes = sum(other.stored_bytes for other in read_exr_parts(source))
    pixels = header.width * header.height
    source.check_memory(header.width, header.height, _BYTES_PER_PIXEL + _COPIES * stored_bytes / pixels)
    planes = _decode_planes(source, number, part)
    if any(plane.shape != planes[0].shape or plane.ndim != 2 for plane in planes):  # noqa: PLR2004
        raise source.damage_error("its channels have different sizes")
    values, is_bright = _to_16_bit(planes, part)
    icc = space_of_primaries(_primaries(part), grey=len(part.colours) == 1).icc
    notes = (_BRIGHT_NOTE,) if is_bright else ()
    return RawImage(Image.new("L", (1, 1)), _move_to_display_window(values, part), icc=icc, notes=notes)


def _decode_planes(source: Source, number: int, part: ExrPart) -> list[Array]:
    """The colours and the alpha of a part, (H, W) each, in linear light."""
    import OpenEXR  # noqa: PLC0415  # heavy, and rarely needed

    source.file.seek(0)
    file = OpenEXR.File(source.file, separate_channels=True, num_threads=0)
    names = (*part.colours, part.alpha) if part.alpha else part.colours
    channels = file.parts[number].channels
    planes = [channels[name].pixels for name in names]
    return [*_mix_differences(planes[:3], part), *planes[3:]] if part.has_differences else planes


def _mix_differences(planes: list[Array], part: ExrPart) -> list[Array]:
    """Red, green and blue (H, W) of a luminance and two differences, which are relative to it and may be coarser."""
    luminance = planes[0].astype(np.float32)
    red, blue = ((_spread(plane, luminance.shape) + 1) * luminance for plane in planes[1:])
    red_share, green_share, blue_share = matrix_to_xyz(_primaries(part) or SRGB_PRIMARIES)[1].astype(np.float32)
    return [red, (luminance - red_share * red - blue_share * blue) / green_share, blue]


def _spread(plane: Array, shape: tuple[int, ...]) -> Array:
    """A plane (h, w) at a finer shape (H, W), by repeating its values."""
    for axis in (0, 1):
        plane = plane.repeat(-(-shape[axis] // plane.shape[axis]), axis)
    return plane[: shape[0], : shape[1]].astype(np.float32)


def _to_16_bit(planes: list[Array], part: ExrPart) -> tuple[Array, bool]:
    """The planes (H, W) as (H, W, C) uint16 in sRGB's tone curve, alpha straight; and whether light was clipped."""
    height, width = planes[0].shape
    result, is_bright = np.empty((height, width, len(planes)), np.uint16), False
    for top in range(0, height, _BAND_ROWS):
        band = np.stack([plane[top : top + _BAND_ROWS] for plane in planes], axis=-1).astype(np.float32)
        band = np.nan_to_num(band, nan=0.0, posinf=1e6, neginf=0.0)
        count = len(part.colours)
        white = band[..., count:] if part.alpha else np.float32(1)  # colours are multiplied by alpha
        is_bright = is_bright or bool((band[..., :count] > 1.01 * white + _MIN_EXCESS).any())
        if part.alpha:
            band[..., :-1] /= np.maximum(band[..., -1:], _MIN_ALPHA)
            band[..., :-1][band[..., -1] <= _MIN_ALPHA] = 0
        band[..., :count] = srgb_of_light(band[..., :count])
        result[top : top + _BAND_ROWS] = unit_floats_to_16_bit(band)
    return result, is_bright


def _move_to_display_window(values: Array, part: ExrPart) -> Array:
    """Crop the stored pixels (H, W, C) to those that are shown; what is not stored is black, and transparent."""
    if part.data_window == part.display_window:
        return values
    left, top, right, bottom = part.display_window
    data_left, data_top = part.data_window[:2]
    width, height = window_size(part.display_window)
    shown = np.zeros((height, width, values.shape[-1]), values.dtype)
    x, y = max(left, data_left), max(top, data_top)
    end_x = min(right + 1, data_left + values.shape[1])
    end_y = min(bottom + 1, data_top + values.shape[0])
    if end_x > x and end_y > y:
        shown[y - top : end_y - top, x - left : end_x - left] = values[
            y - data_top : end_y - data_top, x - data_left : end_x - data_left
        ]
    return shown


def _primaries(part: ExrPart) -> Primaries | None:
    if part.chromaticities is None:
        return None
    pairs = [(part.chromaticities[place], part.chromaticities[place + 1]) for place in (0, 2, 4, 6)]
    primaries = Primaries(*pairs)
    return primaries if span_colours(primaries) else None
