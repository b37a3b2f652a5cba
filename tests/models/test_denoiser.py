"""The restorer: it begins as the identity, sees no farther than it says, and does as it is told."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from pochade.models import Denoiser, DenoiserConfig, PageConfig, PageModel
from pochade.models.denoiser import AROUND, means_around
from pochade.models.recipe import Recipe
from pochade.training.loop import train
from pochade.training.losses.denoising import page_read, restored, strengths_for, turned

SMALL = DenoiserConfig(widths=(8, 12))


def lively(config: DenoiserConfig) -> Denoiser:
    """A net whose last layer is not zero."""
    torch.manual_seed(0)
    net = Denoiser(config).double().eval()
    torch.nn.init.normal_(net.unet.leave.weight, std=0.1)
    return net


def test_a_new_net_changes_nothing() -> None:
    change, found = Denoiser(SMALL)(torch.rand(2, 3, 16, 24), torch.ones(2, 3, 16, 24))
    assert change.shape == (2, 3, 16, 24)
    assert found.shape == (2, 1, 16, 24)
    assert not change.any()


@pytest.mark.parametrize("config", [SMALL, DenoiserConfig(widths=(6, 6, 6)), DenoiserConfig(widths=(4, 4, 4, 4))])
def test_a_pixel_depends_on_nothing_beyond_the_reach(config: DenoiserConfig) -> None:
    net, side = lively(config), 2 * config.reach + 64
    side -= side % config.multiple
    x, told = torch.rand(1, 3, side, side).double().requires_grad_(), torch.ones(1, 3, side, side).double()
    middle = side // 2
    for place in (middle, middle + config.multiple - 1):
        (gradient,) = torch.autograd.grad(net(x, told)[0][0, :, place, place].sum(), x)
        rows = gradient.abs().sum((0, 1, 3)).nonzero().flatten()
        farthest = max(place - int(rows[0]), int(rows[-1]) - place)
        assert config.reach // 2 < farthest <= config.reach


@settings(deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.booleans())
def test_means_are_of_the_nine_by_nine_pixels_that_are_there(height: int, width: int, last: bool) -> None:
    form = torch.channels_last if last else torch.contiguous_format
    x = torch.rand(2, 3, height, width).double().contiguous(memory_format=form)
    pooled = functional.avg_pool2d(x, AROUND, 1, AROUND // 2, count_include_pad=False)
    torch.testing.assert_close(means_around(x), pooled)


def test_strengths_are_mostly_whole_and_always_from_none_to_all() -> None:
    torch.manual_seed(0)
    strengths = strengths_for(2000)
    assert strengths.min() == 0
    assert strengths.max() == 1
    assert 0.55 < float((strengths == 1).all(1).float().mean()) < 0.75


def test_pictures_are_turned_in_eight_ways() -> None:
    torch.manual_seed(0)
    x = torch.arange(4.0).view(1, 1, 2, 2)
    assert len({tuple(turned(x).flatten().tolist()) for _ in range(200)}) == 8


def test_it_learns_to_undo_what_it_is_told_to_undo() -> None:
    torch.manual_seed(0)
    clean = torch.full((64, 3, 16, 16), 200, dtype=torch.uint8)
    smudged, specked = clean - 40, clean - 40
    specked = specked.clone()
    specked[:, :, 4:8, 4:8] = 20
    defects = torch.zeros(64, 1, 16, 16, dtype=torch.uint8)
    defects[:, :, 4:8, 4:8] = 255
    layers = torch.cat([specked, smudged, clean], 1)
    net = Denoiser(SMALL)
    train(net, restored, (specked, layers, defects), Recipe("fast", 40, 16, "muon", 1e-2, one_cycle=True))
    x = specked[:1].float() / 255
    told = torch.ones(1, 3, 16, 16)
    with torch.inference_mode():
        all_of_it = x + net(x, told)[0]
        found = net(x, told)[1].sigmoid()
        nothing = net(x, 0 * told)[0]
    assert (all_of_it - 200 / 255).abs().mean() < 0.05
    assert nothing.abs().mean() < 0.05
    assert found[:, :, 5:7, 5:7].mean() > found[:, :, 12:, 12:].mean() + 0.1


def test_the_page_learns_light_and_paper() -> None:
    torch.manual_seed(0)
    light = -torch.rand(64, 3, 1, 1).expand(64, 3, 2, 2).contiguous() / 2
    sheets = (255 * light.exp().mean((2, 3), keepdim=True).expand(64, 3, 16, 16)).byte()
    net = PageModel(PageConfig(side=16, widths=(8, 8)))
    before = page_read(net, sheets.float() / 255, light, torch.full((64, 1, 16, 16), 255.0))
    data = (sheets, light, torch.full((64, 1, 16, 16), 255, dtype=torch.uint8))
    train(net, page_read, data, Recipe("fast", 30, 16, "muon", 1e-2, one_cycle=True))
    after = page_read(net, sheets.float() / 255, light, torch.full((64, 1, 16, 16), 255.0))
    assert after < 0.3 * before
