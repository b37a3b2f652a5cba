"""Write a `Picture` to a file from which `read_picture` reads the same picture again.

Picture -> unsupported_reason -> encode -> decode and compare -> write_atomically

The encoders are in encode.py, the decoders in read.py, and `write_atomically` is in system/atomic_files.py.
"""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.icc import is_srgb
from pochade.images.base.picture import Array, Header, Picture
from pochade.images.base.source import Source, first_line
from pochade.images.io.encode import encode_image_file
from pochade.images.io.read import picture_from_source
from pochade.system.atomic_files import write_atomically
from pochade.system.path_text import printable

DEFAULT_QUALITY = 95  # of JPEG and AVIF
SUFFIX_BY_FORMAT = {
    "PNG": ".png",
    "TIFF": ".tif",
    "JPEG": ".jpg",
    "WebP": ".webp",
    "AVIF": ".avif",
    "JPEG XL": ".jxl",
    "BMP": ".bmp",
}
_DEEP_FORMATS = {"PNG", "TIFF"}  # written with 16 bits; imagecodecs would mark deep JPEG XL as linear light
_OPAQUE_FORMATS = {"JPEG", "BMP"}  # without alpha
_UNTAGGED_FORMATS = {"JPEG XL", "BMP"}  # written without a colour profile
_LOSSLESS_FORMATS = {"PNG", "TIFF", "WebP", "JPEG XL", "BMP"}
_MAX_SIDE_PIXELS = {"JPEG": 65_500, "WebP": 16_383, "AVIF": 65_536}  # that the libraries can write
_BYTE_BITS = 8
_UNLIMITED_BYTES = 2**62  # for reading back, as the pixels are in memory already


class OutputFormat(NamedTuple):
    """A format that a picture is written in."""

    format: str
    suffix: str  # of the file's name


def choose_output_format(header: Header) -> OutputFormat:
    """Choose the format of the original if it can hold the picture's depth, alpha and profile; else PNG."""
    name = header.format
    deep, longest = header.depth > _BYTE_BITS, max(header.width, header.height)
    can_write = name in SUFFIX_BY_FORMAT and not header.may_differ_from_srgb
    if not can_write or unsupported_reason(name, deep=deep, alpha=header.has_alpha, longest=longest):
        name = "PNG"
    return OutputFormat(name, SUFFIX_BY_FORMAT[name])


def unsupported_reason(format_name: str, *, deep: bool, alpha: bool, longest: int) -> str:
    """Why a format can't hold such a picture; empty if it can.

    Args:
        format_name: One of `SUFFIX_BY_FORMAT`.
        deep: Whether the picture has more than 8 bits per channel.
        alpha: Whether it has alpha.
        longest: Pixels of its longest side.
    """
    if deep and format_name not in _DEEP_FORMATS:
        return f"{format_name} is written with 8 bits per channel, and the picture has more"
    if alpha and format_name in _OPAQUE_FORMATS:
        return f"{format_name} holds no alpha"
    if longest > _MAX_SIDE_PIXELS.get(format_name, longest):
        return f"{format_name} holds {_MAX_SIDE_PIXELS[format_name]:,} pixels per side, and the picture has {longest:,}"
    return ""


def write_picture(picture: Picture, path: Path, format_name: str, *, quality: int = DEFAULT_QUALITY) -> None:
    """Write a picture to a file, which appears complete or not at all; see `encode_verified` for what survives.

    Args:
        picture: As `read_picture` returns it.
        path: The file, replaced if it exists; folders above it are created.
        format_name: PNG, TIFF, JPEG, WebP, AVIF, JPEG XL or BMP, whatever the path ends in.
        quality: The quality of JPEG and AVIF, 1 to 100.

    Raises:
        UsageError: Pochade does not write this format.
        OutputUnwritable: No permission, no space, the format can't hold the picture, or it reads back differently.
    """
    write_atomically(path, encode_verified(picture, path, format_name, quality=quality))


