"""The pair model without torch: a few small layers, for which numpy is fast enough."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays
from pochade.models.model_configs import PAIR_RELATIONS, PairConfig
from pochade.models.stored_model import read_stored_model

LAYERS = ("0", "2", "4")  # the linear layers of a perceptron; the others are ReLUs

Floats = NDArray[np.float32]


class PairClassifier:
    """A stored `PairModel`.

    Args:
        path: Its file.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, path: Path) -> None:
        config, weights = read_stored_model(path, PairConfig)
        if not _fit(config, weights):
            raise CheckpointDamaged(f"the weights in '{path}' do not fit their config", "install Pochade again")
        self._middle, self._spread = weights["middle"].astype(np.float32), weights["spread"].astype(np.float32)
        self._members = [
            [
                (weights[f"{name}.weight"].T.astype(np.float32), weights[f"{name}.bias"].astype(np.float32))
                for name in _layer_names(member)
            ]
            for member in range(config.members)
        ]

    def probabilities(self, features: Floats) -> Floats:
        """Map features of pairs (P, 66) to the probabilities (P, 5) of `PAIR_RELATIONS`, which add up to 1."""
        x = (features - self._middle) / self._spread
        mean: Floats = np.mean([_member_probabilities(layers, x) for layers in self._members], axis=0)
        return mean


def _member_probabilities(layers: list[tuple[Floats, Floats]], x: Floats) -> Floats:
    """What one perceptron says about standardised features (P, 66): (P, 5)."""
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights + bias, 0)
    weights, bias = layers[-1]
    logits = x @ weights + bias
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    shares: Floats = exponentials / exponentials.sum(1, keepdims=True)
    return shares


def _layer_names(member: int) -> list[str]:
    return [f"members.{member}.{layer}" for layer in LAYERS]


def _fit(config: PairConfig, weights: Arrays) -> bool:
    """Whether all weights are there, in the sizes of the config."""
    sizes = (config.compared, config.hidden, config.hidden, len(PAIR_RELATIONS))
    expected: dict[str, tuple[int, ...]] = {"middle": sizes[:1], "spread": sizes[:1]}
    for member in range(config.members):
        for number, name in enumerate(_layer_names(member)):
            expected[f"{name}.weight"] = sizes[number : number + 2][::-1]
            expected[f"{name}.bias"] = sizes[number + 1 : number + 2]
    return {name: array.shape for name, array in weights.items()} == expected
