"""Tiny art files of every format, made in code, so that tests know what reading them must give."""

import io
import plistlib
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import pillow_heif
import pillow_jxl  # noqa: F401  # registers itself with Pillow
import tifffile
from PIL import Image, ImageCms

WIDTH, HEIGHT = 24, 16
Array = np.ndarray[Any, np.dtype[Any]]
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def colour_values(depth: int = 8) -> Array:
    """A smooth picture without symmetry, whose corners all differ; (16, 24, 3)."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = np.stack([across * 255 / (WIDTH - 1), down * 255 / (HEIGHT - 1), (across + down) * 3.0], axis=-1)
    return (planes / 255 * (2**depth - 1)).astype(np.uint8 if depth == 8 else np.uint16)


def alpha_values(depth: int = 8) -> Array:
    """Opaque on the left, half transparent in the right third, transparent in the lowest rows; (16, 24)."""
    alpha = np.full((HEIGHT, WIDTH), 2**depth - 1, np.uint8 if depth == 8 else np.uint16)
    alpha[:, 16:] = 2 ** (depth - 1)
    alpha[12:] = 0
    return alpha


def colour_and_alpha_values(depth: int = 8) -> Array:
    """(16, 24, 4)."""
    return np.concatenate([colour_values(depth), alpha_values(depth)[..., None]], axis=-1)


def encode_with_pillow(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rgb_image() -> Image.Image:
    return Image.fromarray(colour_values())


def rgba_image() -> Image.Image:
    return Image.fromarray(colour_and_alpha_values())


def make_exif(orientation: int = 1) -> bytes:
    """An EXIF block with an artist and an orientation."""
    block = Image.Exif()
    block[315] = "An artist"
    block[274] = orientation
    return block.tobytes()


def make_png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def make_png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims this size."""
    shape = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", shape), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(make_png_chunk(kind, content) for kind, content in chunks)


