"""Diagrams of ideas: the autoencoder in one figure, convolutions with stride, the trick of reparameterisation."""

from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from torch import Tensor, nn

from pochade.study.figures.picture_grids import as_pixels
from pochade.study.figures.svg_files import ACCENT, AUTOENCODER, INK, LINE, MUTED, SURFACE, VAE, WIDTH

KERNEL, STRIDE = 3, 2
LATENT_BARS = 16  # numbers of the latent that the figure of the idea shows


def draw_idea(model: Any, picture: Tensor) -> Figure:
    """Draw picture, encoder, latent, decoder and reconstruction, with a real picture (C, H, W) of uint8."""
    with torch.inference_mode():
        latent = model.encode(picture[None].float() / 255)
        reconstruction = model.decode(latent)[0]
    figure = Figure((WIDTH, 2.35))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, 10), ylim=(-1.15, 3.35))
    axes.set_axis_off()
    for left, values, title in ((0.1, picture, "picture"), (7.7, reconstruction, "reconstruction")):
        _show_pixels(axes, values, left)
        axes.text(left + 1.1, 2.75, title, ha="center", va="bottom")
    _draw_funnel(axes, (2.7, 4.1), "encoder", narrows=True)
    _draw_funnel(axes, (5.9, 7.3), "decoder", narrows=False)
    _draw_latent(axes, latent.flatten().numpy())
    axes.annotate("", (8.8, -0.15), (1.2, -0.15), arrowprops=_arrow("arc3,rad=0.12"))
    axes.text(5.0, -1.1, "the loss: how different are they?", ha="center", va="bottom", color=ACCENT)
    return figure


def _arrow(style: str) -> dict[str, Any]:
    return {"arrowstyle": "<->", "color": ACCENT, "connectionstyle": style, "lw": 1.5}


def _show_pixels(axes: Axes, picture: Any, left: float) -> None:
    """Show a picture (C, H, W) as a square from (left, 0.3)."""
    pixels = as_pixels(picture)
    shown = np.repeat(pixels, 3, 2) if pixels.shape[2] == 1 else pixels
    axes.imshow(shown, extent=(left, left + 2.2, 0.3, 2.7), interpolation="nearest", aspect="auto", zorder=2)
    axes.add_patch(Rectangle((left, 0.3), 2.2, 2.4, fill=False, edgecolor=MUTED, lw=1, zorder=3))


def _draw_funnel(axes: Axes, ends: tuple[float, float], title: str, *, narrows: bool) -> None:
    """Draw a trapezium that becomes narrower, or wider, to the right."""
    left, right = (1.2, 0.45) if narrows else (0.45, 1.2)
    start, end = ends
    corners = [(start, 1.5 - left), (start, 1.5 + left), (end, 1.5 + right), (end, 1.5 - right)]
    axes.add_patch(Polygon(corners, facecolor=SURFACE, edgecolor=INK, lw=1.2))
    axes.text((start + end) / 2, 1.5, title, ha="center", va="center", fontsize=11.5)


def _draw_latent(axes: Axes, latent: Any) -> None:
    """Draw some numbers of the latent as bars in the middle."""
    values = latent[np.linspace(0, len(latent) - 1, min(LATENT_BARS, len(latent))).astype(int)]
    heights = values / (np.abs(values).max() or 1.0)
    places = np.linspace(4.35, 5.65, len(values)) if len(values) > 1 else np.array([5.0])
    axes.bar(places, heights * 0.75, width=0.07, bottom=1.5, color=AUTOENCODER)
    axes.text(5.0, 2.75, "latent", ha="center", va="bottom", color=AUTOENCODER)


def draw_stride() -> Figure:
    """Draw where a 3 x 3 kernel with stride 2 stands on a padded row of 8 and on one of 7 pixels."""
    figure = Figure((WIDTH, 3.4))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    for row, pixels in enumerate((8, 7)):
        _draw_stride_row(axes, -3.9 * row, pixels)
    axes.set(xlim=(-1.1, 9.1), ylim=(-5.7, 1.7))
    axes.set_axis_off()
    return figure


def _draw_stride_row(axes: Axes, top: float, pixels: int) -> None:
    """Draw one row of pixels with its padding, the places of the kernel below, and the number of results."""
    for place in range(-1, pixels + 1):
        is_padding = place in {-1, pixels}
        edge, line = (LINE, "--") if is_padding else (INK, "-")
        axes.add_patch(Rectangle((place, top), 0.9, 0.9, facecolor=SURFACE, edgecolor=edge, linestyle=line))
        axes.text(place + 0.45, top + 0.45, "0" if is_padding else str(place + 1), ha="center", va="center")
    results = (pixels + 2 - KERNEL) // STRIDE + 1
    is_reached = STRIDE * (results - 1) + KERNEL == pixels + 2
    axes.text(-1.0, top + 1.3, "padding", ha="left", va="center", color=MUTED)
    end = "padding" if is_reached else "padding, not reached"
    axes.text(pixels + 0.9, top + 1.3, end, ha="right", va="center", color=MUTED)
    for result in range(results):
        left, level = STRIDE * result - 1, top - 0.35 - 0.32 * (result % 2)
        axes.plot([left + 0.05, left + 2.85], [level, level], color=(AUTOENCODER, VAE)[result % 2], lw=3)
    axes.text(-1.0, top - 1.45, f"{pixels} pixels, padded: {results} steps, {results} results", ha="left", va="center")


def draw_reparameterisation(mean: float = 1.0, deviation: float = 0.5) -> Figure:
    """Draw how noise from one fixed distribution becomes a sample of the posterior."""
    figure = Figure((WIDTH, 3.4))
    upper, lower = figure.subplots(2, 1, sharex=True)
    noise, x = np.array([-1.4, -0.6, 0.2, 0.9, 1.7]), np.linspace(-3.2, 3.2, 200)
    for axes, (centre, scale), colour, title in (
        (upper, (0.0, 1.0), MUTED, "ε: noise, always from N(0, 1)"),
        (lower, (mean, deviation), VAE, f"z = μ + σ ε, here with μ = {mean:g} and σ = {deviation:g}"),
    ):
        axes.fill_between(x, np.exp(-0.5 * ((x - centre) / scale) ** 2) / scale, color=colour, alpha=0.25, lw=0)
        axes.scatter(centre + scale * noise, np.zeros(len(noise)), color=colour, s=40, zorder=3, clip_on=False)
        axes.set_title(title, loc="left")
        axes.set(yticks=[], ylim=(0, None), xlim=(-3.2, 3.2))
        axes.spines["left"].set_visible(False)
    figure.tight_layout()
    return figure


def feature_maps(model: Any, picture: Tensor) -> list[Tensor]:
    """Compute the feature maps (F, h, w) of each layer of the encoder, after ReLU, for a picture (C, H, W) of uint8."""
    maps: list[Tensor] = []
    values = picture[None].float() / 255
    with torch.inference_mode():
        for layer in model.encoder[0]:
            values = layer(values)
            if isinstance(layer, nn.ReLU):
                maps.append(values[0])
    return maps
