"""The losses of the denoisers and of the page model teach what their conditioning and labels say."""

import numpy as np
import pytest
import torch

from pochade.models.denoiser import Denoiser
from pochade.models.model_configs import DenoiserConfig, PageConfig
from pochade.models.page_model import PageModel
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.loop import train
from pochade.training.losses.denoising import (
    MIN_MEAN_SQUARED_ERROR,
    artifact_removal_loss,
    page_loss,
    random_orientation,
    random_strengths,
    scan_denoising_loss,
)
from pochade.training.recipe import Recipe


class Unchanging(torch.nn.Module):
    """A model that changes nothing."""

    def forward(self, x: torch.Tensor, conditioning: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return no change, and no defects."""
        return torch.zeros_like(x), conditioning


def test_strengths_are_mostly_full_and_always_between_none_and_all() -> None:
    strengths = random_strengths(2000, RandomNumbers(0))
    assert strengths.min() == 0
    assert strengths.max() == 1
    assert 0.55 < float((strengths == 1).all(1).float().mean()) < 0.75


def test_pictures_are_oriented_in_eight_ways() -> None:
    x, random = torch.arange(4.0).view(1, 1, 2, 2), RandomNumbers(0)
    assert len({tuple(random_orientation(x, random).flatten().tolist()) for _ in range(200)}) == 8


@pytest.mark.slow
def test_a_denoiser_learns_to_remove_what_its_conditioning_asks_for() -> None:
    torch.manual_seed(0)
    clean = torch.full((64, 3, 16, 16), 200, dtype=torch.uint8)
    with_stains, with_specks = clean - 40, clean - 40
    with_specks = with_specks.clone()
    with_specks[:, :, 4:8, 4:8] = 20
    defects = torch.zeros(64, 1, 16, 16, dtype=torch.uint8)
    defects[:, :, 4:8, 4:8] = 255
    layers = torch.cat([with_specks, with_stains, clean], 1)
    model = Denoiser(DenoiserConfig(widths=(8, 12)))
    recipe = Recipe("fast", 40, 16, "muon", 1e-2, one_cycle=True)
    train(model, scan_denoising_loss, (with_specks, layers, defects), recipe)
    x = with_specks[:1].float() / 255
    full_strength = torch.ones(1, 3, 16, 16)
    with torch.inference_mode():
        change, defect_logits = model(x, full_strength)
        change_at_no_strength = model(x, 0 * full_strength)[0]
    defects_found = defect_logits.sigmoid()
    assert (x + change - 200 / 255).abs().mean() < 0.05
    assert change_at_no_strength.abs().mean() < 0.05
    assert defects_found[:, :, 5:7, 5:7].mean() > defects_found[:, :, 12:, 12:].mean() + 0.1


def test_the_artifact_removal_loss_falls_by_the_logarithm_of_the_error() -> None:
    clean = torch.randint(50, 200, (4, 3, 192, 192), dtype=torch.uint8)
    qualities = torch.full((4, 1, 1, 1), 50, dtype=torch.uint8)

    def loss_with(error: float) -> float:
        return float(artifact_removal_loss(Unchanging(), clean.float() / 255 + error, clean, qualities))

    expected = np.log((4e-4 + MIN_MEAN_SQUARED_ERROR) / (1e-4 + MIN_MEAN_SQUARED_ERROR))
    assert loss_with(0.02) - loss_with(0.01) == pytest.approx(expected, rel=0.01)


@pytest.mark.slow
def test_the_page_model_learns_light_and_paper() -> None:
    torch.manual_seed(0)
    light = -torch.rand(64, 3, 1, 1).expand(64, 3, 2, 2).contiguous() / 2
    sheets = (255 * light.exp().mean((2, 3), keepdim=True).expand(64, 3, 16, 16)).byte()
    model = PageModel(PageConfig(side=16, widths=(8, 8)))
    before = page_loss(model, sheets.float() / 255, light, torch.full((64, 1, 16, 16), 255.0))
    data = (sheets, light, torch.full((64, 1, 16, 16), 255, dtype=torch.uint8))
    train(model, page_loss, data, Recipe("fast", 30, 16, "muon", 1e-2, one_cycle=True))
    after = page_loss(model, sheets.float() / 255, light, torch.full((64, 1, 16, 16), 255.0))
    assert after < 0.3 * before


def test_every_loss_makes_its_tensors_on_the_device_of_the_pictures() -> None:
    """On `meta` a tensor has no numbers, so a tensor made on the default device would fail beside the pictures."""
    x = torch.rand(4, 3, 96, 96)
    cleaner, artifact_remover = Denoiser(DenoiserConfig(widths=(4, 4))), Unchanging()
    page_model = PageModel(PageConfig(side=96, widths=(4, 4)))
    layers, defects = torch.zeros(4, 9, 96, 96, dtype=torch.uint8), torch.zeros(4, 1, 96, 96, dtype=torch.uint8)
    quality, light = torch.full((4, 1, 1, 1), 50, dtype=torch.uint8), torch.zeros(4, 3, 12, 12)
    with torch.device("meta"):
        losses = [
            scan_denoising_loss(cleaner, x, layers, defects),
            artifact_removal_loss(artifact_remover, x, layers[:, :3], quality),
            page_loss(page_model, x, light, defects),
        ]
    assert all(loss.isfinite() for loss in losses)
