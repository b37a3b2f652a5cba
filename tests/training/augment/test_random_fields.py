"""Random fields have the given width and strength; filters change each sheet by its own amount."""

import pytest
import torch
from torch import Tensor

from pochade.training.augment.random_fields import (
    blur,
    change_some,
    cloud_noise,
    convolve,
    gaussian_kernels,
    shifted_channels,
    smear,
    smooth_noise,
    wide_blur,
)
from pochade.training.augment.random_numbers import RandomNumbers


def test_smooth_noise_is_as_wide_as_its_length() -> None:
    fine, wide = smooth_noise(RandomNumbers(0), (200, 200), torch.tensor([4.0, 40.0]))
    assert fine.diff().abs().mean() > 5 * wide.diff().abs().mean()


def test_smooth_noise_has_a_deviation_of_1_everywhere() -> None:
    noise = smooth_noise(RandomNumbers(0), (12, 12), torch.full((4000,), 5.0))
    deviations = noise.std(0)
    assert deviations.min() > 0.9
    assert deviations.max() < 1.1
    assert abs(float(noise.mean())) < 0.05


def test_clouds_lie_between_0_and_1_and_are_not_even() -> None:
    clouds = cloud_noise(RandomNumbers(0), (60, 90), torch.tensor([8.0, 30.0, 300.0]))
    assert clouds.shape == (3, 1, 60, 90)
    assert clouds.min() >= 0
    assert clouds.max() <= 1
    assert clouds[:2].std() > 0.15


def test_channels_of_shifted_noise_are_not_alike() -> None:
    noise = shifted_channels(RandomNumbers(1), RandomNumbers(0).normal((1, 1, 80, 80)))
    correlations = torch.corrcoef(noise[0].flatten(1)) - torch.eye(3)
    assert correlations.abs().max() < 0.1


def test_each_sheet_is_blurred_by_its_own_deviation() -> None:
    point = torch.zeros(2, 1, 41, 41)
    point[:, :, 20, 20] = 1
    blurred = blur(point, torch.tensor([1.0, 3.0]), 3)
    places = torch.arange(41) - 20
    widths = (blurred.sum((1, 2)) * places.square()).sum(1).sqrt()
    torch.testing.assert_close(widths, torch.tensor([1.0, 3.0]), rtol=0.1, atol=0)


def test_a_wide_blur_keeps_the_mean_of_a_sheet_of_odd_size() -> None:
    x = RandomNumbers(0).uniform((2, 3, 37, 51))
    blurred = wide_blur(x, torch.tensor([2.0, 9.0]), 12, 2)
    assert blurred.shape == x.shape
    assert blurred.mean() == pytest.approx(float(x.mean()), abs=0.02)
    assert blurred.std() < 0.3 * x.std()


def test_a_kernel_moves_a_sheet_by_a_part_of_a_pixel() -> None:
    ramp = torch.arange(30.0).expand(1, 1, 30, 30)
    still, moved = (gaussian_kernels(torch.tensor([0.6]), torch.tensor([shift]), 3) for shift in (0.0, 0.4))
    difference = convolve(ramp, still, moved) - convolve(ramp, still, still)
    torch.testing.assert_close(difference[..., 8:22].abs(), torch.full((1, 1, 30, 14), 0.4), atol=0.02, rtol=0)


def test_a_smear_runs_in_its_direction_without_gaps() -> None:
    point = torch.zeros(1, 1, 41, 41)
    point[..., 20, 5] = 1
    row = smear(point, torch.tensor([25.0]), torch.tensor([0.0]))[0, 0, 20]
    assert row[6:29].min() > 0
    assert row[33:].max() < 1e-3


def test_a_share_of_the_sheets_changes_and_the_others_stay() -> None:
    x = torch.zeros(400, 1, 2, 2)
    resolutions = torch.arange(400.0)

    def write_resolution(_: RandomNumbers, sheets: Tensor, dots_per_mm: Tensor) -> Tensor:
        return sheets + dots_per_mm.view(-1, 1, 1, 1) + 1

    change_some(RandomNumbers(0), 0.3, write_resolution, x, resolutions)
    values = x[:, 0, 0, 0]
    changed = values > 0
    assert 80 < int(changed.sum()) < 160
    torch.testing.assert_close(values[changed], resolutions[changed] + 1)
