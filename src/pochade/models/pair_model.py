"""The pair model: how two pictures are related, from what was measured on them."""

import torch
from torch import Tensor, nn

from pochade.models.model_configs import PAIR_RELATIONS, PairConfig


class PairModel(nn.Module):
    """Features of pairs to the logits of their relations, by a multi-layer perceptron on standardised features.

        x (P, 57) ──►──┤subtract middle, divide by spread├──►──┤layers├──►── logits (P, 5)

    Args:
        config: The sizes.
    """

    middle: Tensor  # mean of each feature in the training set
    spread: Tensor  # standard deviation of each feature

    def __init__(self, config: PairConfig | None = None) -> None:
        super().__init__()
        self.config = config or PairConfig()
        self.register_buffer("middle", torch.zeros(self.config.compared))
        self.register_buffer("spread", torch.ones(self.config.compared))
        self.layers = nn.Sequential(
            nn.Linear(self.config.compared, self.config.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(self.config.hidden, self.config.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(self.config.hidden, len(PAIR_RELATIONS)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features of pairs (P, 57) to logits (P, 5) of the relations."""
        logits: Tensor = self.layers((x - self.middle) / self.spread)
        return logits

    def probabilities(self, x: Tensor) -> Tensor:
        """Map features of pairs (P, 57) to the probabilities (P, 5) of `PAIR_RELATIONS`, which add up to 1."""
        return self(x).softmax(1)
