"""Labels on maps of latents can be read, and planes show where random points lie."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.vae import VAE, VAEConfig
from pochade.study.figures.latent_charts import (
    CLOUDS,
    SQUARE,
    TILES,
    decode_square,
    draw_clouds,
    draw_map,
    separate_texts,
)


@pytest.mark.parametrize("places", [[(0.5, 0.5)] * 6, [(0.5, 0.5), (0.52, 0.51), (0.9, 0.9)]])
def test_texts_that_overlap_are_moved_apart(places: list[tuple[float, float]]) -> None:
    axes = Figure((5, 5)).subplots()
    texts = [axes.text(x, y, "T-shirt/top", ha="center", va="center") for x, y in places]
    separate_texts(axes, texts)
    boxes = [text.get_window_extent() for text in texts]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_a_text_that_overlaps_nothing_stays() -> None:
    axes = Figure((5, 5)).subplots()
    texts = [axes.text(0.2, 0.1, "Bag", ha="center", va="center"), axes.text(0.8, 0.9, "Coat", ha="center")]
    separate_texts(axes, texts)
    assert texts[0].get_position() == pytest.approx((0.2, 0.1))


def test_the_map_counts_the_different_neighbours_of_its_rings() -> None:
    positions = np.random.default_rng(0).normal(size=(30, 2))
    labels: Any = np.arange(30) % 3
    near: Any = np.array([[1, 2, 3], [1, 2, 4]])
    figure = draw_map(positions, labels, ("a", "b", "c"), positions[:2], near)
    assert "2 rings; their 6 nearest: 4 different pictures" in [text.get_text() for text in figure.axes[0].texts]


def test_a_grid_is_decoded_over_the_square_of_random_points() -> None:
    model = Autoencoder(AutoencoderConfig(latent_dim=2)).eval()
    grid = decode_square(model)
    assert grid.shape == (TILES, TILES, 1, 28, 28)
    with torch.inference_mode():
        corner = model.decode(torch.tensor([[-SQUARE, SQUARE]]))[0]  # the upper left one
    assert torch.allclose(grid[0, 0], corner, atol=1e-5)


def test_every_class_has_a_few_clouds() -> None:
    images = torch.zeros(40, 1, 28, 28, dtype=torch.uint8)
    figure = draw_clouds(VAE(VAEConfig(latent_dim=2)).eval(), images, torch.arange(40) % 4, ("a", "b", "c", "d"))
    assert len(figure.axes[0].patches) == 4 * CLOUDS + 1  # and the square
