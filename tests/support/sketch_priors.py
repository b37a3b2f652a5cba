"""A small, untrained prior of sketches, for tests that need no trained one, and priors as arrays."""

import torch

from pochade.models.array_files import Arrays
from pochade.models.sketch_prior import SketchPrior


def small_prior() -> SketchPrior:
    """A prior of 2 + 4 channels with random weights."""
    torch.manual_seed(0)
    prior = SketchPrior((2, 4), 4, torch.zeros(6))
    for parameter in prior.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return prior


def prior_weights(prior: SketchPrior) -> Arrays:
    """The weights of a prior, as the codec takes them."""
    return {name: tensor.numpy() for name, tensor in prior.state_dict().items()}
