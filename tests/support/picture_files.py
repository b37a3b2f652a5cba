"""Tiny art files of every format, made in code: what they hold is known, so what is read can be compared."""

import io
import plistlib
import sqlite3
import struct
import zipfile
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  # registers itself with Pillow
import tifffile
from PIL import Image

WIDTH, HEIGHT = 24, 16
Array = np.ndarray[Any, np.dtype[Any]]


def colours(depth: int = 8) -> Array:
    """A smooth picture in which no two corners are alike, (16, 24, 3), without symmetry."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = np.stack([across * 255 / (WIDTH - 1), down * 255 / (HEIGHT - 1), (across + down) * 3.0], axis=-1)
    return (planes / 255 * (2**depth - 1)).astype(np.uint8 if depth == 8 else np.uint16)


def cover(depth: int = 8) -> Array:
    """Alpha, (16, 24): opaque but for the right third, which is half, and the lowest rows, which are transparent."""
    alpha = np.full((HEIGHT, WIDTH), 2**depth - 1, np.uint8 if depth == 8 else np.uint16)
    alpha[:, 16:] = 2 ** (depth - 1)
    alpha[12:] = 0
    return alpha


def with_alpha(depth: int = 8) -> Array:
    """Colours and alpha, (16, 24, 4)."""
    return np.concatenate([colours(depth), cover(depth)[..., None]], axis=-1)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as Pillow writes it."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rgb() -> Image.Image:
    return Image.fromarray(colours())


def rgba() -> Image.Image:
    return Image.fromarray(with_alpha())


def exif(orientation: int = 1) -> bytes:
    """EXIF with an artist and an orientation."""
    found = Image.Exif()
    found[315] = "An artist"
    found[274] = orientation
    return found.tobytes()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises so many pixels."""
    shape = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = png_chunk(b"IHDR", shape) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def tiff(values: Array, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def deep_png(values: Array) -> bytes:
    return bytes(imagecodecs.png_encode(values))


def deep_jxl(values: Array) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(values, lossless=True, numthreads=1))


def ten_bit_avif(values: Array) -> bytes:
    return bytes(imagecodecs.avif_encode(values, bitspersample=10, level=100, pixelformat="444", numthreads=1))


def packed_rows(plane: Array) -> list[bytes]:
    return [bytes(imagecodecs.packbits_encode(row.tobytes())) for row in plane]


def psd(
    planes: Array,
    mode: int = 3,
    *,
    large: bool = False,
    alpha: bool = False,
    packed: bool = True,
    resources: dict[int, bytes] | None = None,
) -> bytes:
    """A PSD or PSB of a merged picture, (C, H, W) uint8 or uint16, without layers."""
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
    if not packed:
        return b"".join([*parts, b"\0\0", planes.tobytes()])
    rows = [row for plane in planes for row in packed_rows(plane)]
    table = b"".join(struct.pack(">I" if large else ">H", len(row)) for row in rows)
    return b"".join([*parts, b"\0\1", table, *rows])


def archive(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def kra(merged: bytes | None, preview: bytes) -> bytes:
    """Krita's file; without the merged picture it is a KRZ."""
    document = b'<?xml version="1.0"?><DOC><IMAGE name="a" width="2400" height="1600" mime="x"></IMAGE></DOC>'
    members = {"mimetype": b"application/x-krita", "maindoc.xml": document, "preview.png": preview}
    return archive(members | ({"mergedimage.png": merged} if merged else {}))


def ora(merged: bytes, thumbnail: bytes) -> bytes:
    return archive({"mimetype": b"image/openraster", "mergedimage.png": merged, "Thumbnails/thumbnail.png": thumbnail})


def procreate(preview: bytes) -> bytes:
    objects = ["$null", {"size": plistlib.UID(2)}, "{2400, 1600}"]
    document = {"$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)}, "$objects": objects}
    plist = plistlib.dumps(document, fmt=plistlib.FMT_BINARY)
    return archive({"Document.archive": plist, "QuickLook/Thumbnail.png": preview})


def clip(preview: bytes, *statements: str) -> bytes:
    """Clip Studio Paint's file with its database; statements are run on the database at the end."""
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
    body = b"".join(struct.pack(">8sQ", name, len(inside)) + inside for name, inside in chunks)
    return struct.pack(">8sQQ", b"CSFCHUNK", 24 + len(body), 24) + body


def svg(inside: str = '<rect width="12" height="16" fill="#f00"/>', root: str = 'width="24" height="16"') -> bytes:
    start = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{start} {root}>{inside}</svg>".encode()


def heic(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=-1, chroma=444, **options)
    return file.getvalue()


def every_format() -> dict[str, bytes]:
    """A file of each format, all of the same picture; what `identify` calls it and a variant after a colon."""
    large = rgb().resize((WIDTH * 4, HEIGHT * 4))  # HEIC's blocks want at least 64 pixels
    planes = np.moveaxis(colours(), -1, 0)
    png = saved(rgba(), "PNG")
    second = Image.fromarray(255 - colours())
    return {
        "PNG": png,
        "PNG:16": deep_png(with_alpha(16)),
        "PNG:palette": saved(rgb().quantize(16), "PNG", transparency=0),
        "APNG": saved(rgb(), "PNG", save_all=True, append_images=[second]),
        "JPEG": saved(rgb(), "JPEG", quality=95, subsampling=0),
        "JPEG:progressive": saved(rgb(), "JPEG", progressive=True),
        "WebP": saved(rgba(), "WEBP", lossless=True, exact=True),
        "WebP:animated": saved(rgb(), "WEBP", lossless=True, save_all=True, append_images=[second]),
        "AVIF": saved(rgb(), "AVIF", quality=100, subsampling="4:4:4"),
        "AVIF:10": ten_bit_avif(colours(10)),
        "JPEG XL": saved(rgba(), "JXL", lossless=True),
        "JPEG XL:16": deep_jxl(with_alpha(16)),
        "HEIC": heic(large),
        "GIF": saved(rgb().quantize(16), "GIF", save_all=True, append_images=[second.quantize(16)]),
        "BMP": saved(rgb(), "BMP"),
        "TIFF": saved(rgba(), "TIFF"),
        "TIFF:16": tiff(with_alpha(16), photometric="rgb", extrasamples=["unassalpha"], compression="zlib"),
        "TIFF:lzw": saved(rgb(), "TIFF", compression="tiff_lzw"),
        "TIFF:cmyk": saved(rgb().convert("CMYK"), "TIFF"),
        "PSD": psd(planes),
        "PSD:16": psd(np.moveaxis(colours(16), -1, 0)),
        "PSB": psd(planes, large=True, packed=False),
        "KRA": kra(png, saved(rgba().resize((12, 8)), "PNG")),
        "KRZ": kra(None, png),
        "ORA": ora(png, saved(rgba().resize((12, 8)), "PNG")),
        "CLIP": clip(png),
        "PROCREATE": procreate(png),
        "SVG": svg(),
    }
