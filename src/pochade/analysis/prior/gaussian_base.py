"""Places where a density is a standard normal one, so that a step or a path there keeps to where codes are dense.

What is drawn from a standard normal distribution of many dimensions lies near a sphere. On it one can walk from place
to place, and mix places, without leaving it; a straight line would cut through its empty inside.
"""

import numpy as np

from pochade.analysis.arrays import Floats


def walked(start: Floats, end: Floats, shares: Floats) -> Floats:
    """Places (F, D) between two (D,), a share each of the way, on an arc between their distances from the middle."""
    far, further = float(np.linalg.norm(start)), float(np.linalg.norm(end))
    angle = float(np.arccos(np.clip(start @ end / max(far * further, 1e-12), -1, 1)))
    if np.sin(angle) < 1e-4:  # noqa: PLR2004  the same direction, or the opposite one, where no arc is the shortest
        straight: Floats = start + shares[:, None] * (end - start)
        return straight
    parts = np.sin((1 - shares) * angle)[:, None] * start / far + np.sin(shares * angle)[:, None] * end / further
    arc: Floats = parts / np.sin(angle) * (far + shares * (further - far))[:, None]
    return arc


def mixed(places: Floats, count: int, random: np.random.Generator) -> Floats:
    """Places (count, D), each a mixture of those given (M, D) by shares drawn at random, as far out as they are."""
    shares = random.dirichlet(np.ones(len(places)), count)  # (count, M)
    blends = shares @ places
    wanted = shares @ np.linalg.norm(places, axis=1)
    out: Floats = blends * (wanted / np.maximum(np.linalg.norm(blends, axis=1), 1e-12))[:, None]
    return out


def likeness_of(strength: float) -> float:
    """How much of a place is left after a step of a strength from 0, none, to 1, anywhere: the two's correlation."""
    return float(np.cos(np.clip(strength, 0, 1) * np.pi / 2))


def stepped(places: Floats, strength: float, random: np.random.Generator) -> Floats:
    """Places (N, D) after a random step; standard normal ones stay standard normal."""
    likeness = likeness_of(strength)
    there: Floats = likeness * places + np.sqrt(max(0.0, 1 - likeness**2)) * random.standard_normal(places.shape)
    return there
