"""What the samples of a TIFF mean: whole numbers, floats, Lab and CMYK become grey or RGB of 8 or 16 bits."""

# ruff: noqa: PLR2004  # numbers of the file format

from typing import NamedTuple

import numpy as np
from PIL import TiffImagePlugin

from pochade.images.base.float_colours import Range, encode_light, find_float_range, scale_floats
from pochade.images.base.icc import convert_cmyk_to_srgb
from pochade.images.base.lab_colours import CIELAB, ICCLAB, LabRanges, convert_lab_to_srgb, itu_ranges
from pochade.images.base.picture import Array, Header, to_8_bit, unit_floats_to_16_bit
from pochade.images.formats.raw_image import CMYK_NOTE
from pochade.images.formats.tiff_pages import Directory

_PHOTOMETRIC_TAG, _SAMPLES_TAG, _EXTRA_SAMPLES_TAG, _ICC_PROFILE_TAG = 262, 277, 338, 34675
_LOWEST_TAG, _HIGHEST_TAG = 340, 341  # SMinSampleValue and SMaxSampleValue
_COMPRESSION_TAG, _PALETTE_TAG = 259, 320
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE, _CMYK = 0, 1, 3, 5
_WEBP = 50001  # a compression that not every libtiff knows
_PILLOW_COMPRESSIONS = set(TiffImagePlugin.COMPRESSION_INFO) - {_WEBP}
_MAX_PILLOW_PALETTE = 3 * 256  # numbers
_LAB_ENCODINGS = {8: CIELAB, 9: ICCLAB}  # by photometric interpretation
_ITULAB, _RANGES_TAG = 10, 433  # of TIFF-FX; the tag "Decode" has the lowest and the highest colour of each channel
_LAB_KINDS = {*_LAB_ENCODINGS, _ITULAB}
_PREMULTIPLIED, _STRAIGHT = 1, 2  # kinds of alpha among the extra samples
_LIGHT_RANGE = (0.0, 1.0)
_LAB_NOTE = "its Lab colours became RGB"
_SPOT_NOTE = "its spot colours were left out"
_HIGHLIGHTS_NOTE = "its brightest values were cut off"


class PlainColours(NamedTuple):
    """Grey or RGB, with alpha if there is any."""

    values: Array  # (H, W, 1 to 4) uint8 or uint16, straight alpha last
    icc: bytes | None
    notes: tuple[str, ...]


def needs_own_decoder(tags: Directory) -> bool:
    """Whether Pillow would misread samples of 8 bits, or does not know them or their compression.

    These are Lab, CMYK with alpha or spot colours, grey with alpha in which white is zero, alpha behind another extra
    sample, and palettes with more than 256 colours or with 8 bits per colour.
    """
    kind, samples = int(tags.get(_PHOTOMETRIC_TAG, 1)), int(tags.get(_SAMPLES_TAG, 1))
    if int(tags.get(_COMPRESSION_TAG, 1)) not in _PILLOW_COMPRESSIONS:
        return True
    if kind == _PALETTE:
        return _is_palette_shallow(tags) or len(tags.get(_PALETTE_TAG, ())) > _MAX_PILLOW_PALETTE
    has_odd_alpha = (alpha_place(tags) or 0) > 0 or (kind == _WHITE_IS_ZERO and samples > 1)
    return kind in _LAB_KINDS or (kind == _CMYK and samples > 4) or has_odd_alpha


def alpha_place(tags: Directory) -> int | None:
    """The place of alpha among the extra samples, from 0; None if there is no alpha."""
    extras = _extra_samples(tags)
    return next((place for place, kind in enumerate(extras) if kind in {_PREMULTIPLIED, _STRAIGHT}), None)


def _extra_samples(tags: Directory) -> tuple[int, ...]:
    """What each sample behind the colours is."""
    stated = tags.get(_EXTRA_SAMPLES_TAG, ())
    count = int(tags.get(_SAMPLES_TAG, 1)) - _colour_samples(int(tags.get(_PHOTOMETRIC_TAG, 1)))
    return tuple(stated if isinstance(stated, tuple) else (stated,))[: max(0, count)]


def _colour_samples(kind: int) -> int:
    """The number of colours by the photometric interpretation; an index into a palette is one."""
    return 4 if kind == _CMYK else 1 if kind in {_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE} else 3


def _choose_samples(values: Array, tags: Directory) -> Array:
    """The colours and the alpha of all samples (H, W, C); the others are masks and the like."""
    count, place = _colour_samples(int(tags.get(_PHOTOMETRIC_TAG, 1))), alpha_place(tags)
    colours = values[..., :count]
    if place is None:
        return colours
    return (
        np.concatenate([colours, values[..., count + place : count + place + 1]], axis=-1)
        if place
        else (values[..., : count + 1])
    )


def _is_palette_shallow(tags: Directory) -> bool:
    """Whether a palette holds 8 bits per colour, as some programs write it, instead of 16."""
    palette = tags.get(_PALETTE_TAG, ())
    return 0 < max(palette, default=0) < 256


