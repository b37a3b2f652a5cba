"""Normal noise from seeds, the same as torch's to a rounding error, so that a seed draws what it drew before."""

import numpy as np
from numpy.typing import NDArray

SEED_BITS = 32  # torch's generator uses no more bits of a seed
UNIFORM_BITS = 24  # of a number in [0, 1)
PAIRS = 8  # numbers are made in blocks of eight pairs


def seeded_noise(seed: int, count: int) -> NDArray[np.float32]:
    """Standard normal numbers, as `torch.randn` makes them after `manual_seed`.

    Both use the Mersenne Twister and the method of Box and Muller.

    Args:
        seed: Any whole number from 0; its lowest 32 bits count.
        count: How many numbers; a multiple of 16.

    Returns:
        The numbers (count,).
    """
    bits = np.random.RandomState(seed % 2**SEED_BITS).randint(0, 2**32, count, np.uint32)
    uniform = (bits & (2**UNIFORM_BITS - 1)).astype(np.float32) * np.float32(2.0**-UNIFORM_BITS)
    first, second = uniform.reshape(-1, 2, PAIRS).transpose(1, 0, 2)  # (count / 16, 8) each
    radius = np.sqrt(np.float32(-2) * np.log(np.float32(1) - first))
    angle = np.float32(2 * np.pi) * second
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(count)
