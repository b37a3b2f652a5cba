"""PSD and PSB: the merged picture at the end of the file, without touching the layers.

If a file was saved without a merged picture, psd-tools composites its layers, which is slow.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.psd_layout import CMYK, INDEXED, LAB, PSD_COLOUR_CHANNELS, PsdLayout, read_psd_layout
from pochade.images.formats.raw_image import CMYK_NOTE, RawImage, valid_dpi
from pochade.images.metadata.exif import add_exif_prefix, reset_orientation
from pochade.images.metadata.icc import convert_to_srgb

_RESOLUTION, _THUMBNAIL, _ICC_PROFILE, _VERSION_INFO, _EXIF = 1005, 1036, 1039, 1057, 1058  # resources
_UNCOMPRESSED, _PACKBITS, _ZIP, _ZIP_WITH_PREDICTION = 0, 1, 2, 3
_MAX_THUMBNAIL_SIDE = 256  # pixels
_BAND_ROWS = 256  # rows processed as floats at a time, to save memory
_LAYERS_NOTE = "it holds no merged picture, so its layers were laid over each other"


def read_psd_header(source: Source) -> Header:
    """Read the header of a PSD or PSB."""
    layout = read_psd_layout(source)
    name, channels = "PSB" if layout.large else "PSD", PSD_COLOUR_CHANNELS[layout.mode]
    return Header(name, layout.width, layout.height, layout.depth, channels, layout.has_alpha, 1)


def read_psd(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the merged picture, or for a small preview the embedded thumbnail if that is large enough."""
    layout = read_psd_layout(source)
    if side is not None and (thumbnail := _read_thumbnail(source, layout, side)):
        return RawImage(thumbnail)
    dpi = _parse_resolution(layout.read_resource(source, _RESOLUTION))
    version = layout.read_resource(source, _VERSION_INFO)
    if version and len(version) > 4 and not version[4]:  # the file states that there is no merged picture
        return _composite_layers(source, header, dpi)
    exif = reset_orientation(add_exif_prefix(layout.read_resource(source, _EXIF)))
    raw = _raw_image(source, layout, layout.read_resource(source, _ICC_PROFILE))
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


def _raw_image(source: Source, layout: PsdLayout, icc: bytes | None) -> RawImage:
    """The merged picture in any colour mode, without EXIF and resolution."""
    planes = _read_planes(source, layout)
    if layout.depth == 32:  # linear light in floats
        planes = (np.nan_to_num(planes).clip(0, 1) ** np.float32(1 / 2.2) * 65535 + 0.5).astype(np.uint16)
    values = np.moveaxis(planes, 0, -1)  # (H, W, C)
    if layout.mode == INDEXED:
        palette = np.frombuffer(source.read_exactly(layout.palette[0], 768), np.uint8).reshape(3, 256).T
        return RawImage(Image.fromarray(palette[values[..., 0]]), icc=icc)
    if layout.mode == LAB:
        return _lab_to_rgb(_to_8_bit_floor(values))
    if layout.mode == CMYK:
        return _cmyk_to_rgb(_to_8_bit_floor(values), icc)
    values = _remove_white_matte(values) if layout.has_alpha else np.ascontiguousarray(values)
    if values.dtype == np.uint16:
        return RawImage(Image.new("L", (1, 1)), values, icc=icc)
    return RawImage(Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values), icc=icc)


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


def _to_8_bit_floor(values: Array) -> Array:
    return values if values.dtype == np.uint8 else (values >> 8).astype(np.uint8)


def _lab_to_rgb(values: Array) -> RawImage:
    """Lab colours (H, W, C) uint8 as RGB; alpha, which is rare in this mode, is dropped."""
    height, width = values.shape[:2]
    signed = (values[..., :3] ^ np.array([0, 128, 128], np.uint8)).tobytes()
    image = Image.frombytes("LAB", (width, height), signed).convert("RGB")
    return RawImage(image, notes=("its Lab colours became RGB",))


def _cmyk_to_rgb(values: Array, icc: bytes | None) -> RawImage:
    """CMYK colours (H, W, C) uint8, in which 0 is full ink, as sRGB; alpha, which is rare, is dropped."""
    image = Image.fromarray(np.ascontiguousarray(255 - values[..., :4]), "CMYK")
    colours, notes = convert_to_srgb(image, icc)
    return RawImage(colours, notes=(CMYK_NOTE, *notes))


def _remove_white_matte(values: Array) -> Array:
    """Undo the white that Photoshop lays under the transparent parts of the merged picture.

    Args:
        values: (H, W, C) uint8 or uint16, alpha last.
    """
    full = np.float32(np.iinfo(values.dtype).max)
    result = np.empty_like(values)
    for top in range(0, len(values), _BAND_ROWS):
        band = values[top : top + _BAND_ROWS].astype(np.float32)
        opacity = np.maximum(band[..., -1:] / full, 1 / full)
        colours = (band[..., :-1] - full * (1 - opacity)) / opacity
        result[top : top + _BAND_ROWS, :, :-1] = (colours.clip(0, full) + 0.5).astype(values.dtype)
        result[top : top + _BAND_ROWS, :, -1] = values[top : top + _BAND_ROWS, :, -1]
    return result


def _composite_layers(source: Source, header: Header, dpi: tuple[float, float] | None) -> RawImage:
    """Composite all visible layers with psd-tools, which takes about 40 bytes per pixel."""
    import psd_tools  # noqa: PLC0415  # heavy, and rarely needed

    source.check_memory(header.width, header.height, 40)
    source.file.seek(0)
    image = psd_tools.PSDImage.open(io.BytesIO(source.read_all())).composite(ignore_preview=True)
    return RawImage(image, dpi=dpi, notes=(_LAYERS_NOTE,))
