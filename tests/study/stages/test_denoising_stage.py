"""The blur that denoisers are compared with, and the decibels that compare them."""

import pytest
import torch

from pochade.study.stages.denoising_stage import blur, decibels


def test_a_blur_spreads_a_dot_and_keeps_the_sum_and_flat_pictures() -> None:
    dot = torch.zeros(1, 2, 15, 15)
    dot[..., 7, 7] = 1
    blurred = blur(dot, 1.0)
    assert blurred.sum().item() == pytest.approx(2, rel=1e-5)
    assert blurred[0, 0, 7, 8].item() == pytest.approx(blurred[0, 1, 8, 7].item())
    assert blurred[0, 0, 7, 7] > blurred[0, 0, 7, 8] > blurred[0, 0, 7, 9] > 0
    assert torch.allclose(blur(torch.full((1, 1, 9, 9), 0.4), 0.8), torch.tensor(0.4))


def test_an_error_of_a_tenth_everywhere_is_20_decibels() -> None:
    assert decibels(torch.full((2, 1, 4, 4), 0.6), torch.full((2, 1, 4, 4), 0.5)) == pytest.approx(20, rel=1e-5)
