"""Fitting a normalizing flow to latents. This is the only part of this room that needs torch."""

import copy

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.models.coupling_flow import CouplingFlow
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow, negative_log_likelihood
from pochade.training.loop import TrainingProgress, train
from pochade.training.recipe import Recipe

MAX_FLOW_SAMPLES = 200_000  # latents over all epochs: half a minute on one core
MAX_FLOW_EPOCHS, MIN_FLOW_EPOCHS = 40, 2
FLOW_BATCH = 256  # latents
FLOW_RATE = 3e-3  # learning rate
MAX_FLOW_HELD_OUT = 1_000  # latents of the training set, at most a tenth of it, that decide when the flow is best
VALIDATIONS_PER_TRAINING = 12


def fit_flow(whitened: Floats, seed: int) -> CouplingFlow:
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
    return CouplingFlow({name: tensor.cpu().numpy() for name, tensor in best.weights.items()})


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
