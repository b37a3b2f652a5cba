"""The mark model without torch: how sure it is that small marks on a page are dust, hairs or scratches."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.models.model_configs import MARK_KINDS, MarkConfig
from pochade.models.perceptron_ensemble import PerceptronEnsemble
from pochade.models.stored_model import read_stored_model

Floats = NDArray[np.float32]
DUST = MARK_KINDS.index("dust")
MIN_PROBABILITY = 1e-6  # of either class, so that logits are finite


class MarkClassifier:
    """A stored `MarkModel`.

    Args:
        path: Its file.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, path: Path) -> None:
        config, weights = read_stored_model(path, MarkConfig)
        self._limit = weights.pop("limit", np.zeros(()))
        sizes = (config.features, config.hidden, config.hidden, len(MARK_KINDS))
        self._ensemble = PerceptronEnsemble(path, weights, sizes, config.members)

    def sureness(self, features: Floats) -> Floats:
        """How sure it is that marks are dust.

        Args:
            features: (M, F), in the order of `analysis.mark_features.FEATURE_NAMES`.

        Returns:
            (M,), 0 to 1. At 0.5 and above, at most one of 1,000 drawn marks was taken for dust on held-out pages.
        """
        dust = self._ensemble.probabilities(features)[:, DUST].clip(MIN_PROBABILITY, 1 - MIN_PROBABILITY)
        odds = dust / (1 - dust) * np.exp(-self._limit, dtype=np.float32)
        return np.asarray(odds / (1 + odds), np.float32)
