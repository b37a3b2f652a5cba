"""What creating asks of a net that draws: pictures to codes, and codes to pictures."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Painter(Protocol):
    """Pictures to codes, and codes to pictures."""

    name: str  # which net: made of its weights
    side: int  # pixels a side of what it draws

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Codes (N, D) of pictures (N, S, S, 3)."""

    def draw(self, codes: NDArray[np.float32], seed: int = 0) -> NDArray[np.uint8]:
        """Pictures (N, S, S, 3) for codes (N, D); the seed decides what the codes leave open, if anything."""
