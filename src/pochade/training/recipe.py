"""Training recipes: epochs, batch size, optimiser and learning rates; the tutorial's recipe, and faster ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.optim import Optimizer

from pochade.training.muon import Muon

WARM_UP_SHARE = 0.2  # share of a one-cycle run in which the rate rises
MIN_RATE_SHARE = 0.01  # the lowest rate of a one-cycle run, as a share of the highest


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run except the model, its loss and the data.

    A run's file stores these fields as JSON, so their names stay as they are.
    """

    name: Literal["tutorial", "fast"]
    epochs: int  # passes over the data
    batch_size: int  # pictures per step
    optimiser: Literal["adam", "muon"]
    learning_rate: float  # the constant rate, or the highest rate of the cycle
    one_cycle: bool  # the rate rises for a fifth of the run, then falls linearly (Smith & Topin, 2018)

    def optimiser_for(self, parameters: Iterable[Tensor]) -> Optimizer:
        """Make a new optimiser for a model's parameters."""
        if self.optimiser == "muon":
            return Muon(parameters, self.learning_rate)
        return torch.optim.Adam(parameters, self.learning_rate)

    def rate_at(self, progress: float) -> float:
        """The learning rate after a share of the run, 0 to 1."""
        if not self.one_cycle:
            return self.learning_rate
        rising, falling = progress / WARM_UP_SHARE, (1 - progress) / (1 - WARM_UP_SHARE)
        return self.learning_rate * max(min(rising, falling), MIN_RATE_SHARE)


TUTORIAL_RECIPE = Recipe("tutorial", 10, 64, "adam", 1e-3, one_cycle=False)
FAST_RECIPE = Recipe("fast", 2, 96, "muon", 4e-2, one_cycle=True)
REFERENCE_CLASSIFIER_RECIPE = Recipe("fast", 3, 128, "muon", 2e-2, one_cycle=True)
