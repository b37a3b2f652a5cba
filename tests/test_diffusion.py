"""The net that makes new pieces: it begins knowing nothing, learns, draws from noise, and finds the noise again."""

import pytest
import torch

from pochade.learn.creating import Creating, measured
from pochade.learn.loop import train
from pochade.learn.recipe import Recipe
from pochade.nets import CodeConfig, CodeVAE, DiffusionConfig, DiffusionVAE, diffusion_loss

SMALL = DiffusionConfig(places=2, channels=6, width=32, heads=2, reading=1, drawing=2, latent_dim=4)


def grids(count: int = 256) -> torch.Tensor:
    """Grids (N, 6, 2, 2) of two kinds, far from each other, whose channels differ in size."""
    torch.manual_seed(1)
    kinds = torch.randint(2, (count, 1, 1, 1)) * 2.0 - 1
    sizes = torch.tensor([8.0, 4, 2, 1, 0.5, 0.2]).view(1, 6, 1, 1)
    return 3 + sizes * (kinds + 0.5 * torch.randn(count, 6, 2, 2))


def learnt() -> DiffusionVAE:
    """A net that learnt these grids for a moment."""
    torch.manual_seed(0)
    net = DiffusionVAE(SMALL)
    measured(net, grids())
    placeholder = torch.zeros(256, 1, dtype=torch.uint8)
    train(
        net,
        lambda net, _, y: diffusion_loss(net, y, 1e-3),
        (placeholder, grids()),
        Recipe("fast", 30, 32, "muon", 2e-2, one_cycle=True),
    )
    return net.eval()


@pytest.fixture(scope="module")
def net() -> DiffusionVAE:
    return learnt()


def test_units_bring_loud_and_faint_channels_nearer_but_keep_their_order() -> None:
    net = DiffusionVAE(SMALL)
    measured(net, grids())
    deviations = net.normal(grids()).std((0, 2, 3))
    assert (deviations.diff() < 0).all()
    assert deviations[0] / deviations[-1] < 8
    torch.testing.assert_close(net.as_found(net.normal(grids())), grids())


def test_latents_say_which_kind_a_grid_is_and_are_drawn_as_it(net: DiffusionVAE) -> None:
    y = grids()
    latents = net.encode(y).mean
    drawn = net.draw(latents, torch.randn_like(y), 8)
    assert ((drawn[:, 0, 0, 0] > 3) == (y[:, 0, 0, 0] > 3)).float().mean() > 0.95
    assert (drawn - y).square().mean() < 0.4 * (drawn[torch.randperm(len(y))] - y).square().mean()


def test_the_noise_that_a_grid_is_drawn_from_is_found_again(net: DiffusionVAE) -> None:
    y = grids(16)
    latents = net.encode(y).mean
    noise = net.undrawn(y, latents, torch.randn_like(y), 24)
    again = net.draw(latents, noise, 24)
    anyhow = net.draw(latents, torch.randn_like(y), 24)
    assert (again - y).square().mean() < 0.5 * (anyhow - y).square().mean()


def test_the_same_latents_and_noise_are_drawn_the_same(net: DiffusionVAE) -> None:
    latents, noise = torch.randn(3, 4), torch.randn(3, 6, 2, 2)
    whole = net.draw(latents, noise, 5)
    alone = net.draw(latents[1:2], noise[1:2], 5)
    torch.testing.assert_close(whole[1:2], alone)


def test_it_learns_from_pictures_through_a_net_that_stays_as_it_is() -> None:
    torch.manual_seed(0)
    code = CodeVAE(CodeConfig(side=32, groups=(4, 4, 4), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8))
    before = {name: weights.clone() for name, weights in code.state_dict().items()}
    creating = Creating(code)
    net = DiffusionVAE(DiffusionConfig(places=2, channels=12, width=32, heads=2, reading=1, drawing=1, latent_dim=4))
    pictures = torch.randint(256, (16, 3, 32, 32), dtype=torch.uint8)
    done = train(net, creating.loss, (pictures,), Recipe("fast", 4, 8, "muon", 1e-2, one_cycle=True))
    assert done.losses[-1] < done.losses[0]
    assert all(torch.equal(weights, before[name]) for name, weights in code.state_dict().items())
