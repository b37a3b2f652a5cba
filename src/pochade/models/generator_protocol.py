"""What the creation of pictures needs of a generator: pictures to latents, and latents to pictures."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Generator(Protocol):
    """A generator of pictures. Scripts may pass their own to `Collection.imagine`, so these names never change."""

    name: str  # identifies the model; made of its weights
    side: int  # pixels per side of a picture

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Map pictures (N, S, S, 3) to latents (N, D)."""

    def draw(self, latents: NDArray[np.float32], seeds: Sequence[int]) -> NDArray[np.uint8]:
        """Generate pictures (N, S, S, 3) from latents (N, D).

        Each picture's seed decides what its latent leaves open. A picture does not depend on the others in the batch.
        """
