"""Paths, blends and random steps in the space of a standard normal distribution.

Samples of a standard normal distribution in many dimensions lie near a sphere. These functions stay near the sphere,
while a straight line would cut through its inside, which holds no samples (White, "Sampling Generative Networks",
2016).
"""

import numpy as np

from pochade.analysis.arrays import Floats

MIN_ARC_SINE = 1e-4  # of the angle between two points; below it they are parallel, and no unique arc connects them


def spherical_path(start: Floats, end: Floats, shares: Floats) -> Floats:
    """Spherical interpolation between two points; the distance from the origin changes linearly.

    Args:
        start: The first point (D,).
        end: The last point (D,).
        shares: The positions of the points along the path (F,), 0 to 1.

    Returns:
        Points (F, D).
    """
    start_norm, end_norm = float(np.linalg.norm(start)), float(np.linalg.norm(end))
    angle = float(np.arccos(np.clip(start @ end / max(start_norm * end_norm, 1e-12), -1, 1)))
    if np.sin(angle) < MIN_ARC_SINE:
        line: Floats = start + shares[:, None] * (end - start)
        return line
    from_start = np.sin((1 - shares) * angle)[:, None] * start / start_norm
    directions = from_start + np.sin(shares * angle)[:, None] * end / end_norm
    arc: Floats = directions / np.sin(angle) * (start_norm + shares * (end_norm - start_norm))[:, None]
    return arc


def blend_randomly(points: Floats, count: int, random: np.random.Generator) -> Floats:
    """Weighted means of points (M, D) with random weights, scaled to the weighted mean of the norms: (count, D)."""
    weights = random.dirichlet(np.ones(len(points)), count)  # (count, M)
    means = weights @ points
    norms = weights @ np.linalg.norm(points, axis=1)
    blends: Floats = means * (norms / np.maximum(np.linalg.norm(means, axis=1), 1e-12))[:, None]
    return blends


def step_correlation(strength: float) -> float:
    """The correlation of a point before and after a random step: 1 for strength 0, 0 for strength 1."""
    return float(np.cos(np.clip(strength, 0, 1) * np.pi / 2))


def step_randomly(points: Floats, strength: float, random: np.random.Generator) -> Floats:
    """Move each point (N, D) by a random step that leaves the standard normal distribution unchanged."""
    correlation = step_correlation(strength)
    noise = random.standard_normal(points.shape)
    moved: Floats = correlation * points + np.sqrt(max(0.0, 1 - correlation**2)) * noise
    return moved
