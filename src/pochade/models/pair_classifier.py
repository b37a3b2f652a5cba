"""The pair model without torch: three small layers, for which numpy is fast enough."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays
from pochade.models.model_configs import PAIR_RELATIONS, PairConfig
from pochade.models.stored_model import read_stored_model

LAYERS = ("layers.0", "layers.2", "layers.4")  # the linear layers of a `PairModel`; the others are ReLUs

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
        self._layers = [
            (weights[f"{layer}.weight"].T.astype(np.float32), weights[f"{layer}.bias"].astype(np.float32))
            for layer in LAYERS
        ]

    def probabilities(self, features: Floats) -> Floats:
        """Map features of pairs (P, 57) to the probabilities (P, 5) of `PAIR_RELATIONS`, which add up to 1."""
        x = (features - self._middle) / self._spread
        for weights, bias in self._layers[:-1]:
            x = np.maximum(x @ weights + bias, 0)
        weights, bias = self._layers[-1]
        logits = x @ weights + bias  # (P, 5)
        exponentials = np.exp(logits - logits.max(1, keepdims=True))
        shares: Floats = exponentials / exponentials.sum(1, keepdims=True)
        return shares


def _fit(config: PairConfig, weights: Arrays) -> bool:
    """Whether all weights are there, in the sizes of the config."""
    sizes = (config.compared, config.hidden, config.hidden, len(PAIR_RELATIONS))
    expected: dict[str, tuple[int, ...]] = {"middle": sizes[:1], "spread": sizes[:1]}
    for number, layer in enumerate(LAYERS):
        expected[f"{layer}.weight"] = sizes[number : number + 2][::-1]
        expected[f"{layer}.bias"] = sizes[number + 1 : number + 2]
    return {name: array.shape for name, array in weights.items()} == expected
