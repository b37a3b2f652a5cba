"""PSD and PSB: the merged picture at the end of the file, without touching the layers.

If a file was saved without a merged picture, or with an empty one, psd-tools composites its layers, which is slow.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.errors import PictureTooLarge
from pochade.images.base.float_colours import encode_light
from pochade.images.base.icc import convert_cmyk_to_srgb, is_srgb
from pochade.images.base.icc_writer import with_curve
from pochade.images.base.lab_colours import PHOTOSHOP_LAB, convert_lab_to_srgb
from pochade.images.base.picture import Array, Header, to_8_bit
from pochade.images.base.source import Source
from pochade.images.base.tone_curves import SRGB_CURVE
from pochade.images.formats.psd_layout import CMYK, INDEXED, LAB, PSD_COLOUR_CHANNELS, PsdLayout, read_psd_layout
from pochade.images.formats.raw_image import CMYK_NOTE, RawImage, valid_dpi
from pochade.images.metadata.exif import add_exif_prefix, reset_orientation

_RESOLUTION, _THUMBNAIL, _ICC_PROFILE, _TRANSPARENT_INDEX = 1005, 1036, 1039, 1047  # resources
_VERSION_INFO, _EXIF = 1057, 1058
_UNCOMPRESSED, _PACKBITS, _ZIP, _ZIP_WITH_PREDICTION = 0, 1, 2, 3
_MAX_THUMBNAIL_SIDE = 256  # pixels
_BAND_ROWS = 256  # rows processed as floats at a time, to save memory
_LAB_NOTE = "its Lab colours became RGB"
NO_MERGED_PICTURE_NOTE = "it holds no merged picture, so its layers were laid over each other"
_EMPTY_PICTURE_NOTE = "its merged picture is empty, so its layers were laid over each other"
_PSD_TOOLS_ERRORS = (  # raised for a file, or a kind of layer, that psd-tools can't composite
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
)
_LAYER_BYTES_PER_PIXEL = 40  # memory that psd-tools takes for the canvas, and for a layer
_MAX_LAYER_PIXELS = 100_000_000  # of all layers together, and ten more for each byte of the file: it takes too long
_LAYER_PIXELS_PER_BYTE = 10


def read_psd_header(source: Source) -> Header:
    """Read the header of a PSD or PSB."""
    layout = read_psd_layout(source)
    name, channels = "PSB" if layout.large else "PSD", PSD_COLOUR_CHANNELS[layout.mode]
    return Header(name, layout.width, layout.height, layout.depth, channels, layout.has_alpha, 1)


def read_psd(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the merged picture, or for a small preview the embedded thumbnail if that is large enough."""
    layout = read_psd_layout(source)
    is_opaque = not layout.has_alpha and _transparent_index(source, layout) is None
    if side is not None and is_opaque and (thumbnail := _read_thumbnail(source, layout, side)):
        return RawImage(thumbnail)
    dpi = _parse_resolution(layout.read_resource(source, _RESOLUTION))
    exif = reset_orientation(add_exif_prefix(layout.read_resource(source, _EXIF)))
    icc = layout.read_resource(source, _ICC_PROFILE)
    version = layout.read_resource(source, _VERSION_INFO)
    if version and len(version) > 4 and not version[4]:  # the file states that there is no merged picture
        raw = _composite_layers(source, header, layout, NO_MERGED_PICTURE_NOTE)
    else:
        planes = _read_planes(source, layout)
        raw = _composite_instead(source, header, layout, planes) or _raw_image(source, layout, planes, icc)
    return replace(raw, exif=exif, dpi=dpi)


def _parse_resolution(content: bytes | None) -> tuple[float, float] | None:
    """Parse dots per inch across and down, from fixed-point numbers of 16.16 bits."""
    if not content or len(content) < 16:
        return None
    across, down = struct.unpack(">I4xI", content[:12])
    return valid_dpi((across / 65536, down / 65536))


def _read_thumbnail(source: Source, layout: PsdLayout, side: int) -> Image.Image | None:
    """Read the embedded JPEG, if its longest side is at least `side` pixels and it has the picture's proportions."""
    content = layout.read_resource(source, _THUMBNAIL)
    if not content or content[28:30] != b"\xff\xd8":
        return None
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(content[28:]))
    width, height = layout.width, layout.height
    same_proportions = abs(image.width * height - image.height * width) <= max(width, height)
    return image if side <= max(image.size) <= _MAX_THUMBNAIL_SIDE and same_proportions else None


