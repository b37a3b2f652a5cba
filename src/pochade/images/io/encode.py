"""Encode a `Picture` as the bytes of an image file, one function per format; `write.py` verifies the result.

libpng and tifffile write 16-bit colour, which Pillow can't; libjxl writes JPEG XL with EXIF beside it.
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Picture
from pochade.images.formats.isobmff import make_box
from pochade.images.formats.png import make_png_chunk
from pochade.images.formats.tiff import ICC_PROFILE_TAG, ORIGIN_TAGS
from pochade.images.metadata.exif import EXIF_PREFIX

_METRES_PER_INCH = 0.0254
_PNG_HEADER_BYTES = 33  # of signature and first chunk, behind which the chunks with metadata are inserted
_PNG_LEVEL = 4  # of 9; 6 takes two to six times as long for 5 to 10 percent
_WEBP_EFFORT = 25  # of 100; 80, the default, takes two to six times as long for no gain
_JXL_EFFORT = 3  # of 9; 7, the default, takes four to six times as long for 0 to 25 percent
_AVIF_SPEED = 8  # of 10; 6, the default, takes seven times as long for 2 percent
_TIFF_STRAIGHT_ALPHA, _TIFF_UNIT_INCH = 2, 2
_TIFF_TYPE_ASCII, _TIFF_TYPE_BYTES = 2, 7
_NO_GREY_ALPHA_FORMATS = {"WebP", "AVIF"}  # a grey picture with alpha is stored in colour


def encode_image_file(picture: Picture, format_name: str, quality: int) -> bytes:
    """Encode a picture as the bytes of a file; exceptions of the libraries pass through.

    Args:
        picture: A picture that the format can hold; see `write.unsupported_reason`.
        format_name: One of `write.SUFFIX_BY_FORMAT`.
        quality: The quality of JPEG and AVIF, 1 to 100.
    """
    if format_name == "PNG":
        return encode_png(picture)
    if format_name == "TIFF":
        return _encode_tiff(picture)
    if format_name == "JPEG XL":
        return _encode_jxl(picture)
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "subsampling": 0},
        "WebP": {"lossless": True, "quality": _WEBP_EFFORT, "exact": True},  # exact: keep colours of transparent pixels
        "AVIF": {"quality": quality, "subsampling": "4:4:4", "speed": _AVIF_SPEED},
        "BMP": {},
    }
    return _encode_with_pillow(picture, format_name, options[format_name])


def stack_alpha(picture: Picture) -> Array:
    """The colours, followed by alpha if there is any: (H, W) or (H, W, 2 to 4)."""
    if picture.alpha is None:
        return picture.pixels[..., 0] if picture.pixels.shape[-1] == 1 else picture.pixels
    return np.concatenate([picture.pixels, picture.alpha[..., None]], axis=-1)


def _encode_with_pillow(picture: Picture, format_name: str, options: dict[str, Any]) -> bytes:
    """Encode 8 bits; Pillow itself leaves out the metadata that a format has no place for."""
    metadata = {"icc_profile": picture.icc, "exif": picture.exif, "dpi": picture.dpi}
    image = Image.fromarray(np.ascontiguousarray(stack_alpha(picture)))
    if format_name in _NO_GREY_ALPHA_FORMATS:
        image = image.convert("RGBA" if image.mode == "LA" else image.mode)
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options, **{name: value for name, value in metadata.items() if value is not None})
    return buffer.getvalue()


def encode_png(picture: Picture, xmp: bytes | None = None) -> bytes:
    """Encode a PNG of 8 or 16 bits.

    Args:
        picture: Any picture.
        xmp: An XMP packet to store beside the other metadata.
    """
    import imagecodecs  # noqa: PLC0415  # heavy

    content = bytes(imagecodecs.png_encode(np.ascontiguousarray(stack_alpha(picture)), level=_PNG_LEVEL))
    metadata = _png_metadata_chunks(picture)
    if xmp is not None:
        metadata += make_png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    return content[:_PNG_HEADER_BYTES] + metadata + content[_PNG_HEADER_BYTES:]


def _png_metadata_chunks(picture: Picture) -> bytes:
    """The chunks with code points, profile, resolution and EXIF."""
    chunks = b""
    if picture.hdr is not None:
        matrix, full_range = 0, 1  # RGB, from 0 to the highest value
        chunks += make_png_chunk(b"cICP", bytes((*picture.hdr, matrix, full_range)))
    if picture.icc is not None:
        chunks += make_png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.icc))
    if picture.dpi is not None:
        across, down = (round(dots / _METRES_PER_INCH) for dots in picture.dpi)
        chunks += make_png_chunk(b"pHYs", struct.pack(">IIB", across, down, 1))  # 1: dots per metre
    if picture.exif is not None:
        chunks += make_png_chunk(b"eXIf", picture.exif.removeprefix(EXIF_PREFIX))
    return chunks


def _encode_jxl(picture: Picture) -> bytes:
    """Encode a lossless JPEG XL of 8 bits, with EXIF in a box behind the picture."""
    import imagecodecs  # noqa: PLC0415  # heavy

    values = np.ascontiguousarray(stack_alpha(picture))
    use_boxes = picture.exif is not None
    content = imagecodecs.jpegxl_encode(values, lossless=True, effort=_JXL_EFFORT, usecontainer=use_boxes, numthreads=1)
    return bytes(content) + jxl_exif_box(picture.exif)


def jxl_exif_box(exif: bytes | None) -> bytes:
    """The box of a JPEG XL that holds an EXIF block; empty if there is none."""
    if exif is None:
        return b""
    bytes_to_skip = bytes(4)  # 0, as a 32-bit number
    return make_box(b"Exif", bytes_to_skip + exif.removeprefix(EXIF_PREFIX))


def _encode_tiff(picture: Picture) -> bytes:
    """Encode a TIFF of 8 or 16 bits with lossless compression."""
    import tifffile  # noqa: PLC0415  # heavy

    values, buffer = stack_alpha(picture), io.BytesIO()
    tifffile.imwrite(
        buffer,
        values,
        photometric="minisblack" if picture.pixels.shape[-1] == 1 else "rgb",
        planarconfig="contig" if values.ndim == 3 else None,
        extrasamples=None if picture.alpha is None else [_TIFF_STRAIGHT_ALPHA],
        compression="zlib",
        predictor=True,
        maxworkers=1,
        metadata=None,  # otherwise tifffile writes its own description
        software=False,
        resolution=picture.dpi,
        resolutionunit=None if picture.dpi is None else _TIFF_UNIT_INCH,
        extratags=_tiff_metadata_tags(picture),
    )
    return buffer.getvalue()


def _tiff_metadata_tags(picture: Picture) -> list[tuple[int, int, int, bytes, bool]]:
    """The profile and the EXIF tags about the origin as tuples: tag, type, count, value, whether only once."""
    exif = Image.Exif()
    exif.load(picture.exif or b"")
    texts = {tag: exif[tag].encode("latin-1") + b"\0" for tag in ORIGIN_TAGS if isinstance(exif.get(tag), str)}
    tags = [(tag, _TIFF_TYPE_ASCII, len(text), text, True) for tag, text in texts.items()]
    if picture.icc is not None:
        tags.append((ICC_PROFILE_TAG, _TIFF_TYPE_BYTES, len(picture.icc), picture.icc, True))
    return tags
