"""A seed gives the noise that torch gives for it, so pictures of a seed stay the same."""

import numpy as np
import pytest
import torch

from pochade.models.seeded_noise import seeded_noise


@pytest.mark.parametrize("seed", [0, 7, 12_345, 2**31 + 3, 2**33 + 5])
def test_the_noise_is_that_of_torch(seed: int) -> None:
    expected = torch.randn(8_192, generator=torch.Generator().manual_seed(seed)).numpy()
    noise = seeded_noise(seed, 8_192)
    assert noise.dtype == np.float32
    assert np.abs(noise - expected).max() < 1e-5
