"""The prior of sketches is a distribution, and predicts each latent only from those decoded before it."""

import pytest
import torch

from pochade.models.sketch_parts import sketch_parts
from pochade.models.sketch_prior import checkerboard, laplace_bits
from tests.support.sketch_priors import small_prior


def test_the_probabilities_of_all_offsets_add_up_to_one() -> None:
    offsets = torch.arange(-4000, 4001).float()
    for scale in (0.05, 0.3, 1.0, 7.0, 50.0):
        probabilities = torch.exp2(-laplace_bits(offsets, torch.tensor(scale)))
        assert probabilities.sum().item() == pytest.approx(1, abs=2e-3)


def test_a_prediction_depends_only_on_latents_decoded_earlier() -> None:
    prior, quantised = small_prior(), torch.zeros(1, 6, 6, 6)
    before = prior(quantised, torch.zeros(1))
    for part in sketch_parts(prior.groups):
        changed = quantised.clone()
        places = checkerboard(6, 6)[0, 0] == part.half
        changed[0, part.start : part.end, places] = 5.0
        after = prior(changed, torch.zeros(1))
        moved = (after.means != before.means).any(0)
        earlier = torch.zeros(6, 6, 6, dtype=torch.bool)
        earlier[: part.start] = True
        earlier[part.start : part.end, places] = True
        if part.half == 1:
            earlier[part.start : part.end] = True
        assert not (moved & earlier).any()
        assert moved.any() or part.end == 6
