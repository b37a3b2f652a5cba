"""Out-of-distribution tests: four statistics of a latent, each compared with its percentiles for real pictures.

A t-SNE map can't show whether a latent is out of distribution, because it places every point near its neighbours. These
tests compare the latent with the latents of real pictures. Held-out pictures set the percentiles.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.nearest_neighbours import nearest_neighbours

DISTANCE_NEIGHBOURS = 10
MIN_UNUSUAL_TESTS = 2  # of four, for a latent to be out of distribution
PERCENTILE_BANDS = {  # lowest and highest usual percentile of each statistic over real pictures; None is no limit
    "neighbour_distance": (None, 99.5),
    "mahalanobis": (1, 99),
    "log_density": (1, None),
    "cycle_error": (None, 99),
}


@dataclass(frozen=True)
class PercentileTest:
    """A statistic of one latent, and the band between two percentiles of real pictures."""

    value: float
    low: float  # -inf where only high values are unusual
    high: float  # inf where only low values are unusual

    @property
    def unusual(self) -> bool:
        """Whether the value lies outside the band."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class DistributionTests:
    """The results of the four tests of one latent z."""

    neighbour_distance: PercentileTest  # mean Euclidean distance to the 10 nearest training latents
    mahalanobis: PercentileTest  # Mahalanobis distance from the mean of the training latents
    log_density: PercentileTest  # in nats, under the fitted mixture
    cycle_error: PercentileTest  # |encode(decode(z)) - z| / |z - mean|

    @property
    def tests(self) -> dict[str, PercentileTest]:
        """The tests by name."""
        return dict(vars(self))

    @property
    def is_out_of_distribution(self) -> bool:
        """Whether at least two of the four tests find the latent unusual."""
        return sum(test.unusual for test in self.tests.values()) >= MIN_UNUSUAL_TESTS


@dataclass(frozen=True)
class LatentStatistics:
    """The four statistics of N latents."""

    neighbour_distance: Floats  # (N,)
    mahalanobis: Floats  # (N,)
    log_density: Floats  # (N,)
    cycle_error: Floats  # (N,)


def judge_statistics(statistics: LatentStatistics, real: LatentStatistics) -> list[DistributionTests]:
    """Test latents by comparing their statistics with those of real pictures."""
    bands = {name: _band(getattr(real, name), *limits) for name, limits in PERCENTILE_BANDS.items()}
    return [
        DistributionTests(
            **{name: PercentileTest(float(getattr(statistics, name)[row]), *band) for name, band in bands.items()}
        )
        for row in range(len(statistics.log_density))
    ]


def _band(values: Floats, low: float | None, high: float | None) -> tuple[float, float]:
    return (
        -np.inf if low is None else float(np.percentile(values, low)),
        np.inf if high is None else float(np.percentile(values, high)),
    )


def cycle_errors(latents: Floats, returned: Floats, mean: Floats) -> Floats:
    """How far decoding and encoding moves latents, relative to their distance from the mean, (N,).

    Args:
        latents: (N, D).
        returned: The same latents after decoding and encoding (N, D).
        mean: The mean of the training latents (D,).
    """
    distances = np.maximum(np.linalg.norm(latents - mean, axis=1), 1e-12)
    errors: Floats = np.linalg.norm(returned - latents, axis=1) / distances
    return errors


def judge_latents(
    latents: Floats, train: Floats, held_out: Floats, density: WhitenedMixture, cycle: Callable[[Floats], Floats]
) -> list[DistributionTests]:
    """Test latents.

    For a VAE, `train` and `held_out` must be samples of posteriors, not their means: its decoder never learnt to decode
    means alone, and a random latent resembles a sample.

    Args:
        latents: The latents to test (P, D).
        train: Latents of the training pictures (N, D).
        held_out: Latents of pictures that the model was not trained on (M, D); they set the percentiles.
        density: A mixture fitted to `train`.
        cycle: Decodes latents (B, D) and encodes the pictures again, (B, D).

    Returns:
        The tests of each latent, in order.
    """
    together = np.concatenate([latents, held_out])
    neighbour_distance = nearest_neighbours(together, train, DISTANCE_NEIGHBOURS).distances.mean(1)
    mean = train.mean(0)
    precision = np.linalg.pinv(np.atleast_2d(np.cov(train, rowvar=False)), rcond=1e-6, hermitian=True)
    centred = together - mean
    mahalanobis = np.sqrt(np.einsum("nd,de,ne->n", centred, precision, centred, optimize=True))
    errors = cycle_errors(together, cycle(together), mean)
    statistics = (neighbour_distance, mahalanobis, density.log_density(together), errors)
    rows = np.s_[: len(latents)], np.s_[len(latents) :]
    tested, real = (LatentStatistics(*(values[row] for values in statistics)) for row in rows)
    return judge_statistics(tested, real)
