"""A picture of 8 bits as a file that looks like it: AVIF, JPEG XL and WebP, each with one dial.

What people need beside the pixels goes into the file itself: profile, EXIF, XMP. Alpha stays as it is.
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

from pochade.images.base.picture import Array, Header, Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MOST_BYTES
from pochade.images.formats.chunked import png_chunks, webp_chunks
from pochade.images.formats.isobmff import box
from pochade.images.formats.tiff import tiff_directory
from pochade.images.io.encode import jxl_exif, stacked
from pochade.images.io.identify import header_of
from pochade.images.io.read import picture_in
from pochade.images.metadata.exif import with_resolution
from pochade.images.metadata.icc import is_srgb, to_srgb
from pochade.images.quality.ssimulacra2 import SMALLEST, ssimulacra2

FORMATS = {"PNG", "JPEG", "WebP", "BMP", "TIFF"}  # which are pixels, and a few words on them
PLAIN_CHUNKS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"tIME", b"tEXt", b"zTXt", b"iTXt", b"eXIf",
}  # fmt: skip
LAYERS = {330, 37724}  # TIFF's tags for pictures below a picture, and for what Photoshop keeps of its layers
DARK, LIGHT = 26, 230  # greys on which what is transparent is looked at
AVIF_SPEED = 6  # of 10; 4 takes four times longer for 8 percent
LONGEST_WEBP = 16_383  # pixels a side
WEBP_METHOD = 6  # of 6


@dataclass(frozen=True)
class Original:
    """A picture that may be coded so that it only looks the same."""

    picture: Picture
    xmp: bytes | None

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width."""
        return self.picture.pixels.shape[0], self.picture.pixels.shape[1]

    @cached_property
    def webp_frame(self) -> bytes:
        """A WebP of one colour with its alpha and all that is beside the pixels: this is what takes WebP its time."""
        plain = replace(self.picture, pixels=np.zeros_like(self.picture.pixels))
        return through_pillow(replace(self, picture=plain), "WebP", {"quality": 0, "method": WEBP_METHOD})


class LossyCodec(NamedTuple):
    """A format, and how its dial usually stands; a higher dial is nearer to the original, and larger."""

    name: str
    encode: Callable[[Original, int], bytes]  # ValueError where it can't
    best: int  # of the dial, which begins at 0
    at_70: float  # where the dial usually stands for a score of 70
    at_90: float

    def guess(self, score: float) -> int:
        """Where the dial may stand for a score."""
        return max(0, min(self.best, round(self.at_70 + (score - 70) / 20 * (self.at_90 - self.at_70))))

    @property
    def slope(self) -> float:
        """What a step of the dial usually adds to the score."""
        return 20 / (self.at_90 - self.at_70)


def original_in(content: bytes) -> Original | None:
    """A file's picture, ready for the coders; None where it has to stay as it is. A library's exceptions go through."""
    source = Source(io.BytesIO(content), "the file", len(content), MOST_BYTES)
    header = header_of(source)
    if not is_plain(header) or has_more(source, header):
        return None
    picture = picture_in(source)
    if picture.alpha is not None and (picture.alpha == 255).all():
        picture = replace(picture, alpha=None)
    exif = with_resolution(picture.exif, picture.dpi)
    filled = picture.pixels if picture.alpha is None else without_holes(picture.pixels, picture.alpha > 0)
    return Original(replace(picture, pixels=filled, exif=exif), xmp_in(content))


def xmp_in(content: bytes) -> bytes | None:
    """A picture file's XMP, if it has one."""
    image = Image.open(io.BytesIO(content))
    if image.format == "PNG":
        image.load()  # it may stand behind the pixels
    xmp = image.info.get("xmp")
    return xmp.encode() if isinstance(xmp, str) else xmp or None


def is_plain(header: Header) -> bool:
    """Whether a picture is of the kind that may be coded."""
    still = header.format in FORMATS and header.frames == 1
    return still and header.depth <= 8 and header.channels <= 3 and min(header.height, header.width) >= SMALLEST


def has_more(source: Source, header: Header) -> bool:
    """Whether a file may hold layers, or what only its maker knows."""
    if header.format == "PNG":
        return not {kind for kind, _, _ in png_chunks(source)} <= PLAIN_CHUNKS
    return header.format == "TIFF" and not LAYERS.isdisjoint(tiff_directory(source))


def without_holes(pixels: Array, seen: Array) -> Array:
    """Colours (H, W, C) with those that nobody sees replaced by what is near them, which costs few bytes."""
    whole = spread(pixels.astype(np.float32), seen)
    return np.where(seen[..., None], pixels, np.rint(whole).astype(np.uint8))


def spread(colours: Array, seen: Array) -> Array:
    """Each place that isn't seen gets the mean of those seen around it, from half the size, and so on."""
    height, width = seen.shape
    if seen.all() or height * width == 1:
        return colours
    even = ((0, height % 2), (0, width % 2))
    weights = np.pad(seen, even).astype(np.float32)[..., None]
    sums = np.pad(colours * seen[..., None], (*even, (0, 0)))
    sums, weights = (one[::2] + one[1::2] for one in (sums, weights))
    sums, weights = (one[:, ::2] + one[:, 1::2] for one in (sums, weights))
    small = spread(sums / np.maximum(weights, 1), weights[..., 0] > 0)
    large = small.repeat(2, 0).repeat(2, 1)[:height, :width]
    return np.where(seen[..., None], colours, large)


