"""The technique model: from what other parts measured of a picture to the technique in which it was made."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pochade.images.features.technique import TECHNIQUES, VECTOR_MEASURES
from pochade.models.theme_model import STATISTICS


@dataclass(frozen=True)
class TechniqueConfig:
    """What a `TechniqueModel` is built from; stored in its checkpoint."""

    theme: int = 64  # numbers in a theme embedding
    statistics: int = STATISTICS  # of the theme model
    measures: int = len(VECTOR_MEASURES)
    techniques: tuple[str, ...] = TECHNIQUES  # in the order of the probabilities


class TechniqueModel(nn.Module):
    """A logistic regression.

        theme (B, 64) ──────────►──┐
        statistics (B, 848) ────►──┼──┤linear├──►──┤softmax├──► probabilities (B, 5)
        measures (B, 9) ────────►──┘

    Args:
        config: The sizes.
    """

    def __init__(self, config: TechniqueConfig | None = None) -> None:
        super().__init__()
        self.config = config or TechniqueConfig()
        inputs = self.config.theme + self.config.statistics + self.config.measures
        self.linear = nn.Linear(inputs, len(self.config.techniques))

    def forward(self, theme: Tensor, statistics: Tensor, measures: Tensor) -> Tensor:
        """Map theme embeddings (B, 64), statistics (B, 848) and measures (B, 9) to probabilities (B, 5)."""
        probabilities: Tensor = self.linear(torch.cat([theme, statistics, measures], 1)).softmax(1)
        return probabilities
