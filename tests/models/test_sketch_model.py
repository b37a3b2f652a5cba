"""The sketch model begins as a cosine transform, and gives busy pictures coarser steps."""

import pytest
import torch

from pochade.models.model_configs import SketchConfig
from pochade.models.sketch_model import SketchVAE, dct_basis

SMALL = SketchConfig(groups=(2, 4), widths=(4, 4, 4, 4), drawing=(4, 4, 4), fine=4, foretelling=4)


def test_the_dct_basis_is_orthonormal_and_the_coarsest_come_first() -> None:
    basis, frequencies = dct_basis(16, 128)
    flat = basis.flatten(1)
    torch.testing.assert_close(flat @ flat.T, torch.eye(128), atol=2e-3, rtol=0)
    assert (frequencies.diff() >= 0).all()


def test_an_untrained_sketch_model_is_a_cosine_transform() -> None:
    model, picture = SketchVAE(SMALL), torch.full((2, 3, 96, 96), 0.3)
    latents = model.encode(torch.cat([picture, torch.ones(2, 1, 96, 96)], 1))
    assert latents.shape == (2, 6, 6, 6)
    torch.testing.assert_close(model.decode(latents, torch.zeros(2)), picture, atol=2e-3, rtol=0)


def test_busy_pictures_get_coarser_steps() -> None:
    torch.manual_seed(0)
    model = SketchVAE(SMALL)
    log_steps = model.balanced_log_steps(torch.randn(3, 6, 6, 6) * torch.tensor([1.0, 3.0, 9.0]).view(3, 1, 1, 1))
    assert (log_steps.diff() < 0).all()
    assert log_steps.mean().item() == pytest.approx(0, abs=1e-5)
