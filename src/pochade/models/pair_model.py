"""The verdict on a pair of pictures: two works, one work resaved or recoloured, or two stages of one work."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

KINDS = ("apart", "near", "version")  # what the net tells apart, in this order


@dataclass(frozen=True)
class PairConfig:
    """What a `PairModel` is built from; kept in its checkpoint."""

    compared: int = 28  # numbers that `organise.comparison` gives for a pair
    hidden: int = 64


class PairModel(nn.Module):
    """What two pictures have in common to how likely each verdict is.

        x (P, 28) ──►──┤to mean 0, deviation 1├──┤linear, ReLU, twice├──►── (P, 64) ──►──┤linear├──► logits (P, 3)

    Args:
        config: Sizes.
    """

    middle: Tensor
    spread: Tensor

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
            nn.Linear(self.config.hidden, len(KINDS)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Numbers of pairs (P, 28) to logits (P, 3) of the three verdicts."""
        logits: Tensor = self.layers((x - self.middle) / self.spread)
        return logits

    def likelihoods(self, x: Tensor) -> Tensor:
        """Numbers of pairs (P, 28) to the likelihoods (P, 3) of "apart", "near" and "version", which add up to 1."""
        return self(x).softmax(1)
