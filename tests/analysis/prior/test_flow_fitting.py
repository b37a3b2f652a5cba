"""A fitted flow follows distributions that no normal distribution can."""

import numpy as np
import pytest

from pochade.analysis.prior.flow_fitting import fit_flow
from tests.support.latents import ring_latents


@pytest.mark.slow
def test_a_flow_learns_a_ring_that_no_normal_distribution_can() -> None:
    points = ring_latents(900)
    points = (points - points.mean(0)) / points.std(0)
    middle, on_ring = fit_flow(points, seed=0).log_density(np.stack([0 * points[0], points[0]]).astype(np.float32))
    assert on_ring > middle + 1, "a normal distribution is densest in the middle"
