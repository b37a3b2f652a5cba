"""The theme model pads and folds as the original does, and returns unit vectors."""

import pytest
import torch
from torch.nn import functional

from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.theme_model import FEATURES, STATISTICS, PaddedConvolution, ThemeModel

# Every 80th feature of the test picture, computed by the original network (package efficientnet-lite-pytorch 0.1.0)
ORIGINAL_FEATURES = (0.0, 0.0, 0.15, 0.0, 0.0, 0.527, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.877, 0.0, 0.0)


@pytest.mark.parametrize(
    ("kernel", "stride", "margins"), [(3, 1, (1, 1)), (3, 2, (0, 1)), (5, 1, (2, 2)), (5, 2, (1, 2))]
)
def test_convolutions_pad_as_tensorflow_does(kernel: int, stride: int, margins: tuple[int, int]) -> None:
    torch.manual_seed(0)
    convolution, x = PaddedConvolution(2, 3, kernel, stride), torch.randn(1, 2, 8, 8)
    padded = functional.pad(x, (*margins, *margins))
    expected = functional.conv2d(padded, convolution.weight, convolution.bias, stride)
    assert torch.equal(convolution(x), expected)
    assert expected.shape[2:] == (8 // stride, 8 // stride)


def test_embeddings_have_unit_length() -> None:
    torch.manual_seed(0)
    model = ThemeModel().eval()
    with torch.inference_mode():
        embeddings, statistics = model(torch.rand(2, 3, 64, 64))
    assert embeddings.shape == (2, model.config.components)
    assert statistics.shape == (2, STATISTICS)
    assert torch.allclose(embeddings.norm(dim=1), torch.ones(2))


def test_the_shipped_features_are_those_of_the_original() -> None:
    model = load_model(weights.FOLDER / weights.THEME_FILE)
    assert isinstance(model, ThemeModel)
    across, down = torch.linspace(0, 1, 64).view(1, 64), torch.linspace(0, 1, 64).view(64, 1)
    picture = torch.stack([across.expand(64, 64), down.expand(64, 64), across * down])[None]
    with torch.inference_mode():
        features = model.pooled_features(picture)[0]
    assert features.shape == (FEATURES,)
    expected = torch.tensor(ORIGINAL_FEATURES)
    assert torch.allclose(features[:: FEATURES // len(expected)], expected, atol=0.02)
