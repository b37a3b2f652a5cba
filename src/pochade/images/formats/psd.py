"""PSD and PSB: the merged picture that stands at the end of the file, without touching the layers.

The file is a header of 26 bytes, then the palette, resources and layers, each behind its length, then the merged
picture, one channel after the other (Adobe Photoshop File Formats Specification). Where a file was saved without a
merged picture, psd-tools lays the layers over each other, which takes its time.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.raster import CMYK_NOTE, Raw, sensible_dpi
from pochade.images.metadata.exif import upright, with_prefix
from pochade.images.metadata.icc import to_srgb

GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 1, 2, 3, 4, 7, 8, 9
COLOURS = {0: 1, GREY: 1, INDEXED: 3, RGB: 3, CMYK: 4, MULTICHANNEL: 1, DUOTONE: 1, LAB: 3}  # 0: black and white
RESOLUTION, THUMBNAIL, ICC, VERSION, EXIF = 1005, 1036, 1039, 1057, 1058
RAW_BYTES, PACKED, ZIPPED, PREDICTED = 0, 1, 2, 3
LAYERS_NOTE = "it holds no merged picture, so its layers were laid over each other"


@dataclass(frozen=True)
class Layout:
    """What a PSD's sections say, and where its merged picture begins."""

    large: bool  # a PSB
    planes: int
    height: int
    width: int
    depth: int
    mode: int
    palette: tuple[int, int]  # where it begins and how long it is
    resources: dict[int, tuple[int, int]]  # by number, where each begins and how long it is
    transparent: bool  # the first channel after the colours is the picture's alpha
    merged: int  # where the merged picture begins


def layout(source: Source) -> Layout:
    """Walk over the sections; PictureDamaged when one reaches beyond the end."""
    version, planes, height, width, depth, mode = struct.unpack(">H6xHIIHH", source.exactly(4, 22))
    if mode not in COLOURS or depth not in {1, 8, 16, 32} or version not in {1, 2}:
        raise source.damaged("its header makes no sense")
    palette, after = section(source, 26, 4)
    resources, after = section(source, after, 4)
    layers, after = section(source, after, 8 if version == 2 else 4)
    return Layout(
        version == 2,
        planes,
        height,
        width,
        depth,
        mode,
        palette,
        dict(found_resources(source, *resources)),
        planes > stored_colours(mode) and negative_count(source, layers, version),
        after,
    )


def stored_colours(mode: int) -> int:
    """Channels of colour in the file: a palette's numbers are one."""
    return 1 if mode == INDEXED else COLOURS[mode]


def section(source: Source, start: int, width: int) -> tuple[tuple[int, int], int]:
    """Where the content behind a length of `width` bytes begins, how long it is, and where it is over."""
    length = int.from_bytes(source.exactly(start, width))
    start += width
    if start + length > source.size:
        raise source.cut_short(start + length)
    return (start, length), start + length


