"""Drawings of thin lines for the tests of the cleaning measures."""

import numpy as np
from PIL import Image, ImageDraw

from experiments.bench.cleaning_rivals import Picture


def line_drawing(shift: int = 0, *, half: bool = False) -> Picture:
    """Some thin lines on white; with `half`, every second is missing."""
    picture = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(picture)
    for line in range(0, 10, 2 if half else 1):
        pen.line([(20 + shift, 20 + 25 * line), (280 + shift, 40 + 25 * line)], fill=(40, 40, 60), width=2)
    return np.asarray(picture)


def on_uneven_paper(picture: Picture) -> Picture:
    """The picture on yellowish paper that gets darker to the right."""
    light = np.linspace(1, 0.7, picture.shape[1])[:, None] * np.array([1, 0.97, 0.9])
    return (picture * light).round().astype(np.uint8)
