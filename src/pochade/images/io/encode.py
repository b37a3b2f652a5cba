"""A `Picture` as the bytes of a file, one function a format; `write.py` is the door in front of it.

libpng and tifffile write what Pillow cannot, 16 bits of colour; libjxl writes JPEG XL with the EXIF beside it.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Picture
from pochade.images.formats.isobmff import box
from pochade.images.formats.tiff import ICC, KEPT
from pochade.images.metadata.exif import PREFIX

INCH = 0.0254  # metres
PNG_START = 33  # bytes of the signature and the first chunk, behind which the others may stand
PNG_EFFORT = 4  # of 9; 6 takes two to six times longer for 5 to 10 percent
WEBP_EFFORT = 25  # of 100; 80, its default, takes two to six times longer for no more
JXL_EFFORT = 3  # of 9; 7, its default, takes four to six times longer for 0 to 25 percent
AVIF_SPEED = 8  # of 10; 6, its default, takes seven times longer for 2 percent
UNASSOCIATED = 2  # TIFF's word for straight alpha
INCHES = 2  # TIFF's word for the unit of its dots
ASCII = 2  # TIFF's word for a text
COVERED = {"WebP", "AVIF"}  # where a grey picture is stored in colours


def encoded(picture: Picture, form: str, quality: int) -> bytes:
    """The file's bytes; whatever the library raises goes through.

    Args:
        picture: One that the format can hold; see `write.refusal`.
        form: One of `write.SUFFIXES`.
        quality: Of JPEG and AVIF, 1 to 100.
    """
    if form == "PNG":
        return png(picture)
    if form == "TIFF":
        return tiff(picture)
    if form == "JPEG XL":
        return jxl(picture)
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "subsampling": 0},
        "WebP": {"lossless": True, "quality": WEBP_EFFORT, "exact": True},  # exact: transparent pixels stay, too
        "AVIF": {"quality": quality, "subsampling": "4:4:4", "speed": AVIF_SPEED},
        "BMP": {},
    }
    return through_pillow(picture, form, options[form])


def stacked(picture: Picture) -> Array:
    """Colours, and alpha behind them when there is any: (H, W) or (H, W, 2 to 4)."""
    if picture.alpha is None:
        return picture.pixels[..., 0] if picture.pixels.shape[-1] == 1 else picture.pixels
    return np.concatenate([picture.pixels, picture.alpha[..., None]], axis=-1)


def through_pillow(picture: Picture, form: str, options: dict[str, Any]) -> bytes:
    """As Pillow writes it: 8 bits; what a format has no place for is left out by Pillow itself."""
    beside = {"icc_profile": picture.icc, "exif": picture.exif, "dpi": picture.dpi}
    image = Image.fromarray(np.ascontiguousarray(stacked(picture)))
    if form in COVERED:
        image = image.convert("RGBA" if image.mode == "LA" else image.mode)
    buffer = io.BytesIO()
    image.save(buffer, form, **options, **{name: value for name, value in beside.items() if value is not None})
    return buffer.getvalue()


def png(picture: Picture, xmp: bytes | None = None) -> bytes:
    """A PNG of 8 or 16 bits, with an XMP if it is given one."""
    import imagecodecs  # noqa: PLC0415  # a heavy library

    content = bytes(imagecodecs.png_encode(np.ascontiguousarray(stacked(picture)), level=PNG_EFFORT))
    told = b"" if xmp is None else png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    return content[:PNG_START] + png_beside(picture) + told + content[PNG_START:]


def png_beside(picture: Picture) -> bytes:
    """The chunks with profile, dots per inch and EXIF."""
    chunks = b""
    if picture.icc is not None:
        chunks += png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.icc))
    if picture.dpi is not None:
        across, down = (round(dots / INCH) for dots in picture.dpi)
        chunks += png_chunk(b"pHYs", struct.pack(">IIB", across, down, 1))  # 1: dots a metre
    if picture.exif is not None:
        chunks += png_chunk(b"eXIf", picture.exif.removeprefix(PREFIX))
    return chunks


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A piece of a PNG with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jxl(picture: Picture) -> bytes:
    """A lossless JPEG XL of 8 bits; EXIF stands in a box behind the picture."""
    import imagecodecs  # noqa: PLC0415  # a heavy library

    values = np.ascontiguousarray(stacked(picture))
    boxed = picture.exif is not None
    content = bytes(
        imagecodecs.jpegxl_encode(values, lossless=True, effort=JXL_EFFORT, usecontainer=boxed, numthreads=1)
    )
    return content + jxl_exif(picture.exif)


def jxl_exif(exif: bytes | None) -> bytes:
    """The box with an EXIF; nothing where there is none."""
    if exif is None:
        return b""
    return box(b"Exif", bytes(4) + exif.removeprefix(PREFIX))  # before it, how many bytes are to be skipped


def tiff(picture: Picture) -> bytes:
    """A TIFF of 8 or 16 bits, packed without loss."""
    import tifffile  # noqa: PLC0415  # a heavy library

    values, buffer = stacked(picture), io.BytesIO()
    tifffile.imwrite(
        buffer,
        values,
        photometric="minisblack" if picture.pixels.shape[-1] == 1 else "rgb",
        planarconfig="contig" if values.ndim == 3 else None,
        extrasamples=None if picture.alpha is None else [UNASSOCIATED],
        compression="zlib",
        predictor=True,
        maxworkers=1,
        metadata=None,  # else it writes its own description
        software=False,
        resolution=picture.dpi,
        resolutionunit=None if picture.dpi is None else INCHES,
        extratags=tiff_beside(picture),
    )
    return buffer.getvalue()


def tiff_beside(picture: Picture) -> list[tuple[int, int, int, bytes, bool]]:
    """The profile, and what the EXIF says of the picture's origin, as tags: number, type, count, value, once."""
    found = Image.Exif()
    found.load(picture.exif or b"")
    texts = {tag: found[tag].encode("latin-1") + b"\0" for tag in KEPT if isinstance(found.get(tag), str)}
    tags = [(tag, ASCII, len(text), text, True) for tag, text in texts.items()]
    return tags + ([] if picture.icc is None else [(ICC, 7, len(picture.icc), picture.icc, True)])  # 7: any bytes
