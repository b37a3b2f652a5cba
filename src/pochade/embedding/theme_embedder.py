"""Pictures to theme embeddings, by which they are grouped, labelled and placed on the map; never to find copies.

picture ──►──┤letterbox├──► square of 160 pixels ──►──┤EfficientNet-Lite0├──►──┬──► theme embedding (64,)
                                                                               └──► statistics (848,), for the technique

The embedding has the principal components of what a classifier of photographs saw. The statistics are the means and the
standard deviations of channels in its middle, which say little of what a picture shows and much of how it was made.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterbox
from pochade.models import weights
from pochade.models.onnx_model import OnnxModel

SIDE = 160  # pixels per side of the squares
COMPONENTS, STATISTICS = 64, 848  # numbers in an embedding, and in the statistics
PICTURES_PER_BATCH = 16  # shorter batches are filled up, so that an embedding doesn't depend on the other pictures


class ThemeFeatures(NamedTuple):
    """What the theme model says of n pictures."""

    embeddings: NDArray[np.float32]  # (n, 64), of unit length
    statistics: NDArray[np.float32]  # (n, 848)


class ThemeEmbedder:
    """The theme model, which computes theme embeddings and the statistics that tell techniques apart.

    Args:
        folder: The folder of `theme.onnx`; by default that of the shipped models.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, folder: Path = weights.FOLDER) -> None:
        self.model = OnnxModel(folder / weights.THEME_FILE, ("squares",), ("embeddings", "statistics"))

    def embed(self, pictures: Sequence[Array]) -> ThemeFeatures:
        """Embed n pictures (h, w, 3) uint8 of any sizes."""
        batches = [ThemeFeatures(np.empty((0, COMPONENTS), np.float32), np.empty((0, STATISTICS), np.float32))]
        for start in range(0, len(pictures), PICTURES_PER_BATCH):
            batch = pictures[start : start + PICTURES_PER_BATCH]
            squares = [letterbox(picture, SIDE).pixels for picture in batch]
            squares += squares[:1] * (PICTURES_PER_BATCH - len(batch))
            batches.append(ThemeFeatures(*(rows[: len(batch)] for rows in self.model.run(np.stack(squares)))))
        return ThemeFeatures(*(np.concatenate(columns) for columns in zip(*batches, strict=True)))


@cache
def theme_embedder() -> ThemeEmbedder:
    """Load the theme model that comes with the package, once."""
    return ThemeEmbedder()
