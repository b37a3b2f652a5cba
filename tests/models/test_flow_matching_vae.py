"""The net that makes new pieces: it begins knowing nothing, learns, draws from noise, and finds the noise again."""

import pytest
import torch

from pochade.models import FlowMatchingConfig, FlowMatchingVAE, SketchConfig, SketchVAE, flow_matching_loss
from pochade.models.recipe import Recipe
from pochade.models.sketch_model import encode_on_white
from pochade.training.loop import train
from pochade.training.losses.flow_matching import FlowMatchingObjective, measured

SMALL = FlowMatchingConfig(places=2, channels=6, width=32, heads=2, reading=1, drawing=2, latent_dim=4)


def grids(count: int = 256) -> torch.Tensor:
    """Grids (N, 6, 2, 2) of two kinds, far from each other, whose channels differ in size."""
    torch.manual_seed(1)
    kinds = torch.randint(2, (count, 1, 1, 1)) * 2.0 - 1
    sizes = torch.tensor([8.0, 4, 2, 1, 0.5, 0.2]).view(1, 6, 1, 1)
    return 3 + sizes * (kinds + 0.5 * torch.randn(count, 6, 2, 2))


def learnt() -> FlowMatchingVAE:
    """A net that learnt these grids for a moment."""
    torch.manual_seed(0)
    net = FlowMatchingVAE(SMALL)
    measured(net, grids())
    placeholder = torch.zeros(256, 1, dtype=torch.uint8)
    train(
        net,
        lambda net, _, y: flow_matching_loss(net, y, 1e-3),
        (placeholder, grids()),
        Recipe("fast", 30, 32, "muon", 2e-2, one_cycle=True),
    )
    return net.eval()


@pytest.fixture(scope="module")
def net() -> FlowMatchingVAE:
    return learnt()


def test_units_bring_loud_and_faint_channels_nearer_but_keep_their_order() -> None:
    net = FlowMatchingVAE(SMALL)
    measured(net, grids())
    deviations = net.normal(grids()).std((0, 2, 3))
    assert (deviations.diff() < 0).all()
    assert deviations[0] / deviations[-1] < 8
    torch.testing.assert_close(net.as_found(net.normal(grids())), grids())


def test_latents_say_which_kind_a_grid_is_and_are_drawn_as_it(net: FlowMatchingVAE) -> None:
    y = grids()
    latents = net.encode(y).mean
    drawn = net.draw(latents, torch.randn_like(y), 8)
    assert ((drawn[:, 0, 0, 0] > 3) == (y[:, 0, 0, 0] > 3)).float().mean() > 0.95
    assert (drawn - y).square().mean() < 0.4 * (drawn[torch.randperm(len(y))] - y).square().mean()


def test_the_noise_that_a_grid_is_drawn_from_is_found_again(net: FlowMatchingVAE) -> None:
    y = grids(16)
    latents = net.encode(y).mean
    noise = net.undrawn(y, latents, torch.randn_like(y), 24)
    again = net.draw(latents, noise, 24)
    anyhow = net.draw(latents, torch.randn_like(y), 24)
    assert (again - y).square().mean() < 0.5 * (anyhow - y).square().mean()


def test_the_same_latents_and_noise_are_drawn_the_same(net: FlowMatchingVAE) -> None:
    latents, noise = torch.randn(3, 4), torch.randn(3, 6, 2, 2)
    whole = net.draw(latents, noise, 5)
    alone = net.draw(latents[1:2], noise[1:2], 5)
    torch.testing.assert_close(whole[1:2], alone)


def test_it_learns_from_pictures_through_a_net_that_stays_as_it_is() -> None:
    torch.manual_seed(0)
    code = SketchVAE(
        SketchConfig(side=32, groups=(4, 4, 4), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8)
    )
    before = {name: weights.clone() for name, weights in code.state_dict().items()}
    creating = FlowMatchingObjective(code)
    net = FlowMatchingVAE(
        FlowMatchingConfig(places=2, channels=12, width=32, heads=2, reading=1, drawing=1, latent_dim=4)
    )
    pictures = torch.randint(256, (16, 3, 4, 4), dtype=torch.uint8).repeat_interleave(8, 2).repeat_interleave(8, 3)
    measured(net, encode_on_white(creating.code, pictures / 255))
    at_first = judged(net, creating, pictures)
    train(net, creating.loss, (pictures,), Recipe("fast", 30, 8, "muon", 1e-2, one_cycle=True))
    assert judged(net, creating, pictures) < at_first
    assert all(torch.equal(weights, before[name]) for name, weights in code.state_dict().items())


@torch.no_grad()
def judged(net: FlowMatchingVAE, creating: FlowMatchingObjective, pictures: torch.Tensor) -> float:
    """The loss with the same noises each time."""
    torch.manual_seed(0)
    return sum(creating.loss(net, pictures / 255).item() for _ in range(20)) / 20


def test_an_untrained_net_draws_what_principal_components_say() -> None:
    y = grids()
    net = FlowMatchingVAE(SMALL)
    measured(net, y)
    latents = net.encode(y).mean
    torch.testing.assert_close(latents.mean(0), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(latents.std(0), torch.ones(4), atol=1e-2, rtol=0)
    sketched = net.as_found(net.sketch(latents))
    assert (sketched - y).square().mean() < 0.3 * (y - y.mean(0)).square().mean()


def test_an_untrained_net_takes_the_best_linear_guess() -> None:
    y = grids(2048)
    net = FlowMatchingVAE(SMALL)
    measured(net, y)
    x, z = net.normal(y), net.encode(y).mean
    for time in (0.1, 0.5, 0.9):
        seen = torch.randn_like(x).lerp(x, time)
        errors = [
            (guess - x).square().mean()
            for guess in (net.foretold(seen, torch.full((2048,), time), z), net.sketch(z), seen / time)
        ]
        assert errors[0] < min(errors[1:])
