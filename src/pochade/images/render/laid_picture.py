"""A picture moved by an affine map into the frame of another one."""

import math

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array

MAX_SHRINKING = 0.75  # of the size: below it, the picture is averaged first, so that thin lines don't break
BORDER_PIXELS = 2  # along the edges, from which the colour of the paper is taken


def lay_picture(pixels: Array, matrix: Array, width: int, height: int) -> Array:
    """Move a picture into a frame; around it, the frame has the colour of its paper.

    Args:
        pixels: (h, w, 3) uint8.
        matrix: (2, 3), from pixels of the picture to those of the frame. Pixel (0, 0) is centred at x = 0, y = 0.
        width: Of the frame, in pixels.
        height: Of the frame, in pixels.

    Returns:
        The frame (height, width, 3) uint8.
    """
    picture, matrix = _shrink_first(Image.fromarray(pixels), matrix)
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]
    offset = inverse[:, 2] + 0.5 - inverse[:, :2].sum(1) / 2  # Pillow has the centre of pixel (0, 0) at 0.5
    coefficients = (*inverse[0, :2], offset[0], *inverse[1, :2], offset[1])
    laid = picture.transform(
        (width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC, fillcolor=paper_colour(pixels)
    )
    return np.asarray(laid)


def _shrink_first(picture: Image.Image, matrix: Array) -> tuple[Image.Image, Array]:
    scale = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    if scale >= MAX_SHRINKING:
        return picture, matrix
    width, height = (max(1, round(length * scale)) for length in picture.size)
    factors = np.array([picture.width / width, picture.height / height])
    linear = matrix[:, :2] * factors
    return picture.resize((width, height), Image.Resampling.LANCZOS), np.column_stack(
        [linear, matrix[:, 2] + matrix[:, :2] @ (factors / 2 - 0.5)]
    )


def paper_colour(pixels: Array) -> tuple[int, int, int]:
    """The median colour along the edges of a picture (h, w, 3) uint8."""
    sides = pixels[:BORDER_PIXELS], pixels[-BORDER_PIXELS:], pixels[:, :BORDER_PIXELS], pixels[:, -BORDER_PIXELS:]
    red, green, blue = np.median(np.concatenate([side.reshape(-1, 3) for side in sides]), axis=0).tolist()
    return int(red), int(green), int(blue)