def found_resources(source: Source, start: int, length: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each resource's number and place; stops at the first that isn't one."""
    end = start + length
    while start + 12 <= end:
        signature, number, letters = struct.unpack(">4sHB", source.exactly(start, 7))
        start += 6 + (letters + 2) // 2 * 2
        if signature not in {b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"} or start + 4 > end:
            return
        size = int.from_bytes(source.exactly(start, 4))
        if start + 4 + size > end:
            return
        yield number, (start + 4, size)
        start += 4 + size + size % 2


def negative_count(source: Source, layers: tuple[int, int], version: int) -> bool:
    """Whether the number of layers is negative, which says that the merged picture has alpha."""
    width = 8 if version == 2 else 4
    if layers[1] < width + 2 or not int.from_bytes(source.exactly(layers[0], width)):
        return False
    return source.exactly(layers[0] + width, 1)[0] >= 0x80


def psd_header(source: Source) -> Header:
    """Of a PSD or PSB."""
    plan = layout(source)
    name = "PSB" if plan.large else "PSD"
    return Header(name, plan.width, plan.height, plan.depth, COLOURS[plan.mode], plan.transparent, 1)


def psd_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The merged picture; for a small preview the thumbnail, where that is large enough."""
    plan = layout(source)
    icc, exif = resource(source, plan, ICC), resource(source, plan, EXIF)
    if side is not None and (small := thumbnail(source, plan, side)):
        return Raw(small)
    dpi = resolution(resource(source, plan, RESOLUTION))
    version = resource(source, plan, VERSION)
    if version and len(version) > 4 and not version[4]:
        return layers_over_each_other(source, header, dpi)
    planes = merged_planes(source, plan)
    return as_raw(planes, plan, source, icc, upright(with_prefix(exif)), dpi)


def resource(source: Source, plan: Layout, number: int) -> bytes | None:
    """A resource's content, if the file has it."""
    return source.read_at(*plan.resources[number]) if number in plan.resources else None


def resolution(content: bytes | None) -> tuple[float, float] | None:
    """Dots per inch across and down, which are stored as 16 bits before and after the point."""
    if not content or len(content) < 16:
        return None
    across, down = struct.unpack(">I4xI", content[:12])
    return sensible_dpi((across / 65536, down / 65536))


def thumbnail(source: Source, plan: Layout, side: int) -> Image.Image | None:
    """The JPEG that Photoshop puts in, when it is at least as large as wanted."""
    content = resource(source, plan, THUMBNAIL)
    if not content or content[28:30] != b"\xff\xd8":
        return None
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(content[28:]))
    alike = abs(image.width * plan.height - image.height * plan.width) <= max(plan.width, plan.height)
    return image if side <= max(image.size) <= 256 and alike else None


def merged_planes(source: Source, plan: Layout) -> Array:
    """The channels that are wanted of the merged picture, (C, H, W), of the file's own depth."""
    wanted = stored_colours(plan.mode) + plan.transparent
    if plan.planes < wanted:
        raise source.damaged(f"it has {plan.planes} channels and needs {wanted}")
    row = (plan.width * plan.depth + 7) // 8
    packing = int.from_bytes(source.exactly(plan.merged, 2))
    start, size = plan.merged + 2, row * plan.height * wanted
    if packing == RAW_BYTES:
        content = source.exactly(start, size)
    elif packing == PACKED:
        content = unpacked(source, plan, start, row, wanted)
    elif packing == ZIPPED or (packing == PREDICTED and plan.depth <= 16):
        content = zlib.decompressobj().decompress(source.read_at(start, source.size - start), size)
    else:
        raise source.damaged(f"its pixels are packed in an unknown way, {packing}")
    if len(content) < size:
        raise source.cut_short()
    planes = as_numbers(content, plan, wanted, row)
    return np.add.accumulate(planes, axis=-1, dtype=planes.dtype) if packing == PREDICTED else planes


def as_numbers(content: bytes, plan: Layout, planes: int, row: int) -> Array:
    """Bytes as (C, H, W): uint8, uint16, or float32."""
    rows = np.frombuffer(content, np.uint8).reshape(planes, plan.height, row)
    if plan.depth == 1:  # in black and white a set bit is black
        return (1 - np.unpackbits(rows, axis=-1)[..., : plan.width]) * np.uint8(255)
    kinds = {8: "u1", 16: ">u2", 32: ">f4"}
    return rows.view(kinds[plan.depth]).astype(kinds[plan.depth].replace(">", "="))


