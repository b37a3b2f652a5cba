"""Model selection for the prior: candidates are fitted, and the one with the highest held-out log-likelihood wins.

    whitened latents ──►──┬──┤normal distribution├──────────────────────────────────────►──┬──► held-out log-likelihoods
                          ├──┤mixtures of 5, 20 and 60, while larger ones are better├──►──┤
                          └──┤normalizing flow, from 2,000 latents├─────────────────────►──┘

With fewer than 1,000 latents the likelihoods are cross-validated.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.gaussian_mixture import fit_mixture, fit_normal
from pochade.analysis.prior.densities import Density, FlowDensity, MixtureDensity, NormalDensity
from pochade.errors import TrainingDiverged
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow, negative_log_likelihood
from pochade.training.loop import TrainingProgress, train
from pochade.training.recipe import Recipe

MIXTURE_SIZES = (5, 20, 60)
MIN_LATENTS_PER_COMPONENT = 5  # on average; larger mixtures are not tried
CROSS_VALIDATED_BELOW = 1_000  # latents; with this many or more, one split is enough
FOLDS = 5
MAX_HELD_OUT = 5_000  # latents
MIN_FLOW_LATENTS = 2_000  # with fewer, mixtures are better: see docs/log.md
MAX_FLOW_SAMPLES = 200_000  # latents over all epochs: half a minute on one core
MAX_FLOW_EPOCHS, MIN_FLOW_EPOCHS = 40, 2
FLOW_BATCH = 256  # latents
FLOW_RATE = 3e-3  # learning rate
MAX_FLOW_HELD_OUT = 1_000  # latents of the training set, at most a tenth of it, that decide when the flow is best
VALIDATIONS_PER_TRAINING = 12


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
    if smallest >= MIN_FLOW_LATENTS and train_sets[0].shape[1] > 1:
        with suppress(TrainingDiverged):
            candidates["flow"] = [fit_density("flow", latents, seed) for latents in train_sets]
    return candidates


def fit_density(name: str, whitened: Floats, seed: int) -> Density:
    """Fit the candidate of that name to whitened latents (N, D)."""
    if name == "normal":
        return NormalDensity(fit_normal(whitened))
    if name == "flow":
        return FlowDensity(fit_flow(whitened, seed))
    return MixtureDensity(fit_mixture(whitened, int(name.rsplit(maxsplit=1)[-1]), seed))


def fit_flow(whitened: Floats, seed: int) -> NormalizingFlow:
    """Train a flow on whitened latents (N, D), with early stopping by the likelihood of a held-out tenth."""
    order = np.random.default_rng(seed).permutation(len(whitened))
    points = torch.from_numpy(whitened[order].astype(np.float32))
    held_out = min(len(points) // 10, MAX_FLOW_HELD_OUT)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more threads don't help small matrices
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            flow = NormalizingFlow(FlowConfig(whitened.shape[1]))
        best = _BestWeights(flow, points[:held_out])
        epochs = min(MAX_FLOW_EPOCHS, max(MIN_FLOW_EPOCHS, MAX_FLOW_SAMPLES // len(points)))
        recipe = Recipe("fast", epochs, FLOW_BATCH, "adam", FLOW_RATE, one_cycle=True)
        train(flow.train(), _flow_loss, (points[held_out:],), recipe, seed=seed, report=best.update)
    finally:
        torch.set_num_threads(threads)
    flow.load_state_dict(best.weights)
    return flow.eval()


def _flow_loss(flow: NormalizingFlow, points: Tensor) -> Tensor:
    return negative_log_likelihood(flow, points * 255)  # `train` divides its data by 255, as it expects pictures


class _BestWeights:
    """Remembers the weights with which a flow gave held-out points the highest likelihood.

    Args:
        flow: The flow in training.
        held_out: Whitened latents (M, D) that it is not trained on.
    """

    def __init__(self, flow: NormalizingFlow, held_out: Tensor) -> None:
        self.flow, self.held_out = flow, held_out
        self.loss, self.next_step = float("inf"), 0.0
        self.weights = copy.deepcopy(flow.state_dict())

    def update(self, progress: TrainingProgress) -> None:
        """Validate the flow about every twelfth of the training; remember its weights if they are the best so far."""
        if progress.step < min(self.next_step, progress.steps):
            return
        self.next_step = progress.step + progress.steps / VALIDATIONS_PER_TRAINING
        self.flow.eval()
        with torch.inference_mode():
            loss = float(negative_log_likelihood(self.flow, self.held_out.to(next(self.flow.parameters()).device)))
        self.flow.train()
        if loss < self.loss:
            self.loss, self.weights = loss, copy.deepcopy(self.flow.state_dict())
