"""The denoiser starts as the identity, and no pixel depends on pixels beyond its receptive field."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from pochade.models.denoiser import Denoiser, local_means
from pochade.models.model_configs import WINDOW_PIXELS, DenoiserConfig

SMALL_CONFIG = DenoiserConfig(widths=(8, 12))


def model_with_random_last_layer(config: DenoiserConfig) -> Denoiser:
    """A model that changes pictures, in double precision."""
    torch.manual_seed(0)
    model = Denoiser(config).double().eval()
    torch.nn.init.normal_(model.unet.leave.weight, std=0.1)
    return model


def test_an_untrained_model_changes_nothing() -> None:
    change, defects = Denoiser(SMALL_CONFIG)(torch.rand(2, 3, 16, 24), torch.ones(2, 3, 16, 24))
    assert change.shape == (2, 3, 16, 24)
    assert defects.shape == (2, 1, 16, 24)
    assert not change.any()


@pytest.mark.parametrize(
    "config", [SMALL_CONFIG, DenoiserConfig(widths=(6, 6, 6)), DenoiserConfig(widths=(4, 4, 4, 4))]
)
def test_a_pixel_depends_on_nothing_beyond_the_reach(config: DenoiserConfig) -> None:
    model, side = model_with_random_last_layer(config), 2 * config.reach + 64
    side -= side % config.multiple
    x, conditioning = torch.rand(1, 3, side, side).double().requires_grad_(), torch.ones(1, 3, side, side).double()
    middle = side // 2
    for place in (middle, middle + config.multiple - 1):
        (gradient,) = torch.autograd.grad(model(x, conditioning)[0][0, :, place, place].sum(), x)
        rows = gradient.abs().sum((0, 1, 3)).nonzero().flatten()
        farthest = max(place - int(rows[0]), int(rows[-1]) - place)
        assert config.reach // 2 < farthest <= config.reach


@settings(deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.booleans())
def test_local_means_are_of_the_pixels_of_the_window_inside_the_picture(
    height: int, width: int, channels_last: bool
) -> None:
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    x = torch.rand(2, 3, height, width).double().contiguous(memory_format=memory_format)
    expected = functional.avg_pool2d(x, WINDOW_PIXELS, 1, WINDOW_PIXELS // 2, count_include_pad=False)
    torch.testing.assert_close(local_means(x), expected)