def unpacked(source: Source, plan: Layout, start: int, row: int, planes: int) -> bytes:
    """The first channels of PackBits: the lengths of all rows stand before the rows."""
    import imagecodecs  # noqa: PLC0415  # a heavy library, for few files

    width = 4 if plan.large else 2
    table = source.exactly(start, width * plan.height * plan.planes)
    lengths = np.frombuffer(table, f">u{width}").astype(np.int64)
    position = start + len(table)
    if position + int(lengths.sum()) > source.size:
        raise source.cut_short(position + int(lengths.sum()))
    parts = []
    for length in lengths.reshape(plan.planes, plan.height)[:planes].sum(axis=1).tolist():
        part = imagecodecs.packbits_decode(source.read_at(position, length), out=row * plan.height)
        if len(part) < row * plan.height:
            raise source.damaged("a channel has too few pixels")
        parts.append(bytes(part))
        position += length
    return b"".join(parts)


def as_raw(
    planes: Array,
    plan: Layout,
    source: Source,
    icc: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
) -> Raw:
    """Channels (C, H, W) of any of Photoshop's modes as what everybody gets."""
    if plan.depth == 32:  # linear light, as floats
        planes = (np.nan_to_num(planes).clip(0, 1) ** np.float32(1 / 2.2) * 65535 + 0.5).astype(np.uint16)
    values = np.moveaxis(planes, 0, -1)  # (H, W, C)
    if plan.mode == INDEXED:
        palette = np.frombuffer(source.exactly(plan.palette[0], 768), np.uint8).reshape(3, 256).T
        return Raw(Image.fromarray(palette[values[..., 0]]), icc=icc, exif=exif, dpi=dpi)
    if plan.mode in {CMYK, LAB}:
        return converted(values, plan, icc, exif, dpi)
    values = without_white(values) if plan.transparent else np.ascontiguousarray(values)
    if values.dtype == np.uint16:
        return Raw(Image.new("L", (1, 1)), values, icc=icc, exif=exif, dpi=dpi)
    return Raw(Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values), icc=icc, exif=exif, dpi=dpi)


def converted(
    values: Array, plan: Layout, icc: bytes | None, exif: bytes | None, dpi: tuple[float, float] | None
) -> Raw:
    """CMYK (stored with 0 for full ink) and Lab as 8-bit sRGB; their alpha, which is rare, is left on white."""
    eight = values if values.dtype == np.uint8 else (values >> 8).astype(np.uint8)
    if plan.mode == LAB:
        image = Image.frombytes(
            "LAB", (plan.width, plan.height), (eight[..., :3] ^ np.array([0, 128, 128], np.uint8)).tobytes()
        )
        return Raw(image.convert("RGB"), exif=exif, dpi=dpi, notes=("its Lab colours became RGB",))
    image = Image.fromarray(np.ascontiguousarray(255 - eight[..., :4]), "CMYK")
    colours, notes = to_srgb(image, icc)
    return Raw(colours, exif=exif, dpi=dpi, notes=(CMYK_NOTE, *notes))


def without_white(values: Array) -> Array:
    """Colours as they are without the white that Photoshop lays under the merged picture; (H, W, C), alpha last."""
    full = np.float32(np.iinfo(values.dtype).max)
    result = np.empty_like(values)
    for top in range(0, len(values), 256):  # in bands: floats take room
        band = values[top : top + 256].astype(np.float32)
        cover = np.maximum(band[..., -1:] / full, 1 / full)
        colours = (band[..., :-1] - full * (1 - cover)) / cover
        result[top : top + 256, :, :-1] = (colours.clip(0, full) + 0.5).astype(values.dtype)
        result[top : top + 256, :, -1] = values[top : top + 256, :, -1]
    return result


def layers_over_each_other(source: Source, header: Header, dpi: tuple[float, float] | None) -> Raw:
    """All visible layers as psd-tools composes them, which wants about 40 bytes a pixel."""
    import psd_tools  # noqa: PLC0415  # a heavy library, for few files

    source.allow(header.width, header.height, 40)
    source.file.seek(0)
    image = psd_tools.PSDImage.open(io.BytesIO(source.content())).composite(ignore_preview=True)
    return Raw(image, dpi=dpi, notes=(LAYERS_NOTE,))