def _raw_image(source: Source, layout: PsdLayout, planes: Array, icc: bytes | None) -> RawImage:
    """The merged picture (C, H, W) in any colour mode, without EXIF and resolution."""
    values = np.moveaxis(planes, 0, -1)  # (H, W, C)
    if layout.depth == 32:
        values = _remove_white_matte(values) if layout.has_alpha else values
        values, icc = encode_light(values, layout.stored_colour_channels), _in_srgb_curve(icc)
    if layout.mode == INDEXED:
        palette = np.frombuffer(source.read_exactly(layout.palette[0], 768), np.uint8).reshape(3, 256).T
        return RawImage(_resolve_palette(values[..., 0], palette, _transparent_index(source, layout)), icc=icc)
    if layout.mode == LAB:
        return _lab_to_rgb(values, layout)
    if layout.mode == CMYK:
        return _cmyk_to_rgb(values, layout, icc)
    matted = layout.has_alpha and layout.depth != 32
    values = _remove_white_matte(values) if matted else np.ascontiguousarray(values)
    if values.dtype == np.uint16:
        return RawImage(Image.new("L", (1, 1)), values, icc=icc)
    return RawImage(Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values), icc=icc)


def _transparent_index(source: Source, layout: PsdLayout) -> int | None:
    """The index that means no colour but transparency; None if there is none."""
    content = layout.read_resource(source, _TRANSPARENT_INDEX)
    return int.from_bytes(content[:2]) if layout.mode == INDEXED and content else None


def _resolve_palette(indices: Array, palette: Array, transparent: int | None) -> Image.Image:
    """The colours of indices (H, W) as RGB, or as RGBA if one index is transparent."""
    colours = palette[indices]
    if transparent is None or not (indices == transparent).any():
        return Image.fromarray(colours)
    alpha = np.where(indices == transparent, 0, 255).astype(np.uint8)
    return Image.fromarray(np.dstack([colours, alpha]))


def _read_planes(source: Source, layout: PsdLayout) -> Array:
    """Read the colour and alpha channels of the merged picture, (C, H, W), in the file's depth."""
    count = layout.stored_colour_channels + layout.has_alpha
    if layout.planes < count:
        raise source.damage_error(f"it has {layout.planes} channels and needs {count}")
    row_bytes = (layout.width * layout.depth + 7) // 8
    compression = int.from_bytes(source.read_exactly(layout.merged, 2))
    content = _decompress_planes(source, layout, compression, row_bytes, count)
    planes = _parse_samples(content, layout, row_bytes)
    return np.add.accumulate(planes, axis=-1, dtype=planes.dtype) if compression == _ZIP_WITH_PREDICTION else planes


def _decompress_planes(source: Source, layout: PsdLayout, compression: int, row_bytes: int, count: int) -> bytes:
    """Decompress the bytes of the first `count` channels of the merged picture."""
    start, size = layout.merged + 2, row_bytes * layout.height * count
    if compression == _UNCOMPRESSED:
        content = source.read_exactly(start, size)
    elif compression == _PACKBITS:
        content = _unpack_bits(source, layout, start, row_bytes, count)
    elif compression == _ZIP or (compression == _ZIP_WITH_PREDICTION and layout.depth <= 16):
        content = zlib.decompressobj().decompress(source.read_at(start, source.size - start), size)
    else:
        raise source.damage_error(f"its pixels have an unknown compression, {compression}")
    if len(content) < size:
        raise source.truncation_error()
    return content


def _parse_samples(content: bytes, layout: PsdLayout, row_bytes: int) -> Array:
    """Parse bytes as (C, H, W) uint8, uint16 or float32."""
    rows = np.frombuffer(content, np.uint8).reshape(-1, layout.height, row_bytes)
    if layout.depth == 1:  # a set bit is black
        return (1 - np.unpackbits(rows, axis=-1)[..., : layout.width]) * np.uint8(255)
    kinds = {8: "u1", 16: ">u2", 32: ">f4"}
    return rows.view(kinds[layout.depth]).astype(kinds[layout.depth].replace(">", "="))


