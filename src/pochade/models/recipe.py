"""How a net is trained: the tutorial's way to the letter, and ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.optim import Optimizer

from pochade.models.muon import Muon

WARM_UP = 0.2  # share of a one-cycle run in which the rate rises


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run but the net, its loss and the data."""

    name: Literal["tutorial", "fast"]
    epochs: int  # passes over the data
    batch_size: int  # pictures a step
    optimiser: Literal["adam", "muon"]
    learning_rate: float  # the constant rate, or the top of the cycle
    one_cycle: bool  # the rate rises for a fifth of the run, then falls in a line to zero (Smith & Topin, 2018)

    def optimiser_for(self, parameters: Iterable[Tensor]) -> Optimizer:
        """The optimiser over these parameters."""
        if self.optimiser == "muon":
            return Muon(parameters, self.learning_rate)
        return torch.optim.Adam(parameters, self.learning_rate)

    def rate_at(self, progress: float) -> float:
        """The learning rate when that share of the run, 0 to 1, is done."""
        if not self.one_cycle:
            return self.learning_rate
        rising, falling = progress / WARM_UP, (1 - progress) / (1 - WARM_UP)
        return self.learning_rate * max(min(rising, falling), 0.01)


TUTORIAL = Recipe("tutorial", 10, 64, "adam", 1e-3, one_cycle=False)
FAST = Recipe("fast", 2, 256, "muon", 5e-2, one_cycle=True)
RULER = Recipe("fast", 3, 128, "muon", 2e-2, one_cycle=True)  # of the classifier that measures samples
