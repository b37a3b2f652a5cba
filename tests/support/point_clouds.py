"""Clouds of points far apart, for tests of clustering and maps."""

import numpy as np

from pochade.analysis.arrays import Floats, Integers


def clouds(count: int = 300, dimensions: int = 5, cloud_count: int = 3, seed: int = 0) -> tuple[Floats, Integers]:
    """Points (N, D) of well separated normal distributions, and which one each is from (N,)."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % cloud_count
    centres = 12 * np.eye(cloud_count, dimensions)
    return (centres[labels] + random.normal(size=(count, dimensions))).astype(np.float32), labels
