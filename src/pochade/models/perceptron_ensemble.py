"""Small perceptrons without torch, for which numpy is fast enough; the probabilities of several are averaged."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays

LAYERS = ("0", "2", "4")  # the linear layers of a perceptron; the others are ReLUs

Floats = NDArray[np.float32]


class PerceptronEnsemble:
    """The stored perceptrons of a `PairModel` or a `MarkModel`.

    Args:
        path: Their file, for the error.
        weights: Their arrays by name, and the `middle` and `spread` of the features.
        sizes: How many features there are, the sizes of the two hidden layers, and how many classes there are.
        members: How many perceptrons there are.

    Raises:
        CheckpointDamaged: The arrays don't have these sizes.
    """

    def __init__(self, path: Path, weights: Arrays, sizes: Sequence[int], members: int) -> None:
        shapes = {name: array.shape for name, array in weights.items()}
        if shapes != _expected_shapes(tuple(sizes), members):
            raise CheckpointDamaged(f"the weights in '{path}' do not fit their config", "install Pochade again")
        self._middle, self._spread = weights["middle"].astype(np.float32), weights["spread"].astype(np.float32)
        self._members = [
            [
                (weights[f"{name}.weight"].T.astype(np.float32), weights[f"{name}.bias"].astype(np.float32))
                for name in _layer_names(member)
            ]
            for member in range(members)
        ]

    def probabilities(self, features: Floats) -> Floats:
        """Map features (N, F) to the probabilities (N, C) of the classes, which add up to 1."""
        x = (features - self._middle) / self._spread
        mean: Floats = np.mean([_member_probabilities(layers, x) for layers in self._members], axis=0)
        return mean


def _member_probabilities(layers: list[tuple[Floats, Floats]], x: Floats) -> Floats:
    """What one perceptron says about standardised features (N, F): (N, C)."""
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights + bias, 0)
    weights, bias = layers[-1]
    logits = x @ weights + bias
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    shares: Floats = exponentials / exponentials.sum(1, keepdims=True)
    return shares


def _layer_names(member: int) -> list[str]:
    return [f"members.{member}.{layer}" for layer in LAYERS]


def _expected_shapes(sizes: tuple[int, ...], members: int) -> dict[str, tuple[int, ...]]:
    """The shape of each array, by its name."""
    expected: dict[str, tuple[int, ...]] = {"middle": sizes[:1], "spread": sizes[:1]}
    for member in range(members):
        for number, name in enumerate(_layer_names(member)):
            expected[f"{name}.weight"] = sizes[number : number + 2][::-1]
            expected[f"{name}.bias"] = sizes[number + 1 : number + 2]
    return expected
