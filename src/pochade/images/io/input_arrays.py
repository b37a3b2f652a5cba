"""A picture that a program has in its hands, rather than a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from pochade.errors import UsageError
from pochade.images.base.picture import WHITE, Array

DEEP = ("I", "F")  # Pillow's modes of 16 and 32 bits begin so: converting them would cut them off at 255


def on_paper(picture: Any) -> Array:
    """A Pillow image or an array as pixels (H, W, 3) uint8 on white, turned as its EXIF says.

    Raises:
        UsageError: It is no picture, or has more than 8 bits a channel.
    """
    if not isinstance(picture, Image.Image):
        picture = as_image(np.asarray(picture))
    if picture.mode[0] in DEEP:
        raise UsageError(
            f"an image of mode {picture.mode} has more than 8 bits a channel", "read_picture(…).on_paper()"
        )
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        image = picture.convert("RGBA")
        white = Image.new("RGBA", image.size, (*WHITE, 255))
        picture = Image.alpha_composite(white, image)
    return np.asarray(picture.convert("RGB"))


def as_image(array: Array) -> Image.Image:
    """An array as a Pillow image.

    Raises:
        UsageError: Its shape or type is no picture's.
    """
    grey = array.ndim == 2 or array.shape[2:] == (1,)  # noqa: PLR2004
    if array.dtype != np.uint8 or not array.size or not (grey or array.shape[2:] in {(3,), (4,)}):
        raise UsageError(f"a picture is (H, W), (H, W, 3) or (H, W, 4) of uint8, not {array.shape} of {array.dtype}")
    return Image.fromarray(array.reshape(array.shape[:2]) if grey else array)


@dataclass(frozen=True)
class InputImage:
    """A picture's colours at full depth as they are seen, white where it is transparent, and the way back."""

    colour: Array  # (H, W, 3) uint8 or uint16
    put_together: Callable[[Array], Any]  # colours like these -> a picture of the type that was given


def taken_apart(picture: Any) -> InputImage:
    """A Pillow image or an array as colours; its alpha, and whether it is grey, are kept for the way back.

    Images of 1 bit come back as grey, those with a palette, CMYK and the like as RGB.

    Raises:
        UsageError: It is no picture.
    """
    if not isinstance(picture, Image.Image):
        return array_apart(np.asarray(picture))
    if picture.mode.startswith("I;16"):
        return image_like(picture, array_apart(np.asarray(picture).astype(np.uint16)))
    if picture.mode[0] in DEEP:
        raise UsageError(f"an image of mode {picture.mode} is no picture of 8 or 16 bits", "convert it first")
    grey = picture.mode in {"1", "L", "LA", "La"}
    mode = ("LA" if grey else "RGBA") if picture.has_transparency_data else ("L" if grey else "RGB")
    return image_like(picture, array_apart(np.asarray(picture.convert(mode))))


def array_apart(array: Array) -> InputImage:
    """An array (H, W) or (H, W, 1 to 4) of uint8 or uint16 as colours.

    Raises:
        UsageError: Its shape or type is no picture's.
    """
    channels = array.shape[2] if array.ndim == 3 else 1  # noqa: PLR2004
    if array.dtype not in {np.dtype(np.uint8), np.dtype(np.uint16)} or array.ndim not in {2, 3} or not array.size:
        raise UsageError(f"a picture is (H, W) or (H, W, 1 to 4) of uint8 or uint16, not {array.shape} {array.dtype}")
    if channels not in {1, 2, 3, 4}:
        raise UsageError(f"a picture has 1 to 4 channels, not {channels}")
    whole = array.reshape(*array.shape[:2], channels)
    painted = 3 if channels >= 3 else 1  # noqa: PLR2004  the other is alpha
    colour = np.broadcast_to(whole[..., :painted], (*whole.shape[:2], 3)).copy()
    unseen = (whole[..., painted:] == 0).all(2) if channels > painted else np.zeros(whole.shape[:2], bool)
    colour[unseen] = np.iinfo(array.dtype).max

    def put_together(after: Array) -> Array:
        if painted == 1:
            after = ((after.sum(2, dtype=np.uint32, keepdims=True) + 1) // 3).astype(array.dtype)
        shown = np.where(unseen[..., None], whole[..., :painted], after)
        return np.concatenate([shown, whole[..., painted:]], 2).reshape(array.shape)

    return InputImage(colour, put_together)


def image_like(picture: Image.Image, given: InputImage) -> InputImage:
    """The same, but the way back ends in a Pillow image with all that this one knows."""

    def put_together(after: Array) -> Image.Image:
        array = given.put_together(after)
        image = Image.fromarray(array)
        stays = {"1": "L", "P": "RGB"}.get(picture.mode, picture.mode)[:1] == image.mode[:1]  # CMYK has another profile
        lost = {"transparency"} if stays else {"transparency", "icc_profile"}
        image.info = {name: value for name, value in picture.info.items() if name not in lost}
        return image

    return InputImage(given.colour, put_together)
