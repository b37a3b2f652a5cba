"""The integer prior predicts what the trained prior predicts."""

import numpy as np
import pytest
import torch

from pochade.embedding.integer_prior import IntegerPrior, checkerboard_half, compress_magnitudes, to_channels_last
from pochade.embedding.sketch_format import LEVEL_BITS
from pochade.errors import CheckpointDamaged
from tests.support.sketch_priors import prior_weights, small_prior


def test_the_integer_prior_predicts_what_the_float_prior_predicts() -> None:
    prior = small_prior()
    integer_prior = IntegerPrior(prior.groups, prior_weights(prior), LEVEL_BITS)
    quantised = np.random.default_rng(1).integers(-3, 4, (2, 6, 6, 6)).astype(np.int32)
    with torch.no_grad():
        expected = prior(torch.from_numpy(quantised).permute(0, 3, 1, 2).float(), torch.tensor([0.0, 1.0]))
    for part in integer_prior.parts():
        predicted = integer_prior.predict(part, quantised, np.array([0, 32]))
        places = (slice(None), *checkerboard_half(6, 6, part.half), slice(part.start, part.end))
        means, log_scales = (to_channels_last(values.numpy())[places] for values in expected)
        np.testing.assert_allclose(predicted.centres + predicted.fractions / 4, means, atol=0.3)
        np.testing.assert_allclose((predicted.scales - 10) / 4, log_scales.clip(-2.5, 3.75), atol=0.3)


def test_large_numbers_are_compressed() -> None:
    numbers = np.array([0, 1, -1, 255, -255, 999])
    expected = 32 * np.sign(numbers) * np.log1p(np.abs(numbers).clip(max=255))
    np.testing.assert_allclose(compress_magnitudes(numbers), expected, atol=0.5)


def test_a_prior_with_weights_that_are_not_finite_is_refused() -> None:
    prior = small_prior()
    with torch.no_grad():
        prior.small_log_scales[0] = torch.nan
    with pytest.raises(CheckpointDamaged, match="weights that are not finite"):
        IntegerPrior(prior.groups, prior_weights(prior), LEVEL_BITS)
