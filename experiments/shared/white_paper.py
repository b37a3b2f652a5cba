"""Pictures with transparency, flattened on white paper and resized."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

WHITE = (255, 255, 255)
LONGEST_SIDE = 256  # pixels


def on_white(picture: Image.Image, longest_side: int = LONGEST_SIDE) -> Image.Image:
    """Flatten a picture on white and resize it so that its longer side has this many pixels."""
    colours = picture.convert("RGBA")
    paper = Image.new("RGBA", colours.size, (*WHITE, 255))
    flat = Image.alpha_composite(paper, colours).convert("RGB")
    return ImageOps.contain(flat, (longest_side, longest_side), Image.Resampling.LANCZOS)


def load_on_white(path: Path, longest_side: int) -> np.ndarray:
    """Read a file, flatten it on white and resize it: (H, W, 3) uint8."""
    return np.asarray(on_white(Image.open(path), longest_side))
