"""The name of a picture's dominant colour, for people who remember "the red one"."""

import colorsys

import numpy as np
from PIL import Image

from pochade.images.features.colour_words import COLOUR_WORDS
from pochade.images.geometry.letterbox import Square

HUE_LIMITS = ((0.04, "red"), (0.11, "orange"), (0.19, "yellow"), (0.45, "green"), (0.53, "cyan"), (0.72, "blue"),
        (0.83, "purple"), (0.95, "pink"), (1.01, "red"))  # fmt: skip


def dominant_colour(square: Square) -> str:
    """Name the colour that a person would name first: the word with the most paint; saturated paint counts more."""
    coarse = np.asarray(Image.fromarray(square.picture).resize((8, 8), Image.Resampling.BOX)).reshape(-1, 3)
    weights: dict[str, float] = {}
    for red, green, blue in (coarse / 255).tolist():
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        word = colour_word(hue, saturation, value)
        paint = saturation * value if word in COLOUR_WORDS[:9] else 0.02 if word == "white" else 0.1
        weights[word] = weights.get(word, 0.0) + paint
    return max(weights, key=lambda word: weights[word])


def colour_word(hue: float, saturation: float, value: float) -> str:
    """Name one colour; hue, saturation and value are in [0, 1]."""
    dark, pale, light = 0.2, 0.15, 0.85
    if value < dark:
        return "black"
    if saturation < pale:
        return "white" if value > light else "grey"
    word = next(name for limit, name in HUE_LIMITS if hue < limit)
    return "brown" if word in {"red", "orange"} and value < 0.6 and saturation < 0.9 else word  # noqa: PLR2004
