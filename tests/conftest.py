"""Small pictures that are learnt in a second, for every test that needs some."""

import os

os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
import torch

from pochade.study.fashion_mnist import CLASSES, ImageSet, Split


def drawn(count: int, seed: int) -> Split:
    """Grey rectangles on black, 28 x 28, one place and size for each of ten classes, jittered."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(CLASSES)
    images = torch.zeros(count, 1, 28, 28)
    for image, label in zip(images, labels.tolist(), strict=True):
        top, left, height, width = torch.randint(0, 4, (4,), generator=generator).tolist()
        shade = 0.4 + 0.6 * torch.rand(1, generator=generator)
        image[0, top + label : top + label + 8 + height, left + label : left + 2 * label + 6 + width] = shade
    return Split((images * 255).byte(), labels)


@pytest.fixture(scope="session")
def pictures() -> ImageSet:
    """A data set of 600 training and 200 test pictures in ten classes."""
    return ImageSet(drawn(600, seed=0), drawn(200, seed=1), CLASSES)
