"""Filters of planes: what they keep, and that they do what torch's functions do, with which the models were trained."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from pochade.analysis.plane_filters import (
    gaussian_blur,
    resize_bicubic,
    resize_bilinear,
    shrink_blocks,
    shrink_by_area,
    wide_blur,
    widen_regions,
)


def noise(*shape: int) -> np.ndarray:
    """Planes of random numbers from 0 to 1."""
    return np.random.default_rng(0).random(shape, np.float32)


def agree(planes: np.ndarray, expected: torch.Tensor) -> None:
    """Compare planes (C, h, w) with what torch returns for a batch of one."""
    assert planes.dtype == np.float32
    np.testing.assert_allclose(planes, expected[0].numpy(), atol=1e-5)


@pytest.mark.parametrize("sigma", [0.7, 3.0, 25.0])
def test_a_blur_keeps_even_areas_and_the_sum(sigma: float) -> None:
    even = np.full((3, 40, 60), 0.3, np.float32)
    np.testing.assert_allclose(wide_blur(even, sigma), even, atol=1e-5)
    spot = np.zeros((1, 101, 101), np.float32)
    spot[:, 50, 50] = 1
    for blur in (gaussian_blur, wide_blur):
        assert blur(spot, 3).sum() == pytest.approx(1, rel=0.02)


def test_a_wide_blur_is_like_a_blur_at_full_size() -> None:
    inside = np.s_[:, 15:-15, 15:-15]  # away from the edges, which are repeated from averages of pixels
    np.testing.assert_allclose(
        wide_blur(noise(2, 90, 70), 5)[inside], gaussian_blur(noise(2, 90, 70), 5)[inside], atol=0.02
    )


@pytest.mark.parametrize("size", [(1, 1), (7, 12), (16, 13), (1, 9)])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_blocks_are_averaged_even_where_they_are_cut_off(size: tuple[int, int], step: int) -> None:
    x = noise(4, *size)
    expected = functional.avg_pool2d(torch.from_numpy(x)[None], step, ceil_mode=True, count_include_pad=False)
    agree(shrink_blocks(x, step), expected)


@pytest.mark.parametrize("size", [(16, 23), (5, 1), (33, 23)])
def test_shrinking_averages_whole_pixels(size: tuple[int, int]) -> None:
    x = noise(3, 33, 23)
    agree(shrink_by_area(x, size), functional.interpolate(torch.from_numpy(x)[None], size=size, mode="area"))


@pytest.mark.parametrize("size", [(33, 46), (70, 23), (33, 23)])
def test_enlarging_is_bilinear_or_bicubic(size: tuple[int, int]) -> None:
    x = noise(3, 33, 23)
    for mode, resize in (("bilinear", resize_bilinear), ("bicubic", resize_bicubic)):
        agree(resize(x, size), functional.interpolate(torch.from_numpy(x)[None], size=size, mode=mode))


def test_regions_become_wider_on_all_sides() -> None:
    mask = np.zeros((9, 12), bool)
    mask[4, 0] = True
    wide = widen_regions(mask, 2)
    assert wide[2:7, :3].all()
    assert wide.sum() == 15
