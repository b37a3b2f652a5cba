"""Filters as matrices do what convolutions and resizing do."""

import pytest
import torch
from torch.nn import functional

from pochade.analysis.plane_filters import gaussian_blur
from pochade.training.augment.separable_filter import blur, reduce_resolution
from tests.support.letterboxed import letterboxed_drawings


@pytest.mark.parametrize("deviation", [0.8, 1.6, 2.5])
def test_a_blur_is_a_gaussian_with_repeated_edges(deviation: float) -> None:
    x = letterboxed_drawings(2).pictures
    sigma = (deviation**2 + 1 / 12) ** 0.5  # pixels are squares, whose own variance is a twelfth
    expected = torch.stack([torch.from_numpy(gaussian_blur(picture.numpy(), sigma)) for picture in x])
    torch.testing.assert_close(blur(x, torch.full((2,), deviation)), expected, atol=0.02, rtol=0)


def test_every_picture_has_its_own_blur_and_keeps_its_mean_colour() -> None:
    x = letterboxed_drawings(1).pictures.expand(3, -1, -1, -1)
    blurred = blur(x, torch.tensor([1e-3, 1.0, 4.0]))
    torch.testing.assert_close(blurred[0], x[0])
    steps = blurred.diff(dim=3).abs().mean((1, 2, 3))
    assert steps[0] > steps[1] > steps[2]
    torch.testing.assert_close(blur(torch.full((1, 1, 8, 8), 0.3), torch.tensor([5.0])), torch.full((1, 1, 8, 8), 0.3))


def test_reduced_resolution_is_shrinking_and_enlarging() -> None:
    x = letterboxed_drawings(2).pictures
    small = functional.interpolate(x, size=40, mode="bilinear", antialias=True)
    expected = functional.interpolate(small, size=96, mode="bilinear")
    torch.testing.assert_close(reduce_resolution(x, 40), expected, atol=1e-5, rtol=0)
