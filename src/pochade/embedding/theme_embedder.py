"""Pictures to theme embeddings, by which they are grouped, labelled and placed on the map; never to find copies.

picture ──►──┤letterbox├──► square of 160 pixels ──►──┤ThemeModel├──►──┬──► theme embedding (64,)
                                                                       └──► statistics (848,), for the technique
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterbox
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.theme_model import STATISTICS, ThemeModel

PICTURES_PER_BATCH = 16  # shorter batches are filled up, so that an embedding doesn't depend on the other pictures


class ThemeFeatures(NamedTuple):
    """What the theme model says of n pictures."""

    embeddings: NDArray[np.float32]  # (n, 64), of unit length
    statistics: NDArray[np.float32]  # (n, 848)


class ThemeEmbedder:
    """The theme model, which computes theme embeddings and the statistics from which a technique is told.

    Args:
        folder: The folder of `theme.safetensors`; by default that of the shipped models.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, folder: Path = weights.FOLDER) -> None:
        model = load_model(folder / weights.THEME_FILE)
        if not isinstance(model, ThemeModel):
            raise CheckpointDamaged(f"'{folder}' holds a model of another kind", "install Pochade again")
        # channels_last is the faster memory format on CPUs
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def embed(self, pictures: Sequence[Array]) -> ThemeFeatures:
        """Embed n pictures (h, w, 3) uint8 of any sizes."""
        none = ThemeFeatures(
            np.empty((0, self.model.config.components), np.float32), np.empty((0, STATISTICS), np.float32)
        )
        batches = [none]
        for start in range(0, len(pictures), PICTURES_PER_BATCH):
            batch = pictures[start : start + PICTURES_PER_BATCH]
            squares = [letterbox(picture, self.model.config.side).pixels for picture in batch]
            squares += squares[:1] * (PICTURES_PER_BATCH - len(batch))
            embeddings, statistics = self._embed_squares(np.stack(squares))
            batches.append(ThemeFeatures(embeddings[: len(batch)], statistics[: len(batch)]))
        return ThemeFeatures(*(np.concatenate(columns) for columns in zip(*batches, strict=True)))

    @torch.inference_mode()
    def _embed_squares(self, squares: Array) -> ThemeFeatures:
        """Embed one full batch of squares (B, S, S, 3) uint8."""
        x = torch.from_numpy(squares).permute(0, 3, 1, 2).float().div_(255)  # stays in the format channels_last
        embeddings, statistics = self.model(x)
        return ThemeFeatures(embeddings.numpy(), statistics.numpy())


@cache
def theme_embedder() -> ThemeEmbedder:
    """Load the theme model that comes with the package, once."""
    return ThemeEmbedder()
