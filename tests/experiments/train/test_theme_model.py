"""The torch form of the theme model pads as the original does, and returns unit vectors."""

import pytest
import torch
from torch.nn import functional

from experiments.train.theme_model import PaddedConvolution, ThemeModel
from pochade.embedding.theme_embedder import COMPONENTS, STATISTICS


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
    assert embeddings.shape == (2, COMPONENTS)
    assert statistics.shape == (2, STATISTICS)
    assert torch.allclose(embeddings.norm(dim=1), torch.ones(2))
