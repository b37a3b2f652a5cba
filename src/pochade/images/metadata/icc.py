"""Convert colours to sRGB through their ICC profile, and CMYK to RGB.

Building a transform takes a millisecond, and a collection uses few different profiles, so transforms are cached.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_BROKEN_PROFILE_NOTE = "its colour profile is broken and was ignored"
_SAMPLE_LEVELS = (0, 32, 64, 128, 192, 255)  # of each channel; their mixtures test whether a transform changes colours
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError)  # raised by broken profiles
_MAX_ROUNDING = 2  # levels of 255 by which the sRGB profiles of different vendors differ


def convert_to_srgb(image: Image.Image, icc: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an image to sRGB; a profile that is broken or for another kind of colours is ignored with a note.

    Args:
        image: L, RGB or CMYK.
        icc: Its profile; None means that it is sRGB already.

    Returns:
        An RGB image (L stays L if no colour changes), and notes for the person.
    """
    notes: tuple[str, ...] = ()
    if icc:
        try:
            if (transform := _transform_to_srgb(icc, image.mode)) is None:
                return image, ()
            return transform.apply(image), ()
        except _PROFILE_ERRORS:
            notes = (_BROKEN_PROFILE_NOTE,)
    return (image.convert("RGB") if image.mode == "CMYK" else image), notes


@lru_cache(maxsize=32)
def _transform_to_srgb(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from this profile to sRGB; None if it changes no colour, so that it can be skipped."""
    transform = ImageCms.ImageCmsTransform(ImageCms.ImageCmsProfile(io.BytesIO(icc)), _srgb_profile(), mode, "RGB")
    if mode == "CMYK":
        return transform
    samples = _sample_colours(mode)
    change = np.abs(np.asarray(samples.convert("RGB"), np.int16) - np.asarray(transform.apply(samples), np.int16))
    return None if change.max() <= _MAX_ROUNDING else transform


def is_srgb(icc: bytes, mode: str) -> bool:
    """Whether a profile is equivalent to sRGB; a broken profile counts as sRGB, because it is ignored.

    Args:
        icc: The profile.
        mode: L, RGB or CMYK.
    """
    try:
        return _transform_to_srgb(icc, mode) is None
    except _PROFILE_ERRORS:
        return True


@lru_cache(maxsize=1)
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _sample_colours(mode: str) -> Image.Image:
    """A one-row image of the sample levels: as greys for L, else all their mixtures."""
    if mode == "L":
        return Image.fromarray(np.array([_SAMPLE_LEVELS], np.uint8))
    colours = np.stack(np.meshgrid(*[_SAMPLE_LEVELS] * 3), axis=-1)  # (6, 6, 6, 3)
    return Image.fromarray(colours.reshape(1, -1, 3).astype(np.uint8))
