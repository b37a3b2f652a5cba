"""The pair model: how two pictures are related, from what was measured on them."""

import torch
from torch import Tensor, nn

from pochade.models.model_configs import PAIR_RELATIONS, PairConfig
from pochade.models.perceptron_layers import perceptron


class PairModel(nn.Module):
    """Features of pairs to the probabilities of their relations, by an ensemble of multi-layer perceptrons.

                                                            ┌──┤perceptron├──┐
        x (P, 66) ──►──┤subtract middle, divide by spread├──►──┼──┤perceptron├──┼──►── logits (M, P, 5)
                                                            └──┤perceptron├──┘

    Every perceptron begins with other weights and learns from the same pairs with other noise. What is unusual is
    judged differently by each, so the mean is less sure of it (Lakshminarayanan et al., "Simple and Scalable Predictive
    Uncertainty Estimation using Deep Ensembles", NeurIPS 2017).

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
        sizes = (self.config.compared, self.config.hidden, self.config.hidden, len(PAIR_RELATIONS))
        self.members = nn.ModuleList(perceptron(sizes) for _ in range(self.config.members))

    def forward(self, x: Tensor) -> Tensor:
        """Map features of pairs (P, 66) to the logits (M, P, 5) that each of M perceptrons gives the relations."""
        return self.member_logits([x] * len(self.members))

    def member_logits(self, inputs: list[Tensor]) -> Tensor:
        """Map the features (P, 66) that each of M perceptrons gets to its logits (M, P, 5)."""
        standardised = [(x - self.middle) / self.spread for x in inputs]
        return torch.stack([member(x) for member, x in zip(self.members, standardised, strict=True)])

    def probabilities(self, x: Tensor) -> Tensor:
        """Map features of pairs (P, 66) to the probabilities (P, 5) of `PAIR_RELATIONS`, which add up to 1."""
        return self(x).softmax(2).mean(0)
