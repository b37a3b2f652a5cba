"""The pair model's probabilities add up to one."""

import torch

from pochade.analysis.pair_features import FEATURES_PER_PAIR
from pochade.models.pair_model import PairConfig, PairModel


def test_the_probabilities_of_a_pair_add_up_to_one() -> None:
    torch.manual_seed(0)
    probabilities = PairModel(PairConfig(compared=FEATURES_PER_PAIR)).probabilities(torch.randn(5, FEATURES_PER_PAIR))
    assert torch.allclose(probabilities.sum(1), torch.ones(5))
