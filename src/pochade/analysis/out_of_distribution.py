"""Is a latent point in empty space? Four tests that can each be checked, and a verdict from at least two.

A map can't tell: it always draws a point near its neighbours. These tests ask instead how unusual the point is among
points that the net *has* made from real pictures, held out from those that it is compared with.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.density import Density
from pochade.analysis.nearest_neighbours import nearest

NEIGHBOURS = 10
TESTS_NEEDED = 2


@dataclass(frozen=True)
class Test:
    """One figure of the point, beside the band in which real pictures lie."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    value: float
    low: float  # -inf where only high values are unusual
    high: float  # inf where only low values are unusual

    @property
    def unusual(self) -> bool:
        """Whether the point lies outside the band."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class OutOfDistribution:
    """The four tests of one latent point."""

    neighbour_distance: Test  # mean distance to the 10 nearest training codes; above the 99.5th percentile is unusual
    mahalanobis: Test  # distance from the codes' mean in their own covariance; outside 1-99 % is unusual
    log_density: Test  # under the fitted mixture; below the 1st percentile is unusual
    cycle_error: Test  # how far encode(decode(z)) lands from z, as a share of |z - mean|; above the 99th is unusual

    @property
    def tests(self) -> dict[str, Test]:
        """The tests by name."""
        return dict(vars(self))

    @property
    def empty(self) -> bool:
        """The verdict: at least two of the four find the point unusual."""
        return sum(test.unusual for test in self.tests.values()) >= TESTS_NEEDED


@dataclass(frozen=True)
class Figures:
    """The four figures of each of N points."""

    neighbour_distance: Floats  # (N,) each
    mahalanobis: Floats
    log_density: Floats
    cycle_error: Floats


BANDS = {  # percentiles of real pictures' figures between which a point's figure is usual; None where there is no end
    "neighbour_distance": (None, 99.5),
    "mahalanobis": (1, 99),
    "log_density": (1, None),
    "cycle_error": (None, 99),
}


def verdicts(asked: Figures, real: Figures) -> list[OutOfDistribution]:
    """Judge points by their figures beside those of real pictures."""
    bands = {name: band(getattr(real, name), *ends) for name, ends in BANDS.items()}
    return [
        OutOfDistribution(**{name: Test(float(getattr(asked, name)[place]), *bands[name]) for name in BANDS})
        for place in range(len(asked.log_density))
    ]


def band(values: Floats, low: float | None, high: float | None) -> tuple[float, float]:
    """Between which two percentiles a value is usual."""
    return (
        -np.inf if low is None else float(np.percentile(values, low)),
        np.inf if high is None else float(np.percentile(values, high)),
    )


def cycle_errors(points: Floats, returned: Floats, centre: Floats) -> Floats:
    """How far points (N, D) land from where they were after drawing and reading, as a share of their distance."""
    away = np.maximum(np.linalg.norm(points - centre, axis=1), 1e-12)
    errors: Floats = np.linalg.norm(returned - points, axis=1) / away
    return errors


def emptiness(
    point: Floats, codes: Floats, held_out: Floats, density: Density, cycle: Callable[[Floats], Floats]
) -> OutOfDistribution:
    """Judge one latent point.

    Args:
        point: The latent (D,).
        codes: Codes of the training pictures (N, D).
        held_out: Codes of pictures that the net did not learn from (M, D); they set the bands.
        density: A mixture fitted to `codes`.
        cycle: Decodes latents (B, D) and encodes the pictures again, (B, D).
    """
    asked = np.concatenate([point[None], held_out])  # the point first
    neighbours = nearest(asked, codes, NEIGHBOURS).distances.mean(1)
    centre = codes.mean(0)
    precision = np.linalg.pinv(np.atleast_2d(np.cov(codes, rowvar=False)), rcond=1e-6, hermitian=True)
    centred = asked - centre
    mahalanobis = np.sqrt(np.einsum("nd,de,ne->n", centred, precision, centred, optimize=True))
    figures = (neighbours, mahalanobis, density.log_density(asked), cycle_errors(asked, cycle(asked), centre))
    return verdicts(Figures(*(each[:1] for each in figures)), Figures(*(each[1:] for each in figures)))[0]
