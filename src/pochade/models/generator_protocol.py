"""What creating asks of a net that draws: pictures to codes, and codes to pictures."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Generator(Protocol):
    """Pictures to codes, and codes to pictures."""

    name: str  # which net: made of its weights
    side: int  # pixels a side of what it draws

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Codes (N, D) of pictures (N, S, S, 3)."""

    def draw(self, codes: NDArray[np.float32], seeds: Sequence[int]) -> NDArray[np.uint8]:
        """Pictures (N, S, S, 3) for codes (N, D), each its own seed deciding what the code leaves open, if anything.

        A picture is the same whichever others are drawn with it.
        """
