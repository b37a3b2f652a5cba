"""Grain keeps the local mean, and smudges are read at a low resolution."""

import pytest
import torch

from pochade.cleaning.damage_changes import grain_change, smudge_change, smudge_step
from pochade.cleaning.speck_choice import MarkChoice
from pochade.images.geometry.gaussian_blur import gaussian_blur
from pochade.models.denoiser import Denoiser, DenoiserConfig


def choice_of(marks: torch.Tensor) -> MarkChoice:
    """Marks without any speck."""
    return MarkChoice(marks, torch.zeros(marks.shape))


def test_a_change_of_faint_tone_is_taken_back_and_a_change_of_grain_stays() -> None:
    grain = 0.02 * torch.randn(1, 3, 95, 131, generator=torch.Generator().manual_seed(0))
    tone = torch.zeros(1, 3, 95, 131)
    tone[..., 20:80, 30:100] = 0.05
    none = torch.zeros(1, 1, 95, 131, dtype=torch.bool)
    part = grain_change(grain + tone, choice_of(none))
    assert gaussian_blur(part, 6)[..., 40:60, 50:80].abs().max() < 0.004
    assert (part - grain)[..., 40:60, 50:80].square().mean().sqrt() < 0.2 * grain.square().mean().sqrt()


def test_marks_do_not_change_and_do_not_disturb_the_mean_around_them() -> None:
    marks = torch.zeros(1, 1, 64, 64, dtype=torch.bool)
    marks[..., 30:34, 30:34] = True
    change = 0.8 * marks.float().expand(-1, 3, -1, -1)
    assert not grain_change(change, choice_of(marks)).any()


@pytest.mark.parametrize(("dpi", "step"), [(100, 1), (150, 1), (200, 1), (300, 2), (400, 2), (600, 4), (1200, 4)])
def test_smudges_are_read_at_about_150_dots_per_inch(dpi: float, step: int) -> None:
    assert smudge_step(dpi / 25.4) == step


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("size", [(17, 33), (64, 50)])
def test_the_change_of_smudges_has_the_size_of_the_picture(step: int, size: tuple[int, int]) -> None:
    denoiser = Denoiser(DenoiserConfig(widths=(4, 4))).eval()
    assert smudge_change(denoiser, torch.rand(1, 3, *size), step).shape == (1, 3, *size)
