"""Accept a picture as a Pillow image or an array, and give results back in the same type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from pochade.errors import UsageError
from pochade.images.base.ground import choose_ground
from pochade.images.base.icc import convert_to_srgb
from pochade.images.base.pixel_values import Array, lay_on_colour

_PROFILE_MODES = {"L", "RGB", "CMYK"}  # whose values a profile describes
_DEEP_MODE_LETTERS = ("I", "F")  # start of Pillow's modes of 16 and 32 bits, whose conversion would clip at 255


def input_on_ground(picture: Any) -> Array:
    """Convert an input to sRGB on white, or the ground on which it is seen, turned upright as its EXIF states.

    Args:
        picture: A Pillow image, or an array (H, W), (H, W, 3) or (H, W, 4) of uint8.

    Returns:
        (H, W, 3) uint8.

    Raises:
        UsageError: It is not a picture, or has more than 8 bits per channel.
    """
    if not isinstance(picture, Image.Image):
        picture = _to_pillow(np.asarray(picture))
    if picture.mode[0] in _DEEP_MODE_LETTERS:
        raise UsageError(
            f"an image of mode {picture.mode} has more than 8 bits per channel", "give read_picture(…).on_paper()"
        )
    picture = ImageOps.exif_transpose(picture)
    alpha = np.asarray(picture.convert("RGBA"))[..., 3] if picture.has_transparency_data else None  # (H, W)
    opaque = picture if alpha is None and picture.mode in _PROFILE_MODES else picture.convert("RGB")
    colours = np.asarray(convert_to_srgb(opaque, picture.info.get("icc_profile"))[0].convert("RGB"))
    return lay_on_colour(colours, alpha, choose_ground(colours, alpha).colour)


def _to_pillow(array: Array) -> Image.Image:
    grey = array.ndim == 2 or array.shape[2:] == (1,)  # noqa: PLR2004
    if array.dtype != np.uint8 or not array.size or not (grey or array.shape[2:] in {(3,), (4,)}):
        raise UsageError(
            f"a picture is an array (H, W), (H, W, 3) or (H, W, 4) of uint8, not {array.shape} of {array.dtype}",
            "give a path, a Pillow image or such an array",
        )
    return Image.fromarray(array.reshape(array.shape[:2]) if grey else array)


@dataclass(frozen=True)
class InputImage:
    """The visible colours of an input, and a function that puts changed colours into a picture of the input's type."""

    colour: Array  # (H, W, 3) uint8 or uint16, at full depth; white where the input is fully transparent
    rebuild: Callable[[Array], Any]  # colours of the same shape and type -> a picture like the input


def open_input_image(picture: Any) -> InputImage:
    """Open a Pillow image or an array at full depth.

    The rebuilt picture has the input's alpha, and is grey if the input is. Images of 1 bit are rebuilt as grey, those
    with a palette, CMYK and the like as RGB.

    Args:
        picture: A Pillow image, or an array (H, W) or (H, W, 1 to 4) of uint8 or uint16.

    Raises:
        UsageError: It is not a picture.
    """
    if not isinstance(picture, Image.Image):
        return open_input_array(np.asarray(picture))
    if picture.mode.startswith("I;16"):
        return _rebuild_as_pillow(picture, open_input_array(np.asarray(picture).astype(np.uint16)))
    if picture.mode[0] in _DEEP_MODE_LETTERS:
        raise UsageError(f"an image of mode {picture.mode} has neither 8 nor 16 bits per channel", "convert it first")
    grey = picture.mode in {"1", "L", "LA", "La"}
    mode = ("LA" if grey else "RGBA") if picture.has_transparency_data else ("L" if grey else "RGB")
    return _rebuild_as_pillow(picture, open_input_array(np.asarray(picture.convert(mode))))


def open_input_array(array: Array) -> InputImage:
    """Open an array as `open_input_image` does.

    Args:
        array: (H, W) or (H, W, 1 to 4) of uint8 or uint16; the second or fourth channel is alpha.

    Raises:
        UsageError: Its shape or type is not a picture's.
    """
    _check_array(array)
    channels = array.shape[2] if array.ndim == 3 else 1  # noqa: PLR2004
    planes = array.reshape(*array.shape[:2], channels)
    colours = 3 if channels >= 3 else 1  # noqa: PLR2004  the other channel is alpha
    colour = np.broadcast_to(planes[..., :colours], (*planes.shape[:2], 3)).copy()
    invisible = (planes[..., colours:] == 0).all(2) if channels > colours else np.zeros(planes.shape[:2], bool)
    colour[invisible] = np.iinfo(array.dtype).max

    def rebuild(new_colour: Array) -> Array:
        if colours == 1:
            new_colour = ((new_colour.sum(2, dtype=np.uint32, keepdims=True) + 1) // 3).astype(array.dtype)
        visible = np.where(invisible[..., None], planes[..., :colours], new_colour)
        return np.concatenate([visible, planes[..., colours:]], 2).reshape(array.shape)

    return InputImage(colour, rebuild)


def _check_array(array: Array) -> None:
    hint = "give a path, a Pillow image or such an array"
    if array.dtype not in {np.dtype(np.uint8), np.dtype(np.uint16)} or array.ndim not in {2, 3} or not array.size:
        raise UsageError(
            f"a picture is an array (H, W) or (H, W, 1 to 4) of uint8 or uint16, not {array.shape} of {array.dtype}",
            hint,
        )
    if array.ndim == 3 and array.shape[2] not in {1, 2, 3, 4}:  # noqa: PLR2004
        raise UsageError(f"a picture has 1 to 4 channels, not {array.shape[2]}", hint)


def _rebuild_as_pillow(picture: Image.Image, opened: InputImage) -> InputImage:
    """Make `rebuild` return a Pillow image with the metadata of `picture`; the colours stay the same."""

    def rebuild(new_colour: Array) -> Image.Image:
        image = Image.fromarray(opened.rebuild(new_colour))
        same_colours = {"1": "L", "P": "RGB"}.get(picture.mode, picture.mode)[:1] == image.mode[:1]
        invalid = {"transparency"} if same_colours else {"transparency", "icc_profile"}  # a CMYK profile fits no RGB
        image.info = {name: value for name, value in picture.info.items() if name not in invalid}
        return image

    return InputImage(opened.colour, rebuild)