def _resolve_palette(values: Array, tags: Directory) -> Array:
    """The colours (H, W, 3 or 4) of indices, with the alpha behind them; uint8."""
    palette = np.array(tags.get(_PALETTE_TAG, ()), np.uint16)
    palette = palette[: palette.size // 3 * 3].reshape(3, -1).T  # (N, 3)
    shallow = (palette if _is_palette_shallow(tags) else palette >> 8).astype(np.uint8)
    colours = shallow[np.minimum(values[..., 0], len(shallow) - 1)]
    return np.concatenate([colours, to_8_bit(values[..., 1:])], axis=-1)


def to_plain_colours(values: Array, tags: Directory, header: Header) -> PlainColours:
    """Convert the samples of a page.

    Args:
        values: (H, W, C) in the file's own type, with all extra samples.
        tags: The page's directory.
        header: The page's header.
    """
    kind, icc = int(tags.get(_PHOTOMETRIC_TAG, 1)), tags.get(_ICC_PROFILE_TAG)
    values = _choose_samples(values, tags)
    values = values if values.dtype.itemsize > 1 else values.view(np.uint8)
    place = alpha_place(tags)
    premultiplied = place is not None and _extra_samples(tags)[place] == _PREMULTIPLIED
    if kind == _PALETTE:
        return PlainColours(_resolve_palette(values, tags), icc, ())
    if values.dtype.kind == "f" and kind not in _LAB_KINDS:
        return _convert_floats(values, tags, header, premultiplied=premultiplied)
    values = values if values.dtype.kind == "f" or values.dtype == np.uint8 else _to_16_bit(values, header.depth)
    if kind == _WHITE_IS_ZERO:
        values = np.concatenate([~values[..., :1], values[..., 1:]], axis=-1)
    if premultiplied and values.dtype.kind == "u":
        values = _unpremultiply(values)
    if kind in _LAB_KINDS:
        return _convert_lab(values, tags, header)
    if kind == _CMYK:
        return _convert_cmyk(values, icc, has_spots=int(tags.get(_SAMPLES_TAG, 4)) > 4 + header.has_alpha)
    return PlainColours(values, icc, ())


def _convert_floats(values: Array, tags: Directory, header: Header, *, premultiplied: bool) -> PlainColours:
    """Floats. Without a profile, those from 0 to 1 are linear light, as programs that write them mean it.

    Floats of another range were whole numbers of a picture, or measurements, which are shown as they are.
    """
    icc, count = tags.get(_ICC_PROFILE_TAG), header.channels
    colours, alpha = values[..., :count], values[..., count:]
    if premultiplied:
        colours = colours / np.maximum(alpha, 1e-6)
    limits = _stated_range(tags) or find_float_range(colours)
    notes = (_HIGHLIGHTS_NOTE,) if float(np.nanmax(colours, initial=0)) > limits[1] else ()
    scaled = np.concatenate([scale_floats(colours, limits), scale_floats(alpha, (0.0, 1.0))], axis=-1)
    if tags.get(_PHOTOMETRIC_TAG, 1) == _WHITE_IS_ZERO:
        scaled[..., :count] = 1 - scaled[..., :count]
    if count == 4:
        return _convert_cmyk(unit_floats_to_16_bit(scaled), icc, has_spots=False)
    is_light = not icc and limits == _LIGHT_RANGE
    return PlainColours(encode_light(scaled, count) if is_light else unit_floats_to_16_bit(scaled), icc, notes)


def _stated_range(tags: Directory) -> Range | None:
    """The lowest and the highest value that the file states; None if it states none, or an impossible one."""
    stated = [np.atleast_1d(tags.get(tag, np.nan)).astype(float) for tag in (_LOWEST_TAG, _HIGHEST_TAG)]
    low, high = float(stated[0].min()), float(stated[1].max())
    return (low, high) if np.isfinite([low, high]).all() and low < high else None


def _convert_lab(values: Array, tags: Directory, header: Header) -> PlainColours:
    kind = int(tags.get(_PHOTOMETRIC_TAG, 1))
    encoding = _LAB_ENCODINGS[kind] if kind in _LAB_ENCODINGS else _itulab_ranges(values, tags, header.depth)
    colours = convert_lab_to_srgb(values[..., :3], encoding)
    colours = colours if values.dtype != np.uint8 else to_8_bit(colours)
    if header.has_alpha:
        alpha = unit_floats_to_16_bit(values[..., 3:]) if values.dtype.kind == "f" else values[..., 3:]
        colours = np.concatenate([colours, alpha], axis=-1)
    return PlainColours(colours, None, (_LAB_NOTE,))


def _itulab_ranges(values: Array, tags: Directory, depth: int) -> LabRanges:
    """The ranges that the file states, or else those of the standard; impossible ones are passed over."""
    ranges = itu_ranges(min(16, depth))
    largest = 255 if values.dtype == np.uint8 else ranges.largest_value << (16 - min(16, depth))
    stated = np.atleast_1d(np.array(tags.get(_RANGES_TAG, ()), float))
    if stated.size >= 6 and np.isfinite(stated).all() and (stated[1:6:2] > stated[:6:2]).all():
        low, high = ((limits[0], limits[1], limits[2]) for limits in (stated[:6:2].tolist(), stated[1:6:2].tolist()))
        return LabRanges(low, high, largest)
    return ranges._replace(largest_value=largest)


def _convert_cmyk(values: Array, icc: bytes | None, *, has_spots: bool) -> PlainColours:
    colours, notes = convert_cmyk_to_srgb(values[..., :4], icc)
    spots = (_SPOT_NOTE,) if has_spots else ()
    return PlainColours(np.concatenate([colours, values[..., 4:]], axis=-1), None, (CMYK_NOTE, *spots, *notes))


def _to_16_bit(values: Array, depth: int) -> Array:
    """Whole numbers of more than 8 bits as uint16."""
    if values.dtype.itemsize > 2:
        return (values >> (8 * values.dtype.itemsize - 16)).astype(np.uint16)
    return values.astype(np.uint16) if depth >= 16 else (values.astype(np.uint16) << (16 - depth))


def _unpremultiply(values: Array) -> Array:
    """Colours divided by the alpha that they were multiplied by; (H, W, C) uint8 or uint16, alpha last."""
    full = int(np.iinfo(values.dtype).max)
    alpha = values[..., -1:].astype(np.uint32)
    colours = values[..., :-1].astype(np.uint32) * full // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colours, full).astype(values.dtype), values[..., -1:]], axis=-1)
