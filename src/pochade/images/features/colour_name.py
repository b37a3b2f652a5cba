"""The colour of a picture in a word, for people who remember that it was the red one."""

import colorsys

import numpy as np
from PIL import Image

from pochade.images.geometry.letterbox import Square

HUES = ((0.04, "red"), (0.11, "orange"), (0.19, "yellow"), (0.45, "green"), (0.53, "cyan"), (0.72, "blue"),
        (0.83, "purple"), (0.95, "pink"), (1.01, "red"))  # fmt: skip
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black", "grey", "white")


def standing_out(square: Square) -> str:
    """The colour that a person would name first: the hue with the most paint, or a grey when there is hardly any."""
    left, top = (square.pixels.shape[1] - square.width) // 2, (square.pixels.shape[0] - square.height) // 2
    inside = square.pixels[top : top + square.height, left : left + square.width]
    few = np.asarray(Image.fromarray(inside).resize((8, 8), Image.Resampling.BOX)).reshape(-1, 3)
    weights: dict[str, float] = {}
    for red, green, blue in (few / 255).tolist():
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        word = named(hue, saturation, value)
        paint = saturation * value if word in COLOURS[:9] else 0.02 if word == "white" else 0.1
        weights[word] = weights.get(word, 0.0) + paint
    return max(weights, key=lambda word: weights[word])


def named(hue: float, saturation: float, value: float) -> str:
    """A word for one colour; hue, saturation and value in [0, 1]."""
    dark, pale, light = 0.2, 0.15, 0.85
    if value < dark:
        return "black"
    if saturation < pale:
        return "white" if value > light else "grey"
    word = next(name for limit, name in HUES if hue < limit)
    return "brown" if word in {"red", "orange"} and value < 0.6 and saturation < 0.9 else word  # noqa: PLR2004
