"""The rate-distortion loss teaches a sketch model to redraw better with the same bits."""

import pytest
import torch

from pochade.models.sketch_model import SketchConfig, SketchVAE
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