def _unpack_bits(source: Source, layout: PsdLayout, start: int, row_bytes: int, count: int) -> bytes:
    """Unpack the first `count` channels of PackBits data: a table with the lengths of all rows, then the rows."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    length_bytes = 4 if layout.large else 2
    table = source.read_exactly(start, length_bytes * layout.height * layout.planes)
    lengths = np.frombuffer(table, f">u{length_bytes}").astype(np.int64)
    offset = start + len(table)
    if offset + int(lengths.sum()) > source.size:
        raise source.truncation_error(offset + int(lengths.sum()))
    channels = []
    for length in lengths.reshape(layout.planes, layout.height)[:count].sum(axis=1).tolist():
        channel = imagecodecs.packbits_decode(source.read_at(offset, length), out=row_bytes * layout.height)
        if len(channel) < row_bytes * layout.height:
            raise source.damage_error("a channel has too few pixels")
        channels.append(bytes(channel))
        offset += length
    return b"".join(channels)


def _lab_to_rgb(values: Array, layout: PsdLayout) -> RawImage:
    """Lab colours (H, W, C) as RGB of the same depth."""
    colours = convert_lab_to_srgb(values[..., :3], PHOTOSHOP_LAB)
    return _converted_image(colours if layout.depth == 16 else to_8_bit(colours), values, layout, (_LAB_NOTE,))


def _cmyk_to_rgb(values: Array, layout: PsdLayout, icc: bytes | None) -> RawImage:
    """CMYK colours (H, W, C), in which 0 is full ink, as sRGB of the same depth."""
    values = _remove_white_matte(values) if layout.has_alpha else values
    colours, notes = convert_cmyk_to_srgb(~values[..., :4], icc)
    return _converted_image(colours, values, layout, (CMYK_NOTE, *notes))


def _converted_image(colours: Array, values: Array, layout: PsdLayout, notes: tuple[str, ...]) -> RawImage:
    """Colours (H, W, 3) in sRGB, with the alpha behind the stored values (H, W, C)."""
    if layout.has_alpha:
        colours = np.concatenate([colours, values[..., -1:]], axis=-1)
    if colours.dtype == np.uint16:
        return RawImage(Image.new("L", (1, 1)), colours, notes=notes)
    return RawImage(Image.fromarray(colours), notes=notes)


def _in_srgb_curve(icc: bytes | None) -> bytes | None:
    """The profile of linear light after it was given the tone curve of sRGB; grey needs none."""
    profile = None if icc is None else with_curve(icc, SRGB_CURVE)
    return None if profile is None or is_srgb(profile, "RGB") else profile


def _remove_white_matte(values: Array) -> Array:
    """Undo the white that Photoshop lays under the transparent parts of the merged picture.

    Args:
        values: (H, W, C) uint8, uint16, or float32 from 0 to 1; alpha last.
    """
    is_float = values.dtype == np.float32
    full, rounding = np.float32(1 if is_float else np.iinfo(values.dtype).max), np.float32(0 if is_float else 0.5)
    result = np.empty_like(values)
    for top in range(0, len(values), _BAND_ROWS):
        band = values[top : top + _BAND_ROWS].astype(np.float32)
        opacity = np.maximum(band[..., -1:] / full, 1 / full if not is_float else np.float32(1e-4))
        colours = (band[..., :-1] - full * (1 - opacity)) / opacity
        result[top : top + _BAND_ROWS, :, :-1] = (colours.clip(0, full) + rounding).astype(values.dtype)
        result[top : top + _BAND_ROWS, :, -1] = values[top : top + _BAND_ROWS, :, -1]
    return result


def _composite_instead(source: Source, header: Header, layout: PsdLayout, planes: Array) -> RawImage | None:
    """Composite the layers if the merged picture (C, H, W) is empty and they are not; else None.

    Some programs write a blank merged picture. A picture that really has one colour needs no layers to show it.
    """
    shows_nothing = _is_uniform(planes) or (layout.has_alpha and not planes[-1].any())
    if not layout.layer_pixels or not shows_nothing:
        return None
    _check_layers(source, layout)
    try:
        raw = _composite_layers(source, header, layout, _EMPTY_PICTURE_NOTE)
    except (PictureTooLarge, *_PSD_TOOLS_ERRORS):
        return None
    values = np.asarray(raw.image)
    return None if _is_uniform(np.moveaxis(values.reshape(*values.shape[:2], -1), -1, 0)) else raw


def _is_uniform(planes: Array) -> bool:
    """Whether all pixels of (C, H, W) are equal; the colours of fully transparent pixels count, too."""
    return all(bool((plane == plane[0, 0]).all()) for plane in planes)


def _composite_layers(source: Source, header: Header, layout: PsdLayout, note: str) -> RawImage:
    """Composite all visible layers with psd-tools, in sRGB and 8 bits."""
    import psd_tools  # noqa: PLC0415  # heavy, and rarely needed

    _check_layers(source, layout)
    share = 1 + max(layout.layer_pixels, default=0) / (header.width * header.height)  # canvas and largest layer
    source.check_memory(header.width, header.height, _LAYER_BYTES_PER_PIXEL * share)
    source.file.seek(0)
    image = psd_tools.PSDImage.open(io.BytesIO(source.read_all())).composite(ignore_preview=True)
    return RawImage(image, notes=(note,))


def _check_layers(source: Source, layout: PsdLayout) -> None:
    """Refuse so many layers that they would take far too long, before they take any memory.

    Raises:
        PictureTooLarge: They have too many pixels.
    """
    pixels = sum(min(pixels, layout.width * layout.height) for pixels in layout.layer_pixels)
    if pixels > _MAX_LAYER_PIXELS + _LAYER_PIXELS_PER_BYTE * source.size:
        reason = f"has no merged picture, and {len(layout.layer_pixels):,} layers of {pixels / 1e6:,.0f} megapixels"
        hint = "save it with 'Maximize compatibility', or save a smaller copy of it"
        raise PictureTooLarge.about(source.name, reason, hint)
