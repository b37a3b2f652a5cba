"""Pictures of equal size beside and below each other."""

from collections.abc import Sequence

import numpy as np
from PIL import Image


def contact_sheet(rows: Sequence[Sequence[np.ndarray]], margin: int = 0) -> Image.Image:
    """Lay out rows of pictures (H, W, 3) uint8, each with a black margin of so many pixels."""
    border = ((margin, margin), (margin, margin), (0, 0))
    return Image.fromarray(np.concatenate([np.concatenate([np.pad(cell, border) for cell in row], 1) for row in rows]))
