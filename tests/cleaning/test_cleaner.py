"""Cleaning by tiles gives what cleaning the whole picture gives."""

import numpy as np
import pytest
import torch

from pochade.cleaning.cleaner import Cleaner, Strengths, tile_margin, tile_side
from pochade.cleaning.page_light import PageLight
from pochade.cleaning.speck_choice import SpeckRule
from pochade.images.io.input_arrays import InputImage, open_input_image
from pochade.models import weights
from pochade.models.denoiser import Denoiser
from pochade.models.mark_classifier import MarkClassifier
from pochade.models.model_configs import DenoiserConfig, PageConfig
from pochade.models.page_model import PageModel
from tests.support.runnable import runnable

FULL_STRENGTHS = Strengths(1, 1, 1, 1, 1)


@pytest.fixture
def cleaner(monkeypatch: pytest.MonkeyPatch) -> Cleaner:
    """A cleaner with a small random denoiser, and light that was read before."""
    torch.manual_seed(0)
    denoiser = Denoiser(DenoiserConfig(widths=(6, 8, 8))).eval()
    torch.nn.init.normal_(denoiser.unet.leave.weight, std=0.003)
    slope = np.add.outer(np.linspace(-0.5, 0, 20), np.linspace(-0.3, 0, 10)).astype(np.float32)
    page = PageLight(np.stack([slope] * 3), np.array([-0.1, -0.2, -0.3], np.float32))
    monkeypatch.setattr("pochade.cleaning.cleaner.read_page", lambda *_: page)
    page_model = runnable(PageModel(PageConfig(widths=(4, 4, 4))))
    return Cleaner(runnable(denoiser), page_model, MarkClassifier(weights.FOLDER / weights.MARK_FILE))


def grainy_scan() -> InputImage:
    """Paper with grain."""
    return open_input_image(np.random.default_rng(0).integers(170, 190, (333, 291, 3), np.uint8))


def test_cleaning_by_tiles_gives_what_cleaning_the_whole_gives(
    cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cleaner.clean(grainy_scan(), FULL_STRENGTHS)
    monkeypatch.setattr("pochade.cleaning.cleaner.tile_side", lambda *_: 128)
    tiled = cleaner.clean(grainy_scan(), FULL_STRENGTHS)
    assert (whole.picture != grainy_scan().colour).any()
    assert np.abs(whole.picture.astype(int) - tiled.picture).max() <= 1
    assert np.abs(whole.defects.astype(int) - tiled.defects).max() <= 1


def test_an_error_in_a_tile_ends_the_cleaning(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.cleaning.cleaner.tile_side", lambda *_: 128)
    monkeypatch.setattr("pochade.cleaning.cleaner.choose_specks", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cleaner.clean(grainy_scan(), FULL_STRENGTHS)


def test_a_mask_of_specks_decides_alone(cleaner: Cleaner) -> None:
    mask = np.zeros((333, 291), bool)
    mask[100:104, 90:94] = True
    cleaned = cleaner.clean(grainy_scan(), FULL_STRENGTHS, rule=SpeckRule(mask=mask))
    assert ((cleaned.defects > 0) == mask).all()


def test_tiles_are_chosen_for_the_least_work() -> None:
    side = tile_side(3000, 4000, 96)
    assert side % 16 == 0
    assert [-(-length // side) for length in (3000, 4000)] == [3, 4]


def test_the_margin_grows_with_the_resolution() -> None:
    assert [tile_margin(dpi / 25.4) for dpi in (100, 300, 600, 4800)] == [96, 96, 144, 256]
