"""Cleaning by tiles gives what cleaning the whole picture gives."""

import numpy as np
import pytest
import torch

from pochade.cleaning.cleaner import Cleaner, Strengths, tile_margin
from pochade.cleaning.page_light import PageLight
from pochade.images.io.input_arrays import open_input_image
from pochade.models.denoiser import Denoiser, DenoiserConfig
from pochade.models.page_model import PageConfig, PageModel

FULL_STRENGTHS = Strengths(1, 1, 1, 1, 1)


def test_cleaning_by_tiles_gives_what_cleaning_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    denoiser = Denoiser(DenoiserConfig(widths=(6, 8, 8))).eval()
    torch.nn.init.normal_(denoiser.unet.leave.weight, std=0.02)
    cleaner = Cleaner(denoiser, PageModel(PageConfig(widths=(4, 4, 4))).eval())
    slope = torch.linspace(-0.5, 0, 20).view(1, 20, 1) + torch.linspace(-0.3, 0, 10).view(1, 1, 10)
    page = PageLight(slope.expand(3, -1, -1), torch.tensor([-0.1, -0.2, -0.3]))
    monkeypatch.setattr("pochade.cleaning.cleaner.read_page", lambda *_: page)
    scan = open_input_image(np.random.default_rng(0).integers(0, 256, (333, 291, 3), np.uint8))
    monkeypatch.setattr("pochade.cleaning.cleaner.TILE_SIDE", 1024)
    whole = cleaner.clean(scan, FULL_STRENGTHS)
    monkeypatch.setattr("pochade.cleaning.cleaner.TILE_SIDE", 2 * tile_margin(denoiser))
    tiled = cleaner.clean(scan, FULL_STRENGTHS)
    assert (whole.picture != scan.colour).any()
    assert np.abs(whole.picture.astype(int) - tiled.picture).max() <= 1
    assert np.abs(whole.defects.astype(int) - tiled.defects).max() <= 1
