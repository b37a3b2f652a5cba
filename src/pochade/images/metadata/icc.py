"""Colours into sRGB through their ICC profile, and CMYK into RGB.

A profile costs a millisecond to open, and a collection has few different ones, so the opened ones are kept.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

BROKEN = "its colour profile is broken and was ignored"
STRIP_LEVELS = (0, 32, 64, 128, 192, 255)
UNUSABLE = (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError)  # what a broken profile raises
ALIKE = 2  # of 255: an sRGB profile of any maker rounds by so much


def to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """An L, RGB or CMYK image as RGB in sRGB (L stays L when it has no profile), and notes.

    A profile that is broken, or for another kind of colours, is ignored with a note.
    """
    notes: tuple[str, ...] = ()
    if icc:
        try:
            if (transform := transform_to_srgb(icc, image.mode)) is None:
                return image, ()
            return transform.apply(image), ()
        except UNUSABLE:
            notes = (BROKEN,)
    return (image.convert("RGB") if image.mode == "CMYK" else image), notes


@lru_cache(maxsize=32)
def transform_to_srgb(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from this profile to sRGB; None when it changes no colour, so that it need not be gone."""
    transform = ImageCms.ImageCmsTransform(ImageCms.ImageCmsProfile(io.BytesIO(icc)), srgb(), mode, "RGB")
    if mode == "CMYK":
        return transform
    strip = strip_of_colours(mode)
    change = np.abs(np.asarray(strip.convert("RGB"), np.int16) - np.asarray(transform.apply(strip), np.int16))
    return None if change.max() <= ALIKE else transform


def is_srgb(icc: bytes, mode: str) -> bool:
    """Whether colours mean the same with this profile as with none; a broken one says nothing."""
    try:
        return transform_to_srgb(icc, mode) is None
    except UNUSABLE:
        return True


@lru_cache(maxsize=1)
def srgb() -> ImageCms.ImageCmsProfile:
    """The profile that everything ends in."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def strip_of_colours(mode: str) -> Image.Image:
    """All mixtures of a few levels, or the levels as greys."""
    if mode == "L":
        return Image.fromarray(np.array([STRIP_LEVELS], np.uint8))
    colours = np.stack(np.meshgrid(*[STRIP_LEVELS] * 3), axis=-1)  # (6, 6, 6, 3)
    return Image.fromarray(colours.reshape(1, -1, 3).astype(np.uint8))
