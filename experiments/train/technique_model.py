"""The technique model: from what other parts measured of a picture to the technique in which it was made."""

import torch
from torch import Tensor, nn

from pochade.embedding.theme_embedder import COMPONENTS, STATISTICS
from pochade.images.features.technique import TECHNIQUES, VECTOR_MEASURES


class TechniqueModel(nn.Module):
    """A logistic regression.

    theme (B, 64) ──────────►──┐
    statistics (B, 848) ────►──┼──┤linear├──►──┤softmax├──► probabilities (B, 5)
    measures (B, 9) ────────►──┘
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(COMPONENTS + STATISTICS + len(VECTOR_MEASURES), len(TECHNIQUES))

    def forward(self, theme: Tensor, statistics: Tensor, measures: Tensor) -> Tensor:
        """Map theme embeddings (B, 64), statistics (B, 848) and measures (B, 9) to probabilities (B, 5)."""
        probabilities: Tensor = self.linear(torch.cat([theme, statistics, measures], 1)).softmax(1)
        return probabilities
