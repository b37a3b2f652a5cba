"""Latents of known distributions, for tests of priors."""

import numpy as np

from pochade.analysis.arrays import Floats


def normal_latents(count: int, dimensions: int = 6, seed: int = 0) -> Floats:
    """Latents of one normal distribution, long in some directions and far from the origin."""
    random = np.random.default_rng(seed)
    return 5 + random.standard_normal((count, dimensions)) * np.geomspace(0.1, 3, dimensions)


def clustered_latents(count: int, dimensions: int = 16, seed: int = 0) -> Floats:
    """Latents in four clusters far apart, with nothing between them."""
    random = np.random.default_rng(seed)
    return 8 * np.eye(4, dimensions)[random.integers(0, 4, count)] + random.standard_normal((count, dimensions))


def ring_latents(count: int, seed: int = 0) -> Floats:
    """Latents on a ring with an empty middle in two dimensions, and normal numbers in two others."""
    random = np.random.default_rng(seed)
    angles, radii = random.uniform(0, 2 * np.pi, count), 4 + 0.2 * random.standard_normal(count)
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles), random.standard_normal((count, 2))])
