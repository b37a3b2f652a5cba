"""Pictures to the technique in which they were made: flat colour, line art, painted, pencil or photo.

picture ──►──┬──┤ThemeEmbedder├──► theme embedding, statistics ──►──┐
             └──┤measure_technique├──► nine measures ────────────►──┴──┤logistic regression├──► probabilities (5,)
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.embedding.theme_embedder import ThemeFeatures
from pochade.images.base.picture import Array
from pochade.images.features.technique import TECHNIQUES, measure_technique, technique_vector
from pochade.models import weights
from pochade.models.onnx_model import OnnxModel


class TechniqueClassifier:
    """The technique model, which names techniques.

    Args:
        folder: The folder of `technique.onnx`; by default that of the shipped models.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, folder: Path = weights.FOLDER) -> None:
        self.model = OnnxModel(
            folder / weights.TECHNIQUE_FILE, ("embeddings", "statistics", "measures"), ("probabilities",)
        )

    def classify(self, pictures: Sequence[Array], features: ThemeFeatures) -> NDArray[np.float32]:
        """Say how likely each technique is.

        Args:
            pictures: n pictures (h, w, 3) uint8 on white, best of 256 pixels: coarser ones look smoother.
            features: What the theme model says of them.

        Returns:
            Probabilities (n, 5) of `images.features.technique.TECHNIQUES`.
        """
        if not pictures:
            return np.empty((0, len(TECHNIQUES)), np.float32)
        return self.model.run(features.embeddings, features.statistics, measure_pictures(pictures))[0]


def measure_pictures(pictures: Sequence[Array]) -> NDArray[np.float32]:
    """Measure n pictures (h, w, 3) uint8: (n, 9)."""
    vectors = [technique_vector(measure_technique(picture, transparent=False)) for picture in pictures]
    return np.array(vectors, np.float32)


@cache
def technique_classifier() -> TechniqueClassifier:
    """Load the technique model that comes with the package, once."""
    return TechniqueClassifier()
