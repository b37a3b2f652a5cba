"""A picture that a program has in its hands, rather than a file."""

from typing import Any

import numpy as np
from PIL import Image, ImageOps

from pochade.errors import UsageError
from pochade.images.picture import WHITE, Array

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
