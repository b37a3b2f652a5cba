"""Latents of a seed are always the same, and arrays become latents of the decoder's shape."""

import numpy as np
import torch

from pochade.study.stages.latent_tensors import as_latents, standard_normal


def test_the_same_seed_gives_the_same_latents() -> None:
    assert torch.equal(standard_normal(3, (2, 2), 7), standard_normal(3, (2, 2), 7))
    assert not torch.equal(standard_normal(3, (2, 2), 7), standard_normal(3, (2, 2), 8))


def test_flat_points_get_the_shape_of_latents() -> None:
    latents = as_latents(np.arange(12.0).reshape(2, 6), (3, 2, 1))
    assert latents.shape == (2, 3, 2, 1)
    assert latents.dtype == torch.float32
    assert latents[1, 0, 1, 0] == 7
