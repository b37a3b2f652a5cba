"""Lossy image codecs for pictures of 8 bits: AVIF, JPEG XL and WebP, each with one quality parameter.

The encoded file also holds the colour profile, EXIF, XMP, and whatever else the original's file holds beside its pixels
(see `extra_data.py`). Alpha is encoded without loss.
"""

# ruff: noqa: PLR2004  # the numbers are the formats' own

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.icc import is_srgb
from pochade.images.base.picture import Header, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.extra_data import NO_EXTRA_DATA, ExtraData, find_extra_data, has_unclear_colours
from pochade.images.codecs.extra_storage import add_to_webp, extra_box
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.codecs.plain_files import holds_only_picture
from pochade.images.codecs.transparent_fill import fill_transparent
from pochade.images.formats.isobmff import make_box
from pochade.images.formats.webp import webp_chunks
from pochade.images.io.complete_file import complete_file
from pochade.images.io.encode import jxl_exif_box, stack_alpha
from pochade.images.io.identify import read_header
from pochade.images.io.read import picture_from_source
from pochade.images.metadata.exif import add_resolution
from pochade.images.quality.ssimulacra2 import MIN_SIDE_PIXELS

PLAIN_FORMATS = {"PNG", "JPEG", "WebP", "BMP", "TIFF"}  # whose files usually hold one picture and metadata
FORMATS_WITH_EXTRA_DATA = {"PNG", "JPEG"}
AVIF_SPEED = 6  # of 10; 4 takes four times longer and saves 8 percent
MAX_WEBP_SIDE = 16_383  # pixels
WEBP_METHOD = 6  # of 6, the slowest


@dataclass(frozen=True)
class Original:
    """A picture that may be encoded with loss, with the XMP and the extra data of its file."""

    picture: Picture
    xmp: bytes | None
    extra: ExtraData = NO_EXTRA_DATA

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width."""
        return self.picture.pixels.shape[0], self.picture.pixels.shape[1]

    @cached_property
    def webp_frame(self) -> bytes:
        """A black WebP with the picture's alpha and metadata; cached, because encoding alpha takes most of the time."""
        plain = replace(self.picture, pixels=np.zeros_like(self.picture.pixels))
        return _encode_with_pillow(replace(self, picture=plain), "WebP", {"quality": 0, "method": WEBP_METHOD})


class LossyCodec(NamedTuple):
    """An image codec with a quality parameter: a higher quality is closer to the original, and takes more bytes."""

    name: str
    encode: Callable[[Original, int], bytes]  # original, quality -> file; ValueError if the format can't hold it
    best_quality: int  # the highest; the lowest is 0
    quality_at_70: float  # the quality that usually gives an SSIMULACRA2 score of 70
    quality_at_90: float  # likewise for a score of 90

    def guess_quality(self, score: float) -> int:
        """Return the quality that usually gives an SSIMULACRA2 score."""
        quality = self.quality_at_70 + (score - 70) / 20 * (self.quality_at_90 - self.quality_at_70)
        return max(0, min(self.best_quality, round(quality)))

    @property
    def score_per_step(self) -> float:
        """How much one more step of quality usually adds to the score."""
        return 20 / (self.quality_at_90 - self.quality_at_70)


def read_original(content: bytes) -> Original | None:
    """Read a picture that may be encoded with loss. Exceptions of the decoding library are not caught.

    Args:
        content: The bytes of a picture file.

    Returns:
        The picture; None if a lossy file could lose more than pixels: layers, further frames, a depth above 8 bits,
        colours that only the file's own format can state, or data that belongs to this very file.
    """
    source = Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)
    header = read_header(source)
    extra = _find_all_extra_data(source, header) if _is_plain(header) else None
    if extra is None or complete_file(source).notes:  # a damaged file is kept as it is
        return None
    picture = picture_from_source(source)
    if picture.hdr is not None or (header.format in FORMATS_WITH_EXTRA_DATA and has_unclear_colours(source, picture)):
        return None
    if picture.alpha is not None and (picture.alpha == 255).all():
        picture = replace(picture, alpha=None)
    exif = add_resolution(picture.exif, picture.dpi)
    filled = picture.pixels if picture.alpha is None else fill_transparent(picture.pixels, picture.alpha > 0)
    return Original(replace(picture, pixels=filled, exif=exif), read_xmp(content), extra)


def read_xmp(content: bytes) -> bytes | None:
    """Read the XMP packet of a picture file; None if it has none."""
    image = Image.open(io.BytesIO(content))
    if image.format == "PNG":
        image.load()  # the XMP may follow the pixels
    xmp = image.info.get("xmp")
    return xmp.encode() if isinstance(xmp, str) else xmp or None