def encode_verified(picture: Picture, path: Path, format_name: str, *, quality: int = DEFAULT_QUALITY) -> bytes:
    """Encode a picture as the bytes of a file, and decode them to verify that they give the picture again.

    Pixels, depth and alpha stay the same, except in JPEG and AVIF, which lose a little. A grey picture reads back in
    colour from WebP and AVIF. Profile, EXIF and resolution are written if the format has a place for them: WebP, AVIF
    and JPEG XL store a resolution only within EXIF, and BMP stores neither profile nor EXIF. TIFF gets the EXIF tags
    about the picture's origin (artist, date, description, device), but not the camera's settings.

    Args:
        picture: As `read_picture` returns it.
        path: Where the file will be, for error sentences.
        format_name: PNG, TIFF, JPEG, WebP, AVIF, JPEG XL or BMP.
        quality: The quality of JPEG and AVIF, 1 to 100.

    Raises:
        UsageError: Pochade does not write this format.
        OutputUnwritable: The format can't hold the picture, or it reads back differently.
    """
    if format_name not in SUFFIX_BY_FORMAT:
        raise UsageError(f"Pochade does not write {format_name}", f"choose from {', '.join(SUFFIX_BY_FORMAT)}")
    height, width = picture.pixels.shape[:2]
    deep, alpha = picture.pixels.dtype != np.uint8, picture.alpha is not None
    reason = unsupported_reason(format_name, deep=deep, alpha=alpha, longest=max(height, width))
    reason = reason or _lost_colours_reason(picture, format_name)
    if reason:
        raise OutputUnwritable(f"'{printable(path)}' could not be written: {reason}", "write it as PNG or TIFF")
    return _encode_and_compare(picture, printable(path), format_name, quality)


def _lost_colours_reason(picture: Picture, format_name: str) -> str:
    """Why a format can't say what the picture's values mean; empty if it can."""
    if picture.hdr is not None and format_name != "PNG":
        return f"its {format_name} would lose its high dynamic range"
    grey = picture.pixels.shape[-1] == 1
    if format_name not in _UNTAGGED_FORMATS or picture.icc is None or is_srgb(picture.icc, "L" if grey else "RGB"):
        return ""
    return f"its {format_name} would lose its colour profile"


def _encode_and_compare(picture: Picture, name: str, format_name: str, quality: int) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in `open_source`
            content = encode_image_file(picture, format_name, quality)
            decoded = picture_from_source(Source(io.BytesIO(content), name, len(content), _UNLIMITED_BYTES))
        if decoded.pixels.shape[:2] != picture.pixels.shape[:2]:
            raise ValueError("its size changed")
        if (decoded.icc, decoded.hdr) != (picture.icc, picture.hdr) and format_name not in _UNTAGGED_FORMATS:
            raise ValueError("its colour profile changed")
        if format_name in _LOSSLESS_FORMATS and not _has_same_pixels(decoded, picture):
            raise ValueError("its pixels changed")
    except BaseException as error:  # a panic in a Rust library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        problem = f"'{name}' could not be written as {format_name}: {first_line(error)}"
        raise OutputUnwritable(problem, "write it as PNG or TIFF") from error
    return content


def _has_same_pixels(decoded: Picture, picture: Picture) -> bool:
    """Whether colours and alpha are the same; opaque alpha may be missing, and grey may have become colour."""
    if decoded.pixels.dtype != picture.pixels.dtype or decoded.pixels.shape[-1] < picture.pixels.shape[-1]:
        return False
    if not np.array_equal(np.broadcast_to(picture.pixels, decoded.pixels.shape), decoded.pixels):
        return False
    return np.array_equal(_alpha_or_opaque(picture), _alpha_or_opaque(decoded))


def _alpha_or_opaque(picture: Picture) -> Array:
    """Alpha as (H, W), opaque where the picture has none."""
    if picture.alpha is not None:
        return picture.alpha
    return np.full(picture.pixels.shape[:2], np.iinfo(picture.pixels.dtype).max, picture.pixels.dtype)
