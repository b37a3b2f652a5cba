"""Grain keeps the local mean, and smudges are read at a low resolution."""

import numpy as np
import pytest

from pochade.analysis.plane_filters import gaussian_blur
from pochade.cleaning.damage_changes import grain_change, smudge_change, smudge_step
from pochade.cleaning.speck_choice import MarkChoice
from pochade.models.denoiser import Denoiser
from pochade.models.model_configs import DenoiserConfig
from tests.support.runnable import runnable


def choice_of(marks: np.ndarray) -> MarkChoice:
    """Marks without any speck."""
    return MarkChoice(marks, np.zeros(marks.shape, np.float32))


def test_a_change_of_faint_tone_is_taken_back_and_a_change_of_grain_stays() -> None:
    grain = np.random.default_rng(0).normal(0, 0.02, (3, 95, 131)).astype(np.float32)
    tone = np.zeros_like(grain)
    tone[:, 20:80, 30:100] = 0.05
    part = grain_change(grain + tone, choice_of(np.zeros((95, 131), bool)))
    assert np.abs(gaussian_blur(part, 6)[:, 40:60, 50:80]).max() < 0.004
    assert (part - grain)[:, 40:60, 50:80].std() < 0.2 * grain.std()


def test_marks_do_not_change_and_do_not_disturb_the_mean_around_them() -> None:
    marks = np.zeros((64, 64), bool)
    marks[30:34, 30:34] = True
    change = np.stack([np.float32(0.8) * marks] * 3)
    assert not grain_change(change, choice_of(marks)).any()


@pytest.mark.parametrize(("dpi", "step"), [(100, 1), (150, 1), (200, 1), (300, 2), (400, 2), (600, 4), (1200, 4)])
def test_smudges_are_read_at_about_150_dots_per_inch(dpi: float, step: int) -> None:
    assert smudge_step(dpi / 25.4) == step


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("size", [(17, 33), (64, 50)])
def test_the_change_of_smudges_has_the_size_of_the_picture(step: int, size: tuple[int, int]) -> None:
    denoiser = runnable(Denoiser(DenoiserConfig(widths=(4, 4))))
    assert smudge_change(denoiser, np.full((3, *size), 0.5, np.float32), step).shape == (3, *size)
