"""A fitted flow follows distributions that no normal distribution can."""

import numpy as np
import pytest
import torch

from pochade.analysis.prior.selection import fit_flow
from tests.support.latents import ring_latents


@pytest.mark.slow
def test_a_flow_learns_a_ring_that_no_normal_distribution_can() -> None:
    points = ring_latents(900)
    points = (points - points.mean(0)) / points.std(0)
    flow = fit_flow(points, seed=0)
    with torch.inference_mode():
        middle, on_ring = flow.log_density(torch.from_numpy(np.stack([0 * points[0], points[0]])).float()).tolist()
    assert on_ring > middle + 1, "a normal distribution is densest in the middle"
