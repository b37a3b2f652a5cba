"""The layers of a small multi-layer perceptron; the pair model and the mark model have several each."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def perceptron(sizes: Sequence[int]) -> nn.Sequential:
    """Linear layers with a ReLU between each two.

    Args:
        sizes: How many values go into the first layer, between the layers, and out of the last one.
    """
    layers = [layer for size in pairwise(sizes) for layer in (nn.Linear(*size), nn.ReLU(inplace=True))]
    return nn.Sequential(*layers[:-1])
