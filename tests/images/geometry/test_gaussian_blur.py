"""A Gaussian blur preserves brightness."""

import numpy as np
import pytest

from pochade.images.geometry.gaussian_blur import blur


@pytest.mark.parametrize("sigma", [0.7, 3.0, 25.0])
def test_a_blur_keeps_the_mean_and_even_areas(sigma: float) -> None:
    even = np.full((40, 60, 3), 0.3, np.float32)
    np.testing.assert_allclose(blur(even, sigma), even, atol=1e-5)
    spot = np.zeros((101, 101), np.float32)
    spot[50, 50] = 1
    assert blur(spot, 3).sum() == pytest.approx(1, rel=0.02)
