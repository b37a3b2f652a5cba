"""Convert colours to sRGB through their ICC profile, and CMYK to RGB.

Building a transform takes a millisecond, and a collection uses few different profiles, so transforms are cached. Images
of 8 bits are converted by Pillow's colour engine, deeper ones by that of imagecodecs; both are Little CMS.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from pochade.images.base.pixel_values import Array, to_8_bit

BROKEN_PROFILE_NOTE = "its colour profile is broken and was ignored"
_SAMPLE_LEVELS = (0, 32, 64, 128, 192, 255)  # of each channel; their mixtures test whether a transform changes colours
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError)  # raised by broken profiles
_MAX_ROUNDING = 2  # levels of 255 by which the sRGB profiles of different vendors differ
_BAND_ROWS = 256  # rows that are converted at a time, to save memory
_MAX_STEP = 4  # levels of sRGB between two neighbouring levels of 255, beyond which 8 bits are too coarse
_ENGINE_EXACT = 0x0100  # a flag of Little CMS: no tables of interpolated values, which are wrong by up to 10 levels
_ENGINE_NAMES = {"L": "gray", "RGB": "rgb", "CMYK": "cmyk"}  # of the kinds of colours, in imagecodecs


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
            mode = fitting_mode(icc, image.mode)
            if (transform := _transform_to_srgb(icc, mode)) is None:
                return image, ()
            return transform.apply(image if image.mode == mode else image.convert(mode)), ()
        except _PROFILE_ERRORS:
            notes = (BROKEN_PROFILE_NOTE,)
    return (image.convert("RGB") if image.mode == "CMYK" else image), notes


def convert_pixels_to_srgb(pixels: Array, icc: bytes | None) -> Array:
    """Convert pixels of any depth to sRGB of 8 bits; a broken profile is ignored.

    Args:
        pixels: (H, W, 1) or (H, W, 3), uint8 or uint16.
        icc: Their profile; None means that they are sRGB already.

    Returns:
        (H, W, 1) or (H, W, 3) uint8; grey may become colour.
    """
    grey = pixels.shape[-1] == 1
    if icc is None or is_srgb(icc, "L" if grey else "RGB"):
        return to_8_bit(pixels)
    converted = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), _BAND_ROWS):
        converted[top : top + _BAND_ROWS] = _convert_band(pixels[top : top + _BAND_ROWS], icc)
    return converted


def _convert_band(band: Array, icc: bytes) -> Array:
    """Convert rows whose profile is neither broken nor sRGB: (h, W, 3) uint8."""
    if band.dtype == np.uint16:
        if needs_depth(icc, "L" if band.shape[-1] == 1 else "RGB"):
            return convert_deep(band, icc, np.uint8)
        band = to_8_bit(band)  # 20 times faster
    image = Image.fromarray(band[..., 0] if band.shape[-1] == 1 else np.ascontiguousarray(band))
    return np.asarray(convert_to_srgb(image, icc)[0].convert("RGB"))


def convert_deep(pixels: Array, icc: bytes, kind: type[np.uint8 | np.uint16]) -> Array:
    """Convert pixels of 16 bits to sRGB.

    Args:
        pixels: (H, W, 1, 3 or 4) uint16; four channels are the ink of CMYK.
        icc: Their profile, which is not broken.
        kind: The type of the result.

    Returns:
        (H, W, 3) of that type.
    """
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    mode = {1: "L", 3: "RGB", 4: "CMYK"}[pixels.shape[-1]]
    if mode != (mode := fitting_mode(icc, mode)):
        pixels = np.repeat(pixels, 3, axis=-1)
    values = np.ascontiguousarray(pixels[..., 0] if mode == "L" else pixels)
    converted = imagecodecs.cms_transform(
        values,
        icc,
        srgb_profile(),
        colorspace=_ENGINE_NAMES[mode],
        outcolorspace="rgb",
        outdtype=np.dtype(kind).str[1:],
        flags=_ENGINE_EXACT,
    )
    return np.asarray(converted)


def convert_cmyk_to_srgb(ink: Array, icc: bytes | None) -> tuple[Array, tuple[str, ...]]:
    """Convert CMYK to sRGB, with notes for the person; without a profile, each ink is taken as pure.

    Args:
        ink: (H, W, 4) uint8 or uint16; the highest value is full ink.
        icc: Their profile.

    Returns:
        (H, W, 3) of the same type.
    """
    if icc is not None and not _is_for_cmyk(icc):
        return convert_cmyk_to_srgb(ink, None)[0], (BROKEN_PROFILE_NOTE,)
    converted = np.empty((*ink.shape[:2], 3), ink.dtype)
    for top in range(0, len(ink), _BAND_ROWS):
        band = ink[top : top + _BAND_ROWS]
        if ink.dtype == np.uint8:
            colours = np.asarray(convert_to_srgb(Image.fromarray(np.ascontiguousarray(band), "CMYK"), icc)[0])
        else:
            colours = _mix_pure_inks(band) if icc is None else convert_deep(band, icc, np.uint16)
        converted[top : top + _BAND_ROWS] = colours
    return converted, ()


def _is_for_cmyk(icc: bytes) -> bool:
    try:
        return _transform_to_srgb(icc, "CMYK") is not None
    except _PROFILE_ERRORS:
        return False


def _mix_pure_inks(ink: Array) -> Array:
    paper = (65535 - ink).astype(np.uint32)  # what each ink lets through
    return ((paper[..., :3] * paper[..., 3:] + 32767) // 65535).astype(np.uint16)


def fitting_mode(icc: bytes, mode: str) -> str:
    """The mode in which an image of this mode fits a profile: grey becomes RGB if the profile is for RGB."""
    return "RGB" if mode == "L" and icc[16:20] == b"RGB " else mode


@lru_cache(maxsize=32)
def _transform_to_srgb(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from this profile to sRGB; None if it changes no colour, so that it can be skipped."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    transform = ImageCms.ImageCmsTransform(ImageCms.ImageCmsProfile(io.BytesIO(icc)), target, mode, "RGB")
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
        return _transform_to_srgb(icc, fitting_mode(icc, mode)) is None
    except _PROFILE_ERRORS:
        return True


@lru_cache(maxsize=32)
def is_broken(icc: bytes) -> bool:
    """Whether no colour engine can read a profile."""
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except _PROFILE_ERRORS:
        return True
    return False


@lru_cache(maxsize=32)
def needs_depth(icc: bytes, mode: str) -> bool:
    """Whether 8 bits are too coarse for the dark colours of a profile, as they are if its values are linear light.

    Args:
        icc: The profile; a broken one needs no depth.
        mode: L or RGB.
    """
    if is_srgb(icc, mode):
        return False
    greys = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    shown = np.asarray(convert_to_srgb(greys.convert(mode), icc)[0].convert("RGB"), np.int16)
    return bool(np.diff(shown, axis=1).max() > _MAX_STEP)


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The profile of sRGB that Little CMS makes."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _sample_colours(mode: str) -> Image.Image:
    """A one-row image of the sample levels: as greys for L, else all their mixtures."""
    if mode == "L":
        return Image.fromarray(np.array([_SAMPLE_LEVELS], np.uint8))
    colours = np.stack(np.meshgrid(*[_SAMPLE_LEVELS] * 3), axis=-1)  # (6, 6, 6, 3)
    return Image.fromarray(colours.reshape(1, -1, 3).astype(np.uint8))
