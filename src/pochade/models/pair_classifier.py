"""The pair model without torch."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.models.model_configs import PAIR_RELATIONS, PairConfig
from pochade.models.perceptron_ensemble import PerceptronEnsemble
from pochade.models.stored_model import read_stored_model

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
        sizes = (config.compared, config.hidden, config.hidden, len(PAIR_RELATIONS))
        self._ensemble = PerceptronEnsemble(path, weights, sizes, config.members)

    def probabilities(self, features: Floats) -> Floats:
        """Map features of pairs (P, 66) to the probabilities (P, 5) of `PAIR_RELATIONS`, which add up to 1."""
        return self._ensemble.probabilities(features)
