"""The generator's network learns from pictures through a sketch model that does not change."""

import pytest
import torch

from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.model_configs import FlowMatchingConfig, SketchConfig
from pochade.models.sketch_model import SketchVAE, encode_on_white
from pochade.training.loop import train
from pochade.training.losses.flow_matching import FlowMatchingObjective, fit_linear_parts, flow_matching_loss
from pochade.training.recipe import Recipe


@pytest.mark.slow
def test_the_loss_falls_and_the_sketch_model_stays_as_it_is() -> None:
    torch.manual_seed(0)
    sketch_model = SketchVAE(
        SketchConfig(side=32, groups=(4, 4, 4), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8)
    )
    before = {name: weights.clone() for name, weights in sketch_model.state_dict().items()}
    objective = FlowMatchingObjective(sketch_model)
    model = FlowMatchingVAE(
        FlowMatchingConfig(places=2, channels=12, width=32, heads=2, reading=1, drawing=1, latent_dim=4)
    )
    pictures = torch.randint(256, (16, 3, 4, 4), dtype=torch.uint8).repeat_interleave(8, 2).repeat_interleave(8, 3)
    fit_linear_parts(model, encode_on_white(objective.sketch_model, pictures / 255))
    loss_before = mean_loss(model, objective, pictures)
    train(model, objective.loss, (pictures,), Recipe("fast", 30, 8, "muon", 1e-2, one_cycle=True))
    assert mean_loss(model, objective, pictures) < loss_before
    assert all(torch.equal(weights, before[name]) for name, weights in sketch_model.state_dict().items())


@torch.no_grad()
def mean_loss(model: FlowMatchingVAE, objective: FlowMatchingObjective, pictures: torch.Tensor) -> float:
    """The mean loss over the same noises each time."""
    torch.manual_seed(0)
    return sum(objective.loss(model, pictures / 255).item() for _ in range(20)) / 20


def test_the_same_torch_seed_gives_the_same_loss_wherever_tensors_are_made_by_default() -> None:
    model = FlowMatchingVAE(
        FlowMatchingConfig(places=2, channels=12, width=32, heads=2, reading=1, drawing=1, latent_dim=4)
    )
    grids, values = torch.rand(8, 12, 2, 2), []
    for device in ("cpu", "meta"):
        torch.manual_seed(0)
        with torch.device(device):
            values.append(flow_matching_loss(model, grids, 1e-3).item())
    assert values[0] == values[1]
