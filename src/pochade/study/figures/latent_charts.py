"""Charts of latents in a plane: the t-SNE map, and the latents of the models with two numbers."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.text import Text
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.study.figures.svg_files import AUTOENCODER, INK, SURFACE, WIDTH
from pochade.study.figures.svg_files import VAE as VAE_COLOUR
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures

# Ten colours that differ in lightness too, in an order in which similar classes of Fashion-MNIST get unlike ones.
CLASS_COLOURS = (
    "#4477aa", "#ddaa33", "#aa3377", "#66ccee", "#884400", "#bbbbbb", "#228833", "#ee6677", "#775599", "#000000",
)  # fmt: skip
TILES = 10  # decoded pictures per side of a plane
MIN_SPAN = 1e-6
OUTER_PERCENT = 1  # of latents on each side of a plane that its frame leaves out
SQUARE = 2.5  # half the side of the square of points from N(0, I): a number is in it 99 times in 100
CLOUDS = 6  # pictures of each class whose posteriors are drawn
CLOUD_DEVIATIONS = 2
TEXT_MARGIN = 1.15  # texts are kept apart as if they were larger by this factor: a browser's font may be wider
SEPARATING_ROUNDS = 200


def draw_map(positions: Floats, labels: Floats, classes: Sequence[str], placed: Floats, near: Floats) -> Figure:
    """Draw the t-SNE map with its classes, and the random points with lines to the neighbours of the first.

    Args:
        positions: Places of the test pictures (N, 2).
        labels: Their classes (N,).
        classes: The names of the classes.
        placed: Places of the random points (P, 2).
        near: For each random point the numbers of the pictures that are nearest to it (P, K).
    """
    figure = Figure((WIDTH, WIDTH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    _scatter_classes(axes, positions, labels)
    for neighbour in near[0]:
        axes.plot(*np.stack([placed[0], positions[neighbour]]).T, color=INK, lw=0.8)
    axes.scatter(placed[:, 0], placed[:, 1], s=90, facecolors="none", edgecolors=INK, linewidths=1.4)
    axes.scatter(placed[:1, 0], placed[:1, 1], s=170, facecolors="none", edgecolors=AUTOENCODER, linewidths=2.5)
    different = f"their {near.size:,} nearest: {len(np.unique(near)):,} different pictures"
    axes.text(0.5, 0.0, f"{len(placed)} rings; {different}", transform=axes.transAxes, ha="center", va="top")
    axes.set_axis_off()
    _label_classes(axes, positions, labels, classes)
    return figure


def draw_planes(models: dict[str, Any], images: Tensor, labels: Tensor, classes: Sequence[str]) -> Figure:
    """Draw the latents of pictures under models with two numbers, one plane above the other.

    Args:
        models: The models by the title of their plane.
        images: Pictures (N, C, H, W) of uint8.
        labels: Their classes (N,).
        classes: The names of the classes.
    """
    figure = Figure((WIDTH, 4.4 * len(models)))
    planes = figure.subplots(len(models), 1, squeeze=False)[:, 0]
    for axes, (title, model) in zip(planes, models.items(), strict=True):
        latents = encode_pictures(model, images).flatten(1).numpy()
        _scatter_classes(axes, latents, labels.numpy())
        axes.set_title(title, loc="left", color=VAE_COLOUR if title.startswith("VAE") else AUTOENCODER)
        low, high = _range_of(latents)
        margin = 0.15 * (high - low)
        axes.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
        _draw_square(axes)
    figure.tight_layout()
    for axes, model in zip(planes, models.values(), strict=True):
        _label_classes(axes, encode_pictures(model, images).flatten(1).numpy(), labels.numpy(), classes)
    return figure


def _draw_square(axes: Axes) -> None:
    """Draw the square in which nearly all points from N(0, I) lie."""
    axes.add_patch(Rectangle((-SQUARE, -SQUARE), 2 * SQUARE, 2 * SQUARE, fill=False, ls="--", edgecolor=INK, lw=1.2))


def draw_clouds(vae: Any, images: Tensor, labels: Tensor, classes: Sequence[str]) -> Figure:
    """Draw the posteriors of some pictures as ellipses of two deviations, and the square of points from N(0, I).

    Args:
        vae: A VAE with two latent numbers.
        images: Pictures (N, C, H, W) of uint8.
        labels: Their classes (N,).
        classes: The names of the classes.
    """
    chosen = torch.cat([(labels == number).nonzero()[:CLOUDS, 0] for number in range(len(classes))])
    with torch.inference_mode():
        mean, log_variance = vae.encode(images[chosen].float() / 255)
    figure = Figure((WIDTH, WIDTH * 0.9))
    axes = figure.subplots()
    sizes = 2 * CLOUD_DEVIATIONS * (0.5 * log_variance).exp().numpy()
    for place, (width, height), label in zip(mean.numpy(), sizes, labels[chosen].tolist(), strict=True):
        colour = CLASS_COLOURS[label % len(CLASS_COLOURS)]
        axes.add_patch(Ellipse(tuple(place), width, height, facecolor=colour, alpha=0.35, edgecolor=colour))
    _draw_square(axes)
    axes.plot([0], [0], marker="+", color=INK, ms=10)
    span = 1.1 * max(SQUARE, float((np.abs(mean.numpy()) + sizes / 2).max()))
    axes.set(xlim=(-span, span), ylim=(-span, span), aspect="equal")
    figure.tight_layout()
    return figure


def decode_square(model: Any) -> Tensor:
    """Decode a grid of latents over the square in which nearly all points from N(0, I) lie.

    Args:
        model: A model with two latent numbers.

    Returns:
        Pictures (rows, columns, C, H, W), the first row at the top of the square.
    """
    side = np.linspace(-SQUARE, SQUARE, TILES)
    grid = np.stack(np.meshgrid(side, side[::-1]), -1).reshape(-1, 2)
    decoded = decode_latents(model, torch.from_numpy(grid).float())
    return decoded.unflatten(0, (TILES, TILES))


def _range_of(latents: Floats) -> tuple[Floats, Floats]:
    """The corners (2,) of the part of a plane that nearly all latents (N, 2) are in."""
    low, high = np.percentile(latents, (OUTER_PERCENT, 100 - OUTER_PERCENT), axis=0)
    flat = high - low < MIN_SPAN  # a model that has not learnt yet may put all pictures on one line
    return np.where(flat, low - 1, low), np.where(flat, high + 1, high)


def _scatter_classes(axes: Axes, positions: Floats, labels: Any) -> None:
    colours = np.array(CLASS_COLOURS)[labels % len(CLASS_COLOURS)]
    dots = axes.scatter(positions[:, 0], positions[:, 1], s=3, c=colours, linewidths=0, rasterized=True)
    dots.set_antialiased(False)  # few colours, so that the picture inside the SVG is small


def _label_classes(axes: Axes, positions: Floats, labels: Any, classes: Sequence[str]) -> None:
    """Write the name of each class on its pictures."""
    frame = {"facecolor": SURFACE, "alpha": 0.85, "edgecolor": "none", "boxstyle": "round,pad=0.15"}
    texts = []
    for number, name in enumerate(classes):
        if (labels == number).any():
            x, y = np.median(positions[labels == number], axis=0)
            texts.append(axes.text(x, y, name, ha="center", va="center", color=INK, bbox=frame, fontsize=11.5))
    separate_texts(axes, texts)


def separate_texts(axes: Axes, texts: Sequence[Text]) -> None:
    """Move texts up and down until none overlaps another, each as little as its neighbours allow."""
    boxes = [text.get_window_extent() for text in texts]
    sizes = np.array([[box.width * TEXT_MARGIN, box.height * TEXT_MARGIN] for box in boxes]).reshape(-1, 2)
    centres = np.array([[box.x0 + box.x1, box.y0 + box.y1] for box in boxes]).reshape(-1, 2) / 2
    for _ in range(SEPARATING_ROUNDS):
        for first, second in combinations(range(len(texts)), 2):
            reach = (sizes[first] + sizes[second]) / 2
            difference = centres[second] - centres[first]
            if (np.abs(difference) < reach).all():
                shift = (reach[1] - abs(difference[1])) / 2 * (1 if difference[1] >= 0 else -1)
                centres[second, 1] += shift
                centres[first, 1] -= shift
    for text, place in zip(texts, axes.transData.inverted().transform(centres), strict=True):
        text.set_position(tuple(place))