def encode_tiff(values: Array, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def encode_pages(*pages: tuple[Array, dict[str, Any]], **options: Any) -> bytes:
    """A TIFF with a directory for each array; the options of a page are those of tifffile."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, **options) as writer:
        for values, page_options in pages:
            writer.write(values, photometric=page_options.pop("photometric", "rgb"), **page_options)
    return file.getvalue()


def make_dng(preview: Array | None, sensor_size: tuple[int, int], orientation: int = 1) -> bytes:
    """A DNG as cameras write it: a thumbnail, then the values of the sensor and a preview as sub-directories."""
    version = [(50706, 1, 4, (1, 4, 0, 0), True), (274, 3, 1, orientation, True), (271, 2, 0, "A maker", True)]
    thumbnail = np.full((8, 12, 3), 9, np.uint8)
    shown = [] if preview is None else [(preview, {"subfiletype": 1})]
    first = (thumbnail, {"subfiletype": 1, "subifds": 1 + len(shown), "extratags": version})
    return encode_pages(first, (np.full(sensor_size, 500, np.uint16), {"photometric": 32803}), *shown)


def encode_png(values: Array) -> bytes:
    return bytes(imagecodecs.png_encode(values))


def encode_jxl(values: Array) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(values, lossless=True, numthreads=1))


def encode_ten_bit_avif(values: Array) -> bytes:
    return bytes(imagecodecs.avif_encode(values, bitspersample=10, level=100, pixelformat="444", numthreads=1))


def pack_rows(plane: Array) -> list[bytes]:
    return [bytes(imagecodecs.packbits_encode(row.tobytes())) for row in plane]


def make_psd(
    planes: Array,
    mode: int = 3,
    *,
    large: bool = False,
    alpha: bool = False,
    packbits: bool = True,
    resources: dict[int, bytes] | None = None,
) -> bytes:
    """A PSD or PSB with a merged picture (C, H, W) of uint8 or uint16, and no layers."""
    channels, height, width = planes.shape
    planes = planes.astype(planes.dtype.newbyteorder(">"))
    parts = [b"8BPS", struct.pack(">H6xHIIHH", 1 + large, channels, height, width, 8 * planes.itemsize, mode)]
    parts.append(struct.pack(">I", 0))
    blocks = b"".join(
        struct.pack(">4sHHI", b"8BIM", number, 0, len(content)) + content + b"\0" * (len(content) % 2)
        for number, content in (resources or {}).items()
    )
    parts.append(struct.pack(">I", len(blocks)) + blocks)
    layers = struct.pack(">h", -1 if alpha else 0) + b"\0\0"
    length = ">Q" if large else ">I"
    info = struct.pack(length, len(layers)) + layers
    parts.append(struct.pack(length, len(info)) + info)
    if not packbits:
        return b"".join([*parts, b"\0\0", planes.tobytes()])
    rows = [row for plane in planes for row in pack_rows(plane)]
    table = b"".join(struct.pack(">I" if large else ">H", len(row)) for row in rows)
    return b"".join([*parts, b"\0\1", table, *rows])


def make_zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def make_kra(merged: bytes | None, preview: bytes) -> bytes:
    """Krita's file: a KRA, or a KRZ if there is no merged picture."""
    document = b'<?xml version="1.0"?><DOC><IMAGE name="a" width="2400" height="1600" mime="x"></IMAGE></DOC>'
    members = {"mimetype": b"application/x-krita", "maindoc.xml": document, "preview.png": preview}
    return make_zip(members | ({"mergedimage.png": merged} if merged else {}))


def make_ora(merged: bytes, thumbnail: bytes) -> bytes:
    return make_zip({"mimetype": b"image/openraster", "mergedimage.png": merged, "Thumbnails/thumbnail.png": thumbnail})


def make_procreate(preview: bytes) -> bytes:
    objects = ["$null", {"size": plistlib.UID(2)}, "{2400, 1600}"]
    document = {"$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)}, "$objects": objects}
    plist = plistlib.dumps(document, fmt=plistlib.FMT_BINARY)
    return make_zip({"Document.archive": plist, "QuickLook/Thumbnail.png": preview})


def make_clip(preview: bytes, *statements: str) -> bytes:
    """Clip Studio Paint's file; the statements are run on its database at the end."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE Canvas (CanvasUnit INTEGER, CanvasWidth REAL, CanvasHeight REAL)")
    connection.execute("INSERT INTO Canvas VALUES (0, 2400, 1600)")
    connection.execute("CREATE TABLE CanvasPreview (MainId INTEGER, ImageData BLOB)")
    connection.execute("INSERT INTO CanvasPreview VALUES (1, ?)", (preview,))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    content = connection.serialize()
    connection.close()
    chunks = [(b"CHNKHead", bytes(40)), (b"CHNKExta", bytes(100)), (b"CHNKSQLi", content), (b"CHNKFoot", b"")]
    body = b"".join(struct.pack(">8sQ", name, len(data)) + data for name, data in chunks)
    return struct.pack(">8sQQ", b"CSFCHUNK", 24 + len(body), 24) + body


def make_svg(inside: str = '<rect width="12" height="16" fill="#f00"/>', root: str = 'width="24" height="16"') -> bytes:
    start = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{start} {root}>{inside}</svg>".encode()


def encode_heic(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=-1, chroma=444, **options)
    return file.getvalue()


def encode_exr(channels: dict[str, Array], **attributes: Any) -> bytes:
    """An OpenEXR file with one part."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **attributes}
    with tempfile.TemporaryDirectory() as folder:  # the library writes to named files only
        OpenEXR.File(header, channels).write(f"{folder}/picture.exr")
        return Path(f"{folder}/picture.exr").read_bytes()


def linear_light() -> dict[str, Array]:
    """The colours of `colour_values` as channels in linear light."""
    values = colour_values().astype(np.float32) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return {letter: np.ascontiguousarray(light[..., place]) for place, letter in enumerate("RGB")}


def _xcf_property(kind: int, content: bytes) -> bytes:
    return struct.pack(">II", kind, len(content)) + content


def _one_literal(plane: bytes) -> bytes:
    return struct.pack(">BH", 128, len(plane)) + plane


def _encode_tile(tile: Array, compression: int, pack: Callable[[bytes], bytes]) -> bytes:
    """The values (h, w, C) of a tile: as they are, in run lengths, or in zlib."""
    content = tile.astype(tile.dtype.newbyteorder(">")).tobytes()
    if compression == 2:
        return zlib.compress(content)
    if compression == 0:
        return content
    planes = np.frombuffer(content, np.uint8).reshape(tile.shape[0] * tile.shape[1], -1).T
    return b"".join(pack(plane.tobytes()) for plane in planes)


def make_xcf(
    layers: list[tuple[Array | None, dict[int, bytes]]],
    *,
    mode: int = 0,
    version: int = 11,
    precision: int = 150,
    compression: int = 1,
    palette: bytes = b"",
    pack: Callable[[bytes], bytes] = _one_literal,
) -> bytes:
    """GIMP's file of 24 x 16 pixels.

    Args:
        layers: From the top down, each with its values (H, W, C) and its properties; without values it is a group.
        mode: 0 is RGB, 1 grey, 2 indexed.
        version: Of the format.
        precision: 150 is 8 bits with a tone curve.
        compression: 0 is none, 1 run lengths, 2 zlib.
        palette: Red, green and blue of each colour.
        pack: Encodes the run lengths of a plane of a tile.
    """
    offset_format = ">Q" if version >= 11 else ">I"
    head = b"gimp xcf " + (b"v%03d\0" % version) + struct.pack(">III", WIDTH, HEIGHT, mode)
    head += struct.pack(">I", precision) if version >= 4 else b""
    head += _xcf_property(17, bytes([compression]))
    head += _xcf_property(1, struct.pack(">I", len(palette) // 3) + palette) if palette else b""
    head += _xcf_property(0, b"")
    start = len(head) + struct.calcsize(offset_format) * (len(layers) + 2)
    places, body = list[int](), b""
    for values, properties in layers:
        places.append(start + len(body))
        body += _encode_layer(values, properties, start + len(body), offset_format, compression, pack)
    return head + b"".join(struct.pack(offset_format, place) for place in (*places, 0, 0)) + body


def _encode_layer(
    values: Array | None,
    properties: dict[int, bytes],
    start: int,
    offset_format: str,
    compression: int,
    pack: Callable[[bytes], bytes],
) -> bytes:
    size = struct.calcsize(offset_format)
    height, width, channels = (HEIGHT, WIDTH, 4) if values is None else values.shape
    head = struct.pack(">III", width, height, {3: 0, 4: 1, 1: 2, 2: 3}[channels]) + struct.pack(">I", 2) + b"a\0"
    head += b"".join(_xcf_property(kind, content) for kind, content in properties.items()) + _xcf_property(0, b"")
    hierarchy = start + len(head) + 2 * size
    level = hierarchy + 12 + 2 * size
    corners = [(top, left) for top in range(0, height, 64) for left in range(0, width, 64)]
    tiles = [
        b"" if values is None else _encode_tile(values[top : top + 64, left : left + 64], compression, pack)
        for top, left in corners
    ]
    first = level + 8 + size * (len(tiles) + 1)
    offsets = [first + sum(len(tile) for tile in tiles[:number]) for number in range(len(tiles))]
    depth = 1 if values is None else values.dtype.itemsize
    parts = [head, struct.pack(offset_format, hierarchy), struct.pack(offset_format, 0)]
    parts += [struct.pack(">III", width, height, channels * depth), struct.pack(offset_format, level), bytes(size)]
    parts += [struct.pack(">II", width, height), *(struct.pack(offset_format, offset) for offset in (*offsets, 0))]
    return b"".join(parts + tiles)


def files_of_every_format() -> dict[str, bytes]:
    """Files of one picture, by the format that `identify` returns, and a variant after a colon."""
    large = rgb_image().resize((WIDTH * 4, HEIGHT * 4))  # HEIC's blocks need at least 64 pixels
    planes = np.moveaxis(colour_values(), -1, 0)
    png = encode_with_pillow(rgba_image(), "PNG")
    second = Image.fromarray(255 - colour_values())
    return {
        "PNG": png,
        "PNG:16": encode_png(colour_and_alpha_values(16)),
        "PNG:palette": encode_with_pillow(rgb_image().quantize(16), "PNG", transparency=0),
        "APNG": encode_with_pillow(rgb_image(), "PNG", save_all=True, append_images=[second]),
        "JPEG": encode_with_pillow(rgb_image(), "JPEG", quality=95, subsampling=0),
        "JPEG:progressive": encode_with_pillow(rgb_image(), "JPEG", progressive=True),
        "WebP": encode_with_pillow(rgba_image(), "WEBP", lossless=True, exact=True),
        "WebP:animated": encode_with_pillow(rgb_image(), "WEBP", lossless=True, save_all=True, append_images=[second]),
        "AVIF": encode_with_pillow(rgb_image(), "AVIF", quality=100, subsampling="4:4:4"),
        "AVIF:10": encode_ten_bit_avif(colour_values(10)),
        "JPEG XL": encode_with_pillow(rgba_image(), "JXL", lossless=True),
        "JPEG XL:16": encode_jxl(colour_and_alpha_values(16)),
        "HEIC": encode_heic(large),
        "GIF": encode_with_pillow(rgb_image().quantize(16), "GIF", save_all=True, append_images=[second.quantize(16)]),
        "BMP": encode_with_pillow(rgb_image(), "BMP"),
        "TIFF": encode_with_pillow(rgba_image(), "TIFF"),
        "TIFF:16": encode_tiff(
            colour_and_alpha_values(16), photometric="rgb", extrasamples=["unassalpha"], compression="zlib"
        ),
        "TIFF:lzw": encode_with_pillow(rgb_image(), "TIFF", compression="tiff_lzw"),
        "TIFF:cmyk": encode_with_pillow(rgb_image().convert("CMYK"), "TIFF"),
        "DNG": make_dng(colour_values(), (HEIGHT, WIDTH)),
        "PSD": make_psd(planes),
        "PSD:16": make_psd(np.moveaxis(colour_values(16), -1, 0)),
        "PSB": make_psd(planes, large=True, packbits=False),
        "KRA": make_kra(png, encode_with_pillow(rgba_image().resize((12, 8)), "PNG")),
        "KRZ": make_kra(None, png),
        "ORA": make_ora(png, encode_with_pillow(rgba_image().resize((12, 8)), "PNG")),
        "CLIP": make_clip(png),
        "PROCREATE": make_procreate(png),
        "SVG": make_svg(),
        "TGA": encode_with_pillow(rgba_image(), "TGA"),
        "TGA:rle": encode_with_pillow(rgb_image(), "TGA", compression="tga_rle"),
        "JPEG 2000": encode_with_pillow(rgba_image(), "JPEG2000"),
        "JPEG 2000:16": bytes(imagecodecs.jpeg2k_encode(colour_and_alpha_values(16), level=0)),
        "EXR": encode_exr(linear_light()),
        "XCF": make_xcf([(colour_and_alpha_values(), {})]),
        "PDF": encode_with_pillow(rgb_image(), "PDF", resolution=72),
    }
