"""Figures that show numbers: losses, errors, the map and the tests of a random latent."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pochade.study.fashion_mnist import ImageSet
from pochade.study.model_training import TrainingCurves
from pochade.study.stage_store import StageResult

INK, BACKGROUND, ACCENT, SECOND_ACCENT, MUTED = "#22262e", "#ffffff", "#d1495b", "#2e7d8c", "#9aa3ad"
STYLE: Any = {
    "figure.facecolor": BACKGROUND,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 10,
    "savefig.dpi": 130,
}


def draw_losses(curves: TrainingCurves) -> Figure:
    """Draw the loss of both models during training, and its mean over each epoch."""
    figure = Figure((9, 3))
    titles = {"autoencoder": "autoencoder: mean squared error", "vae": "VAE: its loss, nats per picture"}
    colours = (ACCENT, SECOND_ACCENT)
    for axes, (name, title), colour in zip(figure.subplots(1, 2), titles.items(), colours, strict=True):
        losses, trace = curves[name]["losses"], curves[name]["trace"]
        epochs = np.arange(1, len(losses) + 1)
        axes.plot(np.linspace(0, len(losses), len(trace) + 1)[1:], trace, color=colour, lw=1.2)
        axes.plot(epochs - 0.5, losses, marker="o", ls="", mfc="none", color=colour, label="mean of the epoch")
        axes.set_title(title, loc="left")
        axes.set(xlabel="epochs done", xticks=[0, *epochs], yscale="log" if min(trace) > 0 else "linear")
        axes.legend(frameon=False)
    figure.tight_layout()
    return figure


def draw_pca_errors(copies: StageResult) -> Figure:
    """Draw the error of PCA by its number of components, and the errors of both models."""
    errors = copies.numbers["pca"]["test_mse"]
    figure = Figure((7, 3.4))
    axes = figure.subplots()
    axes.plot([int(size) for size in errors], list(errors.values()), marker="o", color=MUTED, label="PCA")
    for name, colour in (("autoencoder", ACCENT), ("vae", SECOND_ACCENT)):
        numbers = copies.numbers[name]
        axes.scatter([numbers["latent_numbers"]], [numbers["test_mse"]], s=70, color=colour, zorder=3, label=name)
    axes.set(xscale="log", yscale="log", xlabel="numbers in the latent", ylabel="test MSE")
    axes.legend(frameon=False)
    return figure


def draw_map(data: ImageSet, latent_map: StageResult) -> Figure:
    """Draw the t-SNE map in one colour per class, with random points as rings and lines to their true neighbours."""
    positions, placed, neighbours = (latent_map.arrays[name] for name in ("positions", "placed", "near"))
    labels = data.test.labels.numpy()
    figure = Figure((8, 7))
    axes = figure.subplots()
    palette = mpl.colormaps["tab10"]
    for number, name in enumerate(data.classes):
        x, y = positions[labels == number].T
        axes.scatter(x, y, s=3, color=palette(number % 10), alpha=0.5, linewidths=0, label=name)
    for neighbour in neighbours[0]:
        axes.plot(*np.stack([placed[0], positions[neighbour]]).T, color=INK, lw=0.6)
    axes.scatter(placed[1:, 0], placed[1:, 1], s=60, facecolors="none", edgecolors=INK, linewidths=1)
    _mark_point(axes, placed[0])
    axes.legend(frameon=False, markerscale=4, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_axis_off()
    return figure


def _mark_point(axes: Axes, point: Any) -> None:
    """Draw a labelled ring around the random point (2,)."""
    style: Any = {"textcoords": "offset points", "color": ACCENT, "weight": "bold"}
    axes.scatter(point[:1], point[1:], s=160, facecolors="none", edgecolors=ACCENT, linewidths=2.5, zorder=4)
    axes.annotate("the random point", point, (12, 12), **style)


def draw_tests(points: StageResult) -> Figure:
    """Draw the result of each test for the random point beside the range of real pictures."""
    tests: dict[str, dict[str, Any]] = points.numbers["tests"]
    figure = Figure((9, 0.7 * len(tests) + 0.6))
    for axes, (name, test) in zip(figure.subplots(len(tests), 1), tests.items(), strict=True):
        _draw_test(axes, name, test)
    figure.tight_layout(h_pad=0.4)
    return figure


def _draw_test(axes: Axes, name: str, test: dict[str, Any]) -> None:
    """Draw one test on an axis that includes both the range and the point."""
    low, high = test["low"], test["high"]
    ends = [end for end in (low, high, test["value"]) if end is not None]
    margin = 0.15 * (max(ends) - min(ends) or 1.0) + 1e-9
    start, end = min(ends) - margin, max(ends) + margin
    axes.axvspan(start if low is None else low, end if high is None else high, color=SECOND_ACCENT, alpha=0.25, lw=0)
    axes.plot([test["value"]], [0], marker="o", ms=9, color=ACCENT)
    axes.set(xlim=(start, end), yticks=[])
    axes.spines["left"].set_visible(False)
    verdict = "unusual" if test["unusual"] else "usual"
    axes.set_ylabel(f"{name.replace('_', ' ')}\n{verdict}", rotation=0, ha="right", va="center")
