"""Read what a person gave as a picture: the path of a file, a Pillow image, or an array."""

from functools import partial
from pathlib import Path
from typing import Any

from pochade.images.base.picture import Array
from pochade.images.io.input_arrays import input_on_ground
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker


def read_input(image: Any, side: int) -> Array:
    """Read a picture in sRGB, (h, w, 3) uint8.

    Args:
        image: A path, which is decoded in a worker; or a Pillow image or an array, which keep their size.
        side: Pixels of the longer side to which a file is shrunk.

    Raises:
        PictureUnreadable: The file can't be read as a picture.
        UsageError: The image is no picture, or has more than 8 bits per channel.
    """
    if not isinstance(image, str | Path):
        return input_on_ground(image)
    return read_in_worker(partial(read_preview, side=side), image).pixels
