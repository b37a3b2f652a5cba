"""Averages of weights: over the last part of a training, and of the weights before and after it."""

import copy
from typing import TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)
AVERAGED_SHARE = 10  # the average covers about the last tenth of the steps so far


class WeightAverage:
    """An exponential moving average whose memory grows with the run, so that it suits a run of any length.

    Its profile is the power function of Karras et al., "Analyzing and Improving the Training Dynamics of Diffusion
    Models" (CVPR 2024). Statistics of batch normalisation are averaged like the weights; counters are copied.

    Args:
        model: The model in training; the average starts as a copy of it.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move the average towards the model after a step, counted from 0."""
        share = AVERAGED_SHARE / (AVERAGED_SHARE + step)
        current = model.state_dict()
        for name, average in self.model.state_dict().items():
            if average.is_floating_point():
                average.lerp_(current[name], share)
            else:
                average.copy_(current[name])


@torch.no_grad()
def middle_of(first: Model, second: nn.Module) -> Model:
    """A model with the mean weights of a model and of another one that was trained from it.

    It often knows what either knows (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022).
    """
    middle = copy.deepcopy(first).eval().requires_grad_(False)
    others = second.state_dict()
    for name, weight in middle.state_dict().items():
        if weight.is_floating_point():
            weight.lerp_(others[name], 0.5)
        else:
            weight.copy_(others[name])
    return middle
