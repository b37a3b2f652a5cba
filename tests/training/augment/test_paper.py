"""Paper has a colour and a grain, and light falls off smoothly."""

import torch

from pochade.training.augment.paper import add_paper_grain, random_exposure, random_light, random_paper_colour
from pochade.training.augment.random_numbers import RandomNumbers


def test_most_papers_are_nearly_white_and_some_are_toned() -> None:
    colours = random_paper_colour(RandomNumbers(0), 2000)[:, :, 0, 0]
    nearly_white = (colours.amin(1) > 0.85) & (colours.amax(1) - colours.amin(1) < 0.06)
    assert 0.55 < nearly_white.float().mean() < 0.75
    assert (colours.amin(1) < 0.7).float().mean() > 0.05
    assert colours.amax() <= 1.02


def test_light_is_1_at_most_and_smaller_sheets_are_lit_more_evenly() -> None:
    small, large = (random_light(RandomNumbers(0), (64, 80), torch.full((300,), scale)) for scale in (12.0, 0.4))
    for light in (small, large):
        assert light.shape == (300, 1, 64, 80)
        assert 0 < light.min() < light.max() <= 1.0001
    falls = [(light.amax((1, 2, 3)) - light.amin((1, 2, 3))).median() for light in (small, large)]
    assert falls[0] < 0.3 * falls[1]


def test_exposure_is_right_for_most_scans_and_too_dark_or_too_light_for_some() -> None:
    exposures = random_exposure(RandomNumbers(0), 2000)
    assert 0.7 < (exposures == 1).float().mean() < 0.8
    assert 0.35 <= exposures.min() < 0.5
    assert 1.05 < exposures.max() <= 1.12


def test_grain_lies_on_paper_and_not_on_ink() -> None:
    sheets = torch.ones(40, 3, 64, 64)
    sheets[..., 32:] = 0
    change = add_paper_grain(RandomNumbers(0), sheets, torch.full((40,), 11.8)) - sheets
    deviations = change[..., :32].std((2, 3)) * 255
    assert 0.4 < deviations.min() < 1.5
    assert 5 < deviations.max() < 12
    assert change[..., 32:].abs().max() < 1e-6
    colour = (change - change.mean(1, keepdim=True))[..., :32].std((1, 2, 3)) / change[..., :32].std((1, 2, 3))
    assert 0.03 < colour.min() < colour.max() < 0.5
