"""The pair model's probabilities add up to one."""

import torch

from pochade.analysis.comparison.relation_features import FEATURES
from pochade.models.pair_model import PairModel


def test_the_probabilities_of_a_pair_add_up_to_one() -> None:
    torch.manual_seed(0)
    probabilities = PairModel().probabilities(torch.randn(5, FEATURES))
    assert torch.allclose(probabilities.sum(1), torch.ones(5))