def avif(original: Original, dial: int) -> bytes:
    """As AVIF, colours at every pixel; the dial is its quality."""
    grey = original.picture.pixels.shape[-1] == 1 and original.picture.alpha is None
    options = {"quality": dial, "subsampling": "4:0:0" if grey else "4:4:4", "speed": AVIF_SPEED, "max_threads": 1}
    return through_pillow(original, "AVIF", options | {"advanced": {"alpha:lossless": "1"}})


def webp(original: Original, dial: int) -> bytes:
    """As WebP; the dial is its quality. Alpha, the same at every dial, is coded once."""
    if max(original.sides) > LONGEST_WEBP:
        raise ValueError("it is too large for WebP")
    options = {"quality": dial, "method": WEBP_METHOD, "use_sharp_yuv": True}
    if original.picture.alpha is None:
        return through_pillow(original, "WebP", options)
    bare = replace(original.picture, alpha=None, icc=None, exif=None)
    return webp_framed(original.webp_frame, through_pillow(Original(bare, None), "WebP", options))


def webp_framed(frame: bytes, colours: bytes) -> bytes:
    """A WebP with alpha and the colours of another, which has nothing else."""
    chunks = webp_chunks(Source(io.BytesIO(frame), "the frame", len(frame), MOST_BYTES))
    start, length = next((start, length) for kind, start, length in chunks if kind == b"VP8 ")
    whole = frame[8 : start - 8] + colours[12:] + frame[start + length + length % 2 :]
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def through_pillow(original: Original, form: str, options: dict[str, Any]) -> bytes:
    """As Pillow writes it."""
    beside = {"icc_profile": original.picture.icc, "exif": original.picture.exif, "xmp": original.xmp}
    image = Image.fromarray(np.ascontiguousarray(stacked(original.picture)))
    image = image.convert("RGBA") if image.mode == "LA" else image
    buffer = io.BytesIO()
    image.save(buffer, form, **options, **{name: value for name, value in beside.items() if value is not None})
    return buffer.getvalue()


def jpeg_xl(original: Original, dial: int) -> bytes:
    """As JPEG XL; the dial counts twentieths from a distance of 10.05 down."""
    import imagecodecs  # noqa: PLC0415  # a heavy library

    picture, xmp = original.picture, original.xmp
    if picture.icc is not None and not is_srgb(picture.icc, "L" if picture.pixels.shape[-1] == 1 else "RGB"):
        raise ValueError("its colours would lose their profile")
    values, boxed = np.ascontiguousarray(stacked(picture)), picture.exif is not None or xmp is not None
    distance = (JPEG_XL.best - dial) / 20 + 0.05
    content = imagecodecs.jpegxl_encode(values, distance=distance, effort=7, usecontainer=boxed, numthreads=1)
    return bytes(content) + jxl_exif(picture.exif) + (b"" if xmp is None else box(b"xml ", xmp))


AVIF = LossyCodec("avif", avif, 100, at_70=38, at_90=82)
JPEG_XL = LossyCodec("jpeg-xl-lossy", jpeg_xl, 200, at_70=100, at_90=174)
WEBP = LossyCodec("webp-lossy", webp, 100, at_70=75, at_90=99)
CODERS = (AVIF, JPEG_XL, WEBP)


class QualityJudge:
    """Says of coded files how near they come to one original, as whoever opens them sees them.

    Args:
        original: What they were made of.
    """

    def __init__(self, original: Original) -> None:
        self.original = original.picture
        self.views = views_of(self.original)

    def picture(self, content: bytes, dial: int) -> Picture:  # noqa: ARG002  others look at it
        """What comes back of a coded file."""
        return picture_in(Source(io.BytesIO(content), "the entry", len(content), MOST_BYTES))

    def score(self, content: bytes, dial: int = 0) -> float:
        """SSIMULACRA2, the lower one where there are two grounds; ValueError where alpha isn't the same.

        Args:
            content: A coded file.
            dial: Of its coder.
        """
        picture = self.picture(content, dial)
        alpha = None if picture.alpha is None or (picture.alpha == 255).all() else picture.alpha
        wanted = self.original.alpha
        if not (alpha is wanted or (alpha is not None and wanted is not None and np.array_equal(alpha, wanted))):
            raise ValueError("its alpha is another")
        seen = views_of(replace(picture, alpha=alpha))
        return min(ssimulacra2(one, other) for one, other in zip(self.views, seen, strict=True))


def views_of(picture: Picture) -> list[Array]:
    """What is seen of a picture, (H, W, 3) uint8 in sRGB; on two grounds where there is alpha."""
    colours = picture.pixels[..., 0] if picture.pixels.shape[-1] == 1 else picture.pixels
    image, _ = to_srgb(Image.fromarray(np.ascontiguousarray(colours)), picture.icc)
    seen = replace(picture, pixels=np.asarray(image.convert("RGB")))
    grounds = (LIGHT,) if picture.alpha is None else (DARK, LIGHT)
    return [seen.on_paper((grey, grey, grey)) for grey in grounds]
