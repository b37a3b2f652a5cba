"""The other door: a `Picture` becomes a file from which `read_picture` gives the same picture again.

Picture ─► refusal ─► encoded ─► decoded again and compared ─► write_atomically
              here    encode.py        here, read.py                 system/atomic_files.py
"""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.picture import Array, Header, Picture
from pochade.images.base.source import Source, first_line, printable
from pochade.images.io.encode import encoded
from pochade.images.io.read import picture_in
from pochade.images.metadata.icc import is_srgb
from pochade.system.atomic_files import write_atomically

QUALITY = 95  # of JPEG and AVIF
SUFFIXES = {
    "PNG": ".png",
    "TIFF": ".tif",
    "JPEG": ".jpg",
    "WebP": ".webp",
    "AVIF": ".avif",
    "JPEG XL": ".jxl",
    "BMP": ".bmp",
}
DEEP = {"PNG", "TIFF"}  # written with 16 bits; JPEG XL's library would call them linear light, which they aren't
OPAQUE = {"JPEG", "BMP"}  # which hold no alpha
LOSSLESS = {"PNG", "TIFF", "WebP", "JPEG XL", "BMP"}
LONGEST = {"JPEG": 65_500, "WebP": 16_383, "AVIF": 65_536}  # pixels a side that their libraries write
BYTE = 8  # bits
NO_BOUND = 2**62  # bytes: its pixels are in memory already


class Target(NamedTuple):
    """In which format a picture is written, and what its file's name ends in."""

    format: str
    suffix: str


def format_to_write(header: Header) -> Target:
    """The original's format where it holds its depth, alpha and profile again; else PNG, which holds them all."""
    kept = header.format in SUFFIXES and refusal(
        header.format, deep=header.depth > BYTE, alpha=header.has_alpha, longest=max(header.width, header.height)
    )
    form = header.format if kept == "" and not header.own_profile else "PNG"
    return Target(form, SUFFIXES[form])


def refusal(form: str, *, deep: bool, alpha: bool, longest: int) -> str:
    """Why a format can't hold such a picture; nothing when it can."""
    if deep and form not in DEEP:
        return f"{form} is written with 8 bits a channel, and there are more"
    if alpha and form in OPAQUE:
        return f"{form} holds no alpha"
    if longest > LONGEST.get(form, longest):
        return f"{form} holds {LONGEST[form]:,} pixels a side, and there are {longest:,}"
    return ""


def write_picture(picture: Picture, path: Path, form: str, *, quality: int = QUALITY) -> None:
    """Write a picture as `as_file` gives it; the file is there whole or not at all.

    Args:
        picture: As `read_picture` gives it.
        path: The file, which is replaced if it is there; folders above it are made.
        form: PNG, TIFF, JPEG, WebP, AVIF, JPEG XL or BMP, as headers name them, whatever the path ends in.
        quality: Of JPEG and AVIF, 1 to 100.

    Raises:
        UsageError: It is no format that Pochade writes.
        OutputUnwritable: No permission, no space, the format can't hold the picture, or what is read back differs.
    """
    write_atomically(path, as_file(picture, path, form, quality=quality))


def as_file(picture: Picture, path: Path, form: str, *, quality: int = QUALITY) -> bytes:
    """A file's bytes from which reading gives the picture again: they have been read once.

    Pixels, depth and alpha stay the same but in JPEG and AVIF, which lose a little; a grey picture comes back in
    colours from WebP and AVIF. The profile, EXIF and dots per inch go along where the format has a place for them:
    WebP, AVIF and JPEG XL have none for dots per inch beside those in the EXIF, BMP none for a profile or EXIF. TIFF
    gets of the EXIF who made the picture, with what and when, and what it is, not the camera's settings.

    Args:
        picture: As `read_picture` gives it.
        path: Where it is going to be, for the errors' sentences.
        form: As for `write_picture`.
        quality: As for `write_picture`.

    Raises:
        UsageError: It is no format that Pochade writes.
        OutputUnwritable: The format can't hold the picture, or what is read back differs.
    """
    if form not in SUFFIXES:
        raise UsageError(f"Pochade writes no {form}", f"it writes {', '.join(SUFFIXES)}")
    height, width = picture.pixels.shape[:2]
    deep, alpha = picture.pixels.dtype != np.uint8, picture.alpha is not None
    reason = refusal(form, deep=deep, alpha=alpha, longest=max(height, width)) or profile_refusal(picture, form)
    if reason:
        raise OutputUnwritable(f"'{printable(path)}' could not be written: {reason}", "write it as PNG or TIFF")
    return checked(picture, printable(path), form, quality)


def profile_refusal(picture: Picture, form: str) -> str:
    """Why a format can't hold the picture's profile though it should; nothing when it can, or needs none."""
    grey = picture.pixels.shape[-1] == 1
    if form != "JPEG XL" or picture.icc is None or is_srgb(picture.icc, "L" if grey else "RGB"):
        return ""
    return "its JPEG XL would lose its colour profile"


def checked(picture: Picture, name: str, form: str, quality: int) -> bytes:
    """The file's bytes, from which the picture has been read again.

    Raises:
        OutputUnwritable: The library can't write it, or another picture came back.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in `source.opened`
            content = encoded(picture, form, quality)
            again = picture_in(Source(io.BytesIO(content), name, len(content), NO_BOUND))
        if again.pixels.shape[:2] != picture.pixels.shape[:2]:
            raise ValueError("its size changed")
        if form in LOSSLESS and not same(picture, again):
            raise ValueError("its pixels changed")
    except BaseException as error:  # a panic in a Rust library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        why = f"'{name}' could not be written as {form}: {first_line(error)}"
        raise OutputUnwritable(why, "write it as PNG or TIFF") from error
    return content


def same(picture: Picture, again: Picture) -> bool:
    """Whether colours and alpha are those that were to be written; opaque alpha may be left out, grey be in colours."""
    if again.pixels.dtype != picture.pixels.dtype or again.pixels.shape[-1] < picture.pixels.shape[-1]:
        return False
    pixels = np.broadcast_to(picture.pixels, again.pixels.shape)
    return np.array_equal(pixels, again.pixels) and np.array_equal(cover(picture), cover(again))


def cover(picture: Picture) -> Array:
    """Alpha (H, W), also where there is none."""
    if picture.alpha is not None:
        return picture.alpha
    return np.full(picture.pixels.shape[:2], np.iinfo(picture.pixels.dtype).max, picture.pixels.dtype)
