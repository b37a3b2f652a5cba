"""Judge generated pictures: is each one new, and does its latent lie where the collection has pictures?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.gaussian_mixture import Whitening
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.out_of_distribution import (
    DISTANCE_NEIGHBOURS,
    DistributionTests,
    LatentStatistics,
    cycle_errors,
    judge_statistics,
)
from pochade.analysis.prior.latent_prior import LatentPrior
from pochade.analysis.prior.selection import held_out_splits
from pochade.create.region_map import RegionMap
from pochade.errors import CheckpointDamaged
from pochade.images.base.picture import Array
from pochade.models.array_files import read_arrays, write_arrays
from pochade.models.generator_protocol import Generator

NOVELTY_FORMAT = "pochade-grounds-1"
MAX_RECONSTRUCTED = 64  # pictures that are reconstructed to measure typical cycle errors
MAX_MEASURED = 2_000  # pictures whose distances to the others are measured
ALMOST_COPY_PERCENTILE = 1.0  # of the distances to the nearest different picture; a nearer picture is almost a copy
MAX_COPY_DISTANCE = 0.02  # 1 - cosine of the embeddings of two copies


@dataclass(frozen=True)
class Created:
    """A generated picture and its origin."""

    picture: Array  # (S, S, 3) uint8
    latent: Floats  # (D,), which the generator decoded
    seed: int
    model: str  # the name of the generator
    percentile: float  # 0 to 1: the share of real pictures whose latents have a lower density under the prior
    distribution_tests: DistributionTests
    nearest: Path  # the real picture that looks most like it
    distance: float  # to the nearest picture: 1 - cosine of the embeddings
    likelihood: float  # 0 to 1, that it shows the same work as the nearest picture
    almost_a_copy: bool  # whether it shows the same work, is nearer than nearly all pairs, or is mostly one picture's
    regions: RegionMap | None = None  # which real picture lent which part; None if the model alone drew it

    @property
    def is_out_of_distribution(self) -> bool:
        """Whether its latent lies where the collection has nothing."""
        return self.distribution_tests.is_out_of_distribution

    @property
    def code(self) -> Floats:
        """Alias of `latent`, kept for scripts."""
        return self.latent

    @property
    def net(self) -> str:
        """Alias of `model`, kept for scripts."""
        return self.model

    @property
    def emptiness(self) -> DistributionTests:
        """Alias of `distribution_tests`, kept for scripts."""
        return self.distribution_tests

    @property
    def empty(self) -> bool:
        """Alias of `is_out_of_distribution`, kept for scripts."""
        return self.is_out_of_distribution


@dataclass(frozen=True)
class NoveltyReference:
    """Statistics of the real pictures, with which generated pictures are compared."""

    latents: Floats  # (N, D) of the real pictures
    statistics: LatentStatistics  # of a sample of real pictures, each compared with the others
    almost_copy_distance: float  # 1 - cosine of the embeddings; a nearer picture is almost a copy

    @classmethod
    def measure(
        cls, latents: Floats, embeddings: Floats, prior: LatentPrior, generator: Generator
    ) -> "NoveltyReference":
        """Measure the real pictures of a collection.

        Args:
            latents: The latents of all pictures (N, D).
            embeddings: Their embeddings (N, 64).
            prior: The prior that was fitted to the latents.
            generator: The generator.
        """
        count = min(DISTANCE_NEIGHBOURS, len(latents) - 1)
        order = np.random.default_rng(0).permutation(len(latents))
        sample, small_sample = latents[order[:MAX_MEASURED]], latents[order[:MAX_RECONSTRUCTED]]
        whitened = np.concatenate([
            Whitening.fit(latents[fitting]).apply(latents[held_out])
            for fitting, held_out in held_out_splits(len(latents), 0)
        ])  # fmt: skip
        distances = nearest_neighbours(sample, latents, count + 1).distances[:, 1:].mean(1)  # the first one is itself
        encoded_again = generator.encode(generator.draw(small_sample, [0] * len(small_sample)))
        errors = cycle_errors(small_sample, encoded_again, latents.mean(0))
        statistics = LatentStatistics(distances, np.linalg.norm(whitened, axis=1), prior.held_out, errors)
        return cls(latents, statistics, almost_copy_distance(embeddings, order))

    def judge(
        self, latents: Floats, pictures: Array, prior: LatentPrior, generator: Generator
    ) -> list[DistributionTests]:
        """Test whether latents lie where the collection has nothing.

        Args:
            latents: The latents (n, D).
            pictures: The pictures generated from them (n, S, S, 3).
            prior: The collection's prior.
            generator: The generator.
        """
        count = min(DISTANCE_NEIGHBOURS, len(self.latents) - 1)
        distances = nearest_neighbours(latents, self.latents, count).distances.mean(1)
        mahalanobis = np.linalg.norm(prior.whitening.apply(latents), axis=1)
        errors = cycle_errors(latents, generator.encode(pictures), self.latents.mean(0))
        statistics = LatentStatistics(distances, mahalanobis, prior.log_density(latents), errors)
        return judge_statistics(statistics, self.statistics)

    def save(self, path: Path, source: str) -> None:
        """Write the statistics to a file, without the latents, which are stored elsewhere.

        Args:
            path: The file.
            source: A digest that identifies the measured pictures and the generator.
        """
        arrays = {**vars(self.statistics), "almost": np.array([self.almost_copy_distance])}
        write_arrays(path, NOVELTY_FORMAT, arrays, {"of": source})

    @classmethod
    def load(cls, path: Path, source: str, latents: Floats) -> "NoveltyReference":
        """Read the statistics from a file.

        Args:
            path: The file.
            source: The digest that `save` must have been called with.
            latents: The latents of all pictures (N, D).

        Raises:
            CheckpointDamaged: The file is missing, damaged, or was saved with another digest.
        """
        arrays, metadata = read_arrays(path, NOVELTY_FORMAT)
        try:
            if metadata["of"] != source:
                raise ValueError("it was measured on other pictures")
            distance = float(arrays.pop("almost")[0])
            return cls(latents, LatentStatistics(**arrays), distance)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointDamaged(f"'{path}' can't be used: {error}", f"delete '{path}'") from error


def almost_copy_distance(embeddings: Floats, order: Integers) -> float:
    """Measure the distance below which a picture is almost a copy of another.

    It is the first percentile of the distances of pictures to the nearest different picture.

    Args:
        embeddings: The embeddings of all pictures (N, 64), of unit length.
        order: Their rows in random order (N,); the first 2,000 are measured.

    Returns:
        1 - cosine of the embeddings, at least `MAX_COPY_DISTANCE`.
    """
    queries = embeddings[order[:MAX_MEASURED]]
    count = min(len(embeddings), DISTANCE_NEIGHBOURS + 1)
    distances = nearest_neighbours(queries, embeddings, count).distances ** 2 / 2  # 1 - cosine
    different = np.where(distances > MAX_COPY_DISTANCE, distances, np.inf).min(1)
    different = different[np.isfinite(different)]
    if not len(different):
        return MAX_COPY_DISTANCE
    return max(MAX_COPY_DISTANCE, float(np.percentile(different, ALMOST_COPY_PERCENTILE)))
