"""Model selection for the prior: candidates are fitted, and the one with the highest held-out log-likelihood wins.

    whitened latents ──►──┬──┤normal distribution├──────────────────────────────────────►──┬──► held-out log-likelihoods
                          ├──┤mixtures of 5, 20 and 60, while larger ones are better├──►──┤
                          └──┤normalizing flow, from 2,000 latents├─────────────────────►──┘

With fewer than 1,000 latents the likelihoods are cross-validated. Where torch is not installed, no flow is a candidate.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.gaussian_mixture import fit_mixture, fit_normal
from pochade.analysis.prior.densities import Density, FlowDensity, MixtureDensity, NormalDensity
from pochade.errors import TrainingDiverged
from pochade.system.train_extra import can_train

MIXTURE_SIZES = (5, 20, 60)
MIN_LATENTS_PER_COMPONENT = 5  # on average; larger mixtures are not tried
CROSS_VALIDATED_BELOW = 1_000  # latents; with this many or more, one split is enough
FOLDS = 5
MAX_HELD_OUT = 5_000  # latents
MIN_FLOW_LATENTS = 2_000  # with fewer, mixtures are better: see docs/log.md


def held_out_splits(count: int, seed: int) -> Iterator[tuple[Integers, Integers]]:
    """Split latents into training and held-out rows.

    Yields:
        Training rows and held-out rows: one split of 1,000 latents or more, else five that hold out each latent once.
    """
    order = np.random.default_rng(seed).permutation(count)
    if count >= CROSS_VALIDATED_BELOW:
        held_out = min(count // FOLDS, MAX_HELD_OUT)
        yield order[held_out:], order[:held_out]
        return
    for fold in range(FOLDS):
        yield np.delete(order, np.s_[fold::FOLDS]), order[fold::FOLDS]


def fit_candidates(
    train_sets: Sequence[Floats], score: Callable[[list[Density]], float], seed: int
) -> dict[str, list[Density]]:
    """Fit every candidate density to each training set; larger mixtures are tried as long as they score higher.

    Args:
        train_sets: Whitened latents (N, D), one set per fold.
        score: The held-out log-likelihood of one density per fold.
        seed: Decides where fitting starts.

    Returns:
        One density per fold for each candidate, by the candidate's name.
    """
    smallest = min(map(len, train_sets))
    candidates = {"normal": [fit_density("normal", latents, seed) for latents in train_sets]}
    best = score(candidates["normal"])
    for size in MIXTURE_SIZES:
        if size * MIN_LATENTS_PER_COMPONENT > smallest:
            break
        name = f"mixture of {size}"
        candidates[name] = [fit_density(name, latents, seed) for latents in train_sets]
        if (current := score(candidates[name])) < best:
            break
        best = current
    if smallest >= MIN_FLOW_LATENTS and train_sets[0].shape[1] > 1 and can_train():
        with suppress(TrainingDiverged):
            candidates["flow"] = [fit_density("flow", latents, seed) for latents in train_sets]
    return candidates


def fit_density(name: str, whitened: Floats, seed: int) -> Density:
    """Fit the candidate of that name to whitened latents (N, D)."""
    if name == "normal":
        return NormalDensity(fit_normal(whitened))
    if name == "flow":
        from pochade.analysis.prior.flow_fitting import fit_flow  # noqa: PLC0415  torch

        return FlowDensity(fit_flow(whitened, seed))
    return MixtureDensity(fit_mixture(whitened, int(name.rsplit(maxsplit=1)[-1]), seed))