def _is_plain(header: Header) -> bool:
    is_still = header.format in PLAIN_FORMATS and header.frames == 1
    return (
        is_still and header.depth <= 8 and header.channels <= 3 and min(header.height, header.width) >= MIN_SIDE_PIXELS
    )


def _find_all_extra_data(source: Source, header: Header) -> ExtraData | None:
    """Collect the data for which lossy files have no place of their own; None if they can't hold it at all."""
    if header.format in FORMATS_WITH_EXTRA_DATA:
        return find_extra_data(source, header.format)
    return NO_EXTRA_DATA if holds_only_picture(source, header) else None


def _encode_avif(original: Original, quality: int) -> bytes:
    grey = original.picture.pixels.shape[-1] == 1 and original.picture.alpha is None
    options = {"quality": quality, "subsampling": "4:0:0" if grey else "4:4:4", "speed": AVIF_SPEED, "max_threads": 1}
    content = _encode_with_pillow(original, "AVIF", options | {"advanced": {"alpha:lossless": "1"}})
    return content + extra_box(original.extra)


def _encode_webp(original: Original, quality: int) -> bytes:
    """Encode a WebP. Its alpha does not depend on the quality, so it is taken from `webp_frame`."""
    if max(original.sides) > MAX_WEBP_SIDE:
        raise ValueError("it is too large for WebP")
    options = {"quality": quality, "method": WEBP_METHOD, "use_sharp_yuv": True}
    height, width = original.sides
    if original.picture.alpha is None:
        return add_to_webp(_encode_with_pillow(original, "WebP", options), original.extra, width, height)
    opaque = replace(original.picture, alpha=None, icc=None, exif=None)
    colours = _encode_with_pillow(Original(opaque, None), "WebP", options)
    return add_to_webp(_replace_webp_colours(original.webp_frame, colours), original.extra, width, height)


def _replace_webp_colours(frame: bytes, colours: bytes) -> bytes:
    """Replace the colours of a WebP with alpha by those of a WebP without alpha or metadata."""
    chunks = webp_chunks(Source(io.BytesIO(frame), "the frame", len(frame), MAX_PICTURE_BYTES))
    start, length = next((start, length) for kind, start, length in chunks if kind == b"VP8 ")
    body = frame[8 : start - 8] + colours[12:] + frame[start + length + length % 2 :]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _encode_with_pillow(original: Original, file_format: str, options: dict[str, Any]) -> bytes:
    metadata = {"icc_profile": original.picture.icc, "exif": original.picture.exif, "xmp": original.xmp}
    image = Image.fromarray(np.ascontiguousarray(stack_alpha(original.picture)))
    image = image.convert("RGBA") if image.mode == "LA" else image
    buffer = io.BytesIO()
    present = {name: value for name, value in metadata.items() if value is not None}
    image.save(buffer, file_format, **options, **present)
    return buffer.getvalue()


def _encode_jpeg_xl(original: Original, quality: int) -> bytes:
    """Encode a JPEG XL. Quality 0 is a Butteraugli distance of 10.05, and each step lowers it by a twentieth."""
    import imagecodecs  # noqa: PLC0415  # slow to import

    picture, xmp = original.picture, original.xmp
    if picture.icc is not None and not is_srgb(picture.icc, "L" if picture.pixels.shape[-1] == 1 else "RGB"):
        raise ValueError("its colour profile would be lost")
    values = np.ascontiguousarray(stack_alpha(picture))
    boxed = picture.exif is not None or xmp is not None or bool(original.extra)
    distance = (JPEG_XL.best_quality - quality) / 20 + 0.05
    content = imagecodecs.jpegxl_encode(values, distance=distance, effort=7, usecontainer=boxed, numthreads=1)
    xmp_box = b"" if xmp is None else make_box(b"xml ", xmp)
    return bytes(content) + jxl_exif_box(picture.exif) + xmp_box + extra_box(original.extra)


AVIF = LossyCodec("avif", _encode_avif, 100, quality_at_70=38, quality_at_90=82)
JPEG_XL = LossyCodec("jpeg-xl-lossy", _encode_jpeg_xl, 200, quality_at_70=100, quality_at_90=174)
WEBP = LossyCodec("webp-lossy", _encode_webp, 100, quality_at_70=75, quality_at_90=99)
LOSSY_CODECS = (AVIF, JPEG_XL, WEBP)
