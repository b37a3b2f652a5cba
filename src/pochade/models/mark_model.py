"""The mark model: whether a small mark on a page is dust or drawn, from what was measured on it."""

import torch
from torch import Tensor, nn

from pochade.models.model_configs import MARK_KINDS, MarkConfig
from pochade.models.perceptron_layers import perceptron


class MarkModel(nn.Module):
    """Features of marks to the probability that they are dust, by an ensemble of multi-layer perceptrons.

                                                               ┌──┤perceptron├──┐
        x (M, F) ──►──┤subtract middle, divide by spread├──►───┼──┤perceptron├──┼──►── logits (E, M, 2)
                                                               └──┤perceptron├──┘

    It works as the `PairModel` does. `limit` is the logit of the mean probability from which marks may be removed.

    Args:
        config: The sizes.
    """

    middle: Tensor  # mean of each feature in the training set
    spread: Tensor  # standard deviation of each feature
    limit: Tensor  # (), a logit, chosen on held-out pages

    def __init__(self, config: MarkConfig | None = None) -> None:
        super().__init__()
        self.config = config or MarkConfig()
        self.register_buffer("middle", torch.zeros(self.config.features))
        self.register_buffer("spread", torch.ones(self.config.features))
        self.register_buffer("limit", torch.zeros(()))
        hidden = self.config.hidden
        sizes = (self.config.features, hidden, hidden, len(MARK_KINDS))
        self.members = nn.ModuleList(perceptron(sizes) for _ in range(self.config.members))

    def forward(self, x: Tensor) -> Tensor:
        """Map features of marks (M, F) to the logits (E, M, 2) that each of E perceptrons gives the kinds of marks."""
        return self.member_logits([x] * len(self.members))

    def member_logits(self, inputs: list[Tensor]) -> Tensor:
        """Map the features (M, F) that each of E perceptrons gets to its logits (E, M, 2)."""
        standardised = [(x - self.middle) / self.spread for x in inputs]
        return torch.stack([member(x) for member, x in zip(self.members, standardised, strict=True)])

    def dust_logits(self, x: Tensor) -> Tensor:
        """Map features of marks (M, F) to the logits (M,) of the mean probability that they are dust."""
        dust = self(x).double().softmax(2).mean(0)[:, MARK_KINDS.index("dust")]
        return dust.logit(1e-6).float()
