"""The learned prior of a collection: the density of its latents, from which new latents are sampled.

The latents of a trained model don't follow its standard normal prior exactly. So densities are fitted to them, from one
normal distribution to a normalizing flow, and the one with the highest held-out likelihood is used (ex-post density
estimation: Ghosh et al., "From Variational to Deterministic Autoencoders", ICLR 2020).

    latents (N, D) ──►──┤whiten├──►──┤density├──► log density, samples, variations, paths
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.gaussian_mixture import GaussianMixture, Whitening
from pochade.analysis.prior.densities import Density, FlowDensity, MixtureDensity, NormalDensity
from pochade.analysis.prior.selection import fit_candidates, fit_density, held_out_splits
from pochade.analysis.prior.string_method import points_along
from pochade.errors import CheckpointDamaged, UsageError
from pochade.models.array_files import Arrays, read_arrays, write_arrays
from pochade.models.coupling_flow import CouplingFlow

MIN_LATENTS = 20  # that a prior can be fitted to
PRIOR_FORMAT = "pochade-prior-1"
PATH_QUANTILE = 0.5  # latents on a path should be denser than this share of held-out latents
LIKE_STRENGTH = 0.5  # default strength of the variation in `sample_like`


@dataclass(frozen=True)
class LatentPrior:
    """The density of a collection's latents, fitted by `LatentPrior.fit`.

    Latents are (N, D), returned as float32. Log densities are in nats.
    """

    whitening: Whitening
    density: Density  # of whitened latents
    held_out: Floats  # (M,), log densities of held-out latents, sorted
    scores: dict[str, float]  # the mean held-out log density under each candidate, by the candidate's name

    @classmethod
    def fit(cls, latents: Floats, seed: int = 0, *, among: Self | None = None) -> Self:
        """Fit a prior to the latents of real pictures.

        A fifth of the latents is held out to choose between the candidate densities. With fewer than a thousand
        latents, each fifth is held out in turn (cross-validation).

        Args:
            latents: (N, D), N at least 20.
            seed: Decides which latents are held out, and where fitting starts.
            among: The prior of a larger set that contains the latents; its whitening is used.

        Raises:
            UsageError: There are fewer than 20 latents, or some are not finite.
        """
        latents = _checked_latents(latents)
        folds = [_Fold.of(latents, train, held_out, among) for train, held_out in held_out_splits(len(latents), seed)]
        train_sets = [fold.train for fold in folds]
        candidates = fit_candidates(
            train_sets, lambda densities: _held_out_log_densities(folds, densities).mean(), seed
        )
        held_out = {name: _held_out_log_densities(folds, densities) for name, densities in candidates.items()}
        best = max(held_out, key=lambda name: held_out[name].mean())
        whitening, density = folds[0].whitening, candidates[best][0]
        if len(folds) > 1:  # each candidate was fitted to a part of the latents only
            whitening = among.whitening if among else Whitening.fit(latents)
            density = fit_density(best, whitening.apply(latents), seed)
        scores = {name: float(logs.mean()) for name, logs in held_out.items()}
        return cls(whitening, density, np.sort(held_out[best]), scores)

    @property
    def name(self) -> str:
        """The name of the chosen candidate: "normal", "mixture of 20" or "flow"."""
        return max(self.scores, key=lambda name: self.scores[name])

    def log_density(self, latents: Floats) -> Floats:
        """The log density at latents (N, D), in nats: (N,)."""
        return self.density.log_density(self.whitening.apply(latents)) + self.whitening.log_stretch

    def percentile(self, latents: Floats) -> Floats:
        """The share of held-out real latents with a lower density, for each latent (N, D): 0 to 1, (N,)."""
        shares: Floats = np.searchsorted(self.held_out, self.log_density(latents)) / len(self.held_out)
        return shares

    def sample(self, n: int, seed: int = 0) -> Floats:
        """Sample new latents (n, D)."""
        return self._unwhiten(self.density.sample(n, np.random.default_rng(seed)))

    def vary(self, latent: Floats, strength: float = 0.3, n: int = 1, seed: int = 0) -> Floats:
        """Sample variations of one latent.

        Args:
            latent: (D,).
            strength: From 0, which gives the latent itself, to 1, which gives independent samples of the prior.
            n: How many variations.
            seed: Decides the random steps.

        Returns:
            Latents (n, D).
        """
        return self.sample_like(np.asarray(latent)[None], n, seed, strength=strength)

    def sample_like(self, latents: Floats, n: int, seed: int = 0, *, strength: float = LIKE_STRENGTH) -> Floats:
        """Sample latents near random blends of given latents.

        Args:
            latents: The given latents (M, D).
            n: How many to sample.
            seed: Decides the blends and the random steps.
            strength: From 0, which gives the blends themselves, to 1, which gives independent samples.

        Returns:
            Latents (n, D).

        Raises:
            UsageError: The strength is not from 0 to 1.
        """
        if not 0 <= strength <= 1:
            raise UsageError(f"a strength of {strength} is not from 0 to 1", "give 0.3 for small variations")
        whitened = self.whitening.apply(np.atleast_2d(latents))
        return self._unwhiten(self.density.vary(whitened, n, strength, np.random.default_rng(seed)))

    def path(self, points: Floats, frames: int) -> Floats:
        """Find a path through given latents that stays where the prior is dense.

        Args:
            points: The latents that the path goes through (K, D), K at least 2.
            frames: The number of latents on the path, at least K.

        Returns:
            Latents (frames, D), the given ones included. Between two given latents the steps are even.

        Raises:
            UsageError: There are fewer than two latents, or fewer frames than latents.
        """
        points = np.asarray(points, np.float64)
        if len(points) < 2 or frames < len(points):  # noqa: PLR2004
            why = f"a path through {len(points)} latents can't have {frames} frames"
            raise UsageError(why, "give at least two pictures, and at least as many frames")
        sections = [self._section(start, end) for start, end in pairwise(points)]
        counts = share_steps([_length(section) for section in sections], frames - 1)
        path = [points[:1]]
        for section, count in zip(sections, counts, strict=True):
            path += [points_along(section, np.linspace(0, 1, count + 1))[1:-1], section[-1:]]
        return np.concatenate(path).astype(np.float32)

    def _section(self, start: Floats, end: Floats) -> Floats:
        """A finely sampled path between two latents (D,), which are exactly its ends."""
        min_log_density = float(np.quantile(self.held_out, PATH_QUANTILE)) - self.whitening.log_stretch
        ends = self.whitening.apply(np.stack([start, end]))
        section = self.whitening.undo(self.density.path(ends[0], ends[1], min_log_density))
        return np.concatenate([start[None], section[1:-1], end[None]])

    def _unwhiten(self, points: Floats) -> Floats:
        return self.whitening.undo(points).astype(np.float32)

    # On disk ---------------------------------------------------------------------------------------------------------

    def save(self, path: Path, of: str = "") -> None:
        """Write the prior to one safetensors file.

        Args:
            path: Where to write it.
            of: A name for the latents that the prior was fitted to.

        Raises:
            OutputUnwritable: The file can't be written.
        """
        arrays = {"mean": self.whitening.mean, "root": self.whitening.root, "held_out": self.held_out}
        flow_config: dict[str, int] = {}
        if isinstance(self.density, FlowDensity):
            flow = self.density.flow
            arrays |= {f"flow.{name}": array for name, array in flow.weights.items()}
            flow_config = {"dimensions": flow.dimensions, "layers": len(flow.rotations), "width": flow.width}
        elif isinstance(self.density, NormalDensity | MixtureDensity):
            mixture = self.density.mixture
            arrays |= {"weights": mixture.weights, "means": mixture.means, "covariances": mixture.covariances}
        description = {"scores": self.scores, "flow": flow_config}
        write_arrays(path, PRIOR_FORMAT, arrays, {"of": of, "prior": json.dumps(description)})

    @classmethod
    def load(cls, path: Path, of: str = "") -> Self:
        """Read a prior that was saved with the same `of`.

        Raises:
            CheckpointDamaged: The file is missing or damaged, or was fitted to other latents.
        """
        arrays, metadata = read_arrays(path, PRIOR_FORMAT)
        try:
            if metadata["of"] != of:
                raise ValueError("it was fitted to other latents")
            description = json.loads(metadata["prior"])
            whitening = Whitening(arrays["mean"], arrays["root"])
            density = _stored_density(arrays, is_flow=bool(description["flow"]))
            return cls(whitening, density, arrays["held_out"], description["scores"])
        except (IndexError, KeyError, TypeError, ValueError, np.linalg.LinAlgError) as error:
            raise CheckpointDamaged(f"'{path}' holds no such prior: {error}", f"delete '{path}'") from error


def _stored_density(arrays: Arrays, *, is_flow: bool) -> Density:
    """The density that `LatentPrior.save` stored.

    Raises:
        IndexError: An array has too few dimensions.
        KeyError: An array is missing.
        ValueError: The shapes of the arrays do not fit each other.
    """
    if is_flow:
        flow = CouplingFlow({name.removeprefix("flow."): array for name, array in arrays.items() if "flow." in name})
        flow.log_density(np.zeros((1, flow.dimensions), np.float32))  # fails if the shapes do not fit
        return FlowDensity(flow)
    mixture = GaussianMixture(*(arrays[name] for name in ("weights", "means", "covariances")))
    return NormalDensity(mixture) if mixture.size == 1 else MixtureDensity(mixture)


class _Fold(NamedTuple):
    """Training and held-out latents, whitened; unless a larger prior is given, by the training latents."""

    whitening: Whitening
    train: Floats  # (N, D)
    held_out: Floats  # (M, D)

    @classmethod
    def of(cls, latents: Floats, train: Integers, held_out: Integers, among: "LatentPrior | None") -> "_Fold":
        whitening = among.whitening if among else Whitening.fit(latents[train])
        return cls(whitening, whitening.apply(latents[train]), whitening.apply(latents[held_out]))


def _held_out_log_densities(folds: Sequence[_Fold], densities: Sequence[Density]) -> Floats:
    """The log density at every held-out latent, each under the density of its fold."""
    return np.concatenate([
        density.log_density(fold.held_out) + fold.whitening.log_stretch
        for fold, density in zip(folds, densities, strict=True)
    ])  # fmt: skip


def _checked_latents(latents: Floats) -> Floats:
    """Latents (N, D) in double precision.

    Raises:
        UsageError: There are too few, or they are not finite.
    """
    latents = np.asarray(latents, np.float64)
    if latents.ndim != 2 or not np.isfinite(latents).all():  # noqa: PLR2004
        why = f"latents must be an array (N, D) of finite numbers; this one has the shape {latents.shape}"
        raise UsageError(why, "encode the pictures again")
    if len(latents) < MIN_LATENTS:
        raise UsageError(f"{len(latents)} latents are too few to fit a prior to", f"give at least {MIN_LATENTS}")
    return latents


def _length(path: Floats) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def share_steps(lengths: list[float], steps: int) -> list[int]:
    """Distribute steps over the sections of a path, at least one to each, so that all steps are about equally long."""
    counts = [1] * len(lengths)
    for _ in range(steps - len(lengths)):
        longest = max(range(len(lengths)), key=lambda section: lengths[section] / counts[section])
        counts[longest] += 1
    return counts
