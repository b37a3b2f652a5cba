"""The rate-distortion loss teaches a sketch model to redraw better with the same bits."""

import pytest
import torch

from pochade.models.model_configs import SketchConfig
from pochade.models.sketch_model import SketchVAE
from pochade.training.losses.rate_distortion import rate_distortion_loss
from tests.support.letterboxed import letterboxed_drawings


@pytest.mark.slow
def test_the_loss_falls() -> None:
    torch.manual_seed(0)
    config = SketchConfig(groups=(8, 24), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8)
    model, batch, values = SketchVAE(config), letterboxed_drawings(8), []
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(40):
        value = rate_distortion_loss(model, batch.pictures, batch.frames)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert sum(values[-5:]) < sum(values[:5]) - 0.5


def test_the_same_torch_seed_gives_the_same_loss_wherever_tensors_are_made_by_default() -> None:
    config = SketchConfig(groups=(8, 24), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8)
    model, batch, values = SketchVAE(config), letterboxed_drawings(4), []
    for device in ("cpu", "meta"):
        torch.manual_seed(0)
        with torch.device(device):
            values.append(rate_distortion_loss(model, batch.pictures, batch.frames).item())
    assert values[0] == values[1]
