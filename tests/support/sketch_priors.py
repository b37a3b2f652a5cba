"""A small, untrained prior of sketches, for tests that need no trained one."""

import torch

from pochade.models.sketch_prior import SketchPrior


def small_prior() -> SketchPrior:
    """A prior of 2 + 4 channels with random weights."""
    torch.manual_seed(0)
    prior = SketchPrior((2, 4), 4, torch.zeros(6))
    for parameter in prior.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return prior
