"""A scanner blurs, shifts colours, adds noise, and makes streaks of columns."""

import torch

from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scanner import scan_sheets

RESOLUTIONS = torch.full((64,), 11.8)


def stripes() -> torch.Tensor:
    """Black and white stripes, one sheet of them for each resolution."""
    sheets = torch.ones(64, 3, 40, 40)
    sheets[..., ::8] = 0
    return sheets


def test_optics_soften_some_sheets_and_leave_others_sharp() -> None:
    scans, streaks = scan_sheets(RandomNumbers(0), stripes(), RESOLUTIONS, frozenset({"scanner"}))
    darkest = scans[:, 1, :, 8].mean(1)  # in the middle of a black stripe
    assert (darkest > 0.2).float().mean() > 0.3
    assert (darkest < 0.05).float().mean() > 0.2
    assert not streaks.any()


def test_the_colours_of_some_sheets_are_misaligned() -> None:
    scans, _ = scan_sheets(RandomNumbers(0), stripes(), RESOLUTIONS, frozenset({"scanner"}))
    differences = (scans[:, [0, 2]] - scans[:, 1:2]).abs().mean((1, 2, 3))
    assert 0.1 < (differences > 0.03).float().mean() < 0.45


def test_streaks_are_whole_columns_and_nothing_else() -> None:
    sheets = torch.full((64, 3, 40, 40), 0.7)
    scans, streaks = scan_sheets(RandomNumbers(0), sheets, RESOLUTIONS, frozenset({"streaks"}))
    changed = (scans != sheets).any(1, keepdim=True)
    assert streaks.any()
    assert (changed == streaks.expand_as(changed)).all()


def test_bands_run_along_rows() -> None:
    sheets = torch.full((64, 3, 40, 40), 0.7)
    scans, _ = scan_sheets(RandomNumbers(3), sheets, RESOLUTIONS, frozenset({"banding"}))
    assert (scans.std(2) > 1e-3).any()
    assert scans.std(3).max() < 1e-6
