"""The study's figures, each a PNG that can be read without its caption."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pochade.analysis.arrays import Floats
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.model_diagrams import draw_autoencoder, draw_vae
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import StageResult
from pochade.system.atomic_files import write_atomically

INK, PAPER, ACCENT, SECOND, MUTED = "#22262e", "#ffffff", "#d1495b", "#2e7d8c", "#9aa3ad"
STYLE: Any = {
    "figure.facecolor": PAPER,
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
Curves = dict[str, dict[str, list[float]]]  # of each net: `losses`, one an epoch, and `trace`, several
Found = dict[str, StageResult]


def draw_figures(
    folder: Path, data: ImageSet, autoencoder: Autoencoder, vae: VAE, found: Found, curves: Curves
) -> dict[str, Path]:
    """Draw every figure of the report into a folder.

    Returns:
        Each figure's file by name, in the order of the report.

    Raises:
        OutputUnwritable: The folder can't be written.
    """
    lost = found["autoencoder points"].arrays
    figures: dict[str, Callable[[], Figure]] = {
        "data": lambda: draw_data(data),
        "nets": lambda: draw_nets(autoencoder, vae),
        "losses": lambda: draw_losses(curves),
        "autoencoder_copies": lambda: draw_copies(data, found["copies"], "autoencoder"),
        "pca": lambda: draw_pca(found["copies"]),
        "map": lambda: draw_map(data, found["map"]),
        "emptiness": lambda: draw_emptiness(found["autoencoder points"]),
        "autoencoder_random": lambda: draw_row(lost["decoded"], "the autoencoder, at eight random latent points"),
        "autoencoder_morph": lambda: draw_morph(found["autoencoder morph"]),
        "vae_copies": lambda: draw_copies(data, found["copies"], "vae"),
        "vae_samples": lambda: draw_samples(found["vae samples"]),
        "vae_morph": lambda: draw_morph(found["vae morph"]),
        "same_point": lambda: draw_same_points(found["autoencoder points"], found["vae points"]),
        "originality": lambda: draw_originality(found["vae samples"]),
        "groups": lambda: draw_groups(data, found["groups"]),
    }
    paths = {name: folder / f"{name}.png" for name in figures}
    with mpl.rc_context(STYLE):
        for name, draw in figures.items():
            write_atomically(paths[name], as_png(draw()))
    return paths


def as_png(figure: Figure) -> bytes:
    """The figure's bytes as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def draw_data(data: ImageSet, columns: int = 12) -> Figure:
    """A row of training pictures of each class."""
    rows = [data.train.images[data.train.labels == number][:columns] for number in range(len(data.classes))]
    return labelled_rows(rows, data.classes)


def draw_nets(autoencoder: Autoencoder, vae: VAE) -> Figure:
    """Both nets with the shape of what flows between their layers."""
    figure = Figure((11, 6.4))
    upper, lower = figure.subplots(2, 1)
    draw_autoencoder(upper, autoencoder)
    draw_vae(lower, vae)
    return figure


def draw_losses(curves: Curves) -> Figure:
    """The loss of both nets as they learn, and its mean over each epoch."""
    figure = Figure((9, 3))
    titles = {"autoencoder": "autoencoder: mean squared error", "vae": "VAE: its loss, nats a picture"}
    for axes, (name, title), colour in zip(figure.subplots(1, 2), titles.items(), (ACCENT, SECOND), strict=True):
        losses, trace = curves[name]["losses"], curves[name]["trace"]
        epochs = np.arange(1, len(losses) + 1)
        axes.plot(np.linspace(0, len(losses), len(trace) + 1)[1:], trace, color=colour, lw=1.2)
        axes.plot(epochs - 0.5, losses, marker="o", ls="", mfc="none", color=colour, label="mean of the epoch")
        axes.set_title(title, loc="left")
        axes.set(xlabel="epochs done", xticks=[0, *epochs], yscale="log" if min(trace) > 0 else "linear")
        axes.legend(frameon=False)
    figure.tight_layout()
    return figure


def draw_copies(data: ImageSet, copies: StageResult, net: str) -> Figure:
    """Test pictures, one of each class, above a net's copies of them."""
    rows = [copies.arrays["originals"], copies.arrays[net]]
    return labelled_rows(rows, ("original", "copy"), data.classes)


def draw_pca(copies: StageResult) -> Figure:
    """The error of both nets among those of PCA with 2 to 576 numbers."""
    errors = copies.numbers["pca"]["test_mse"]
    figure = Figure((7, 3.4))
    axes = figure.subplots()
    axes.plot([int(k) for k in errors], list(errors.values()), marker="o", color=MUTED, label="PCA")
    for net, colour in (("autoencoder", ACCENT), ("vae", SECOND)):
        numbers = copies.numbers[net]
        axes.scatter([numbers["latent_numbers"]], [numbers["test_mse"]], s=70, color=colour, zorder=3, label=net)
    axes.set(xscale="log", yscale="log", xlabel="numbers in the latent", ylabel="test MSE")
    axes.legend(frameon=False)
    return figure


def draw_map(data: ImageSet, found: StageResult) -> Figure:
    """The t-SNE map, a colour a class, with random points hollow and lines to their true nearest neighbours."""
    positions, placed, near = (found.arrays[name] for name in ("positions", "placed", "near"))
    labels = data.test.labels.numpy()
    figure = Figure((8, 7))
    axes = figure.subplots()
    palette = mpl.colormaps["tab10"]
    for number, name in enumerate(data.classes):
        of_class = positions[labels == number]
        axes.scatter(
            of_class[:, 0], of_class[:, 1], s=3, color=palette(number % 10), alpha=0.5, linewidths=0, label=name
        )
    for neighbour in near[0]:
        axes.plot(*np.stack([placed[0], positions[neighbour]]).T, color=INK, lw=0.6)
    axes.scatter(placed[1:, 0], placed[1:, 1], s=60, facecolors="none", edgecolors=INK, linewidths=1)
    ring = placed[0]
    note: Any = {"textcoords": "offset points", "color": ACCENT, "weight": "bold"}
    axes.scatter(ring[:1], ring[1:], s=160, facecolors="none", edgecolors=ACCENT, linewidths=2.5, zorder=4)
    axes.annotate("the random point", ring, (12, 12), **note)
    axes.legend(frameon=False, markerscale=4, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_axis_off()
    return figure


def draw_emptiness(found: StageResult) -> Figure:
    """Each emptiness test: the random point beside the band in which the codes of real pictures lie."""
    tests: dict[str, dict[str, Any]] = found.numbers["tests"]
    figure = Figure((9, 0.7 * len(tests) + 0.6))
    for axes, (name, test) in zip(figure.subplots(len(tests), 1), tests.items(), strict=True):
        draw_test(axes, name, test)
    figure.tight_layout(h_pad=0.4)
    return figure


def draw_test(axes: Axes, name: str, test: dict[str, Any]) -> None:
    """One test on a line that is long enough for both the band and the point."""
    ends = [end for end in (test["low"], test["high"], test["value"]) if end is not None]
    margin = 0.15 * (max(ends) - min(ends) or 1.0) + 1e-9
    left, right = min(ends) - margin, max(ends) + margin
    low, high = test["low"], test["high"]
    axes.axvspan(left if low is None else low, right if high is None else high, color=SECOND, alpha=0.25, lw=0)
    axes.plot([test["value"]], [0], marker="o", ms=9, color=ACCENT)
    axes.set(xlim=(left, right), yticks=[])
    axes.spines["left"].set_visible(False)
    verdict = "unusual" if test["unusual"] else "usual"
    axes.set_ylabel(f"{name.replace('_', ' ')}\n{verdict}", rotation=0, ha="right", va="center")


def draw_row(pictures: Floats, title: str) -> Figure:
    """Pictures side by side."""
    figure = Figure((1.1 * len(pictures), 1.4))
    figure.suptitle(title, fontsize=10)
    for axes, picture in zip(figure.subplots(1, len(pictures)), pictures, strict=True):
        show(axes, picture)
    return figure


def draw_morph(found: StageResult) -> Figure:
    """The two real pictures, and between them what the net draws on the way."""
    start, end = found.arrays["ends"]
    path = found.arrays["path"]
    figure = Figure((1.0 * (len(path) + 2), 1.3))
    pictures, titles = [start, *path, end], ["real", *[""] * len(path), "real"]
    for axes, picture, title in zip(figure.subplots(1, len(pictures)), pictures, titles, strict=True):
        show(axes, picture)
        axes.set_title(title, fontsize=9)
    return figure


def draw_samples(found: StageResult) -> Figure:
    """64 new pictures from the standard normal prior, and 64 from the mixture fitted to the codes."""
    figure = Figure((11, 5.6))
    titles = {"normal": "from the standard normal prior", "mixture": "from the learned prior"}
    for axes, (name, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
        axes.set_title(title)
        show(axes, tiled(found.arrays[name], columns=8))
    return figure


def draw_same_points(lost: StageResult, kept: StageResult) -> Figure:
    """The same random numbers decoded by both nets, as the latent itself and as a draw from the learned prior."""
    nets = {"autoencoder": lost.arrays, "VAE": kept.arrays}
    rows = [arrays[way] for way in ("decoded", "decoded_learned") for arrays in nets.values()]
    return labelled_rows(rows, [*nets, *(f"{net},\nlearned prior" for net in nets)])


def draw_originality(found: StageResult, columns: int = 16) -> Figure:
    """New pictures above the training pictures that are nearest to them."""
    rows = [found.arrays["mixture"][:columns], found.arrays["closest"][:columns]]
    return labelled_rows(rows, ("new", "nearest\ntraining picture"))


def draw_groups(data: ImageSet, found: StageResult, columns: int = 16) -> Figure:
    """A row of pictures from each group that the fingerprints form."""
    images, groups = torch.cat([data.train.images, data.test.images]), found.arrays["groups"]
    numbers = [number for number in np.unique(groups) if number >= 0]
    rows = [images[torch.from_numpy(np.flatnonzero(groups == number)[:columns])] for number in numbers]
    return labelled_rows(rows, [f"group {number + 1}" for number in numbers])


def labelled_rows(rows: Sequence[Any], names: Sequence[str], columns: Sequence[str] = ()) -> Figure:
    """Rows of pictures with a name on the left, and names above the columns."""
    width = max(len(row) for row in rows)
    figure = Figure((0.75 * width + 1.2, 0.8 * len(rows) + 0.2))
    grid = figure.subplots(len(rows), width, squeeze=False)
    for line, row, name in zip(grid, rows, names, strict=True):
        for axes in line:
            axes.set_axis_off()
        for axes, picture in zip(line, row, strict=False):
            show(axes, picture)
        line[0].text(-0.15, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=9)
    for axes, column in zip(grid[0], columns, strict=False):
        axes.set_title(column, fontsize=8)
    figure.subplots_adjust(wspace=0.08, hspace=0.08)
    return figure


def tiled(pictures: Floats, columns: int) -> Floats:
    """Pictures (N, C, H, W) as one picture (C, rows x H, columns x W)."""
    count, channels, height, width = pictures.shape
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, channels, height, width), pictures.dtype)
    sheet[:count] = pictures
    sheet = sheet.reshape(rows, columns, channels, height, width).transpose(2, 0, 3, 1, 4)
    return sheet.reshape(channels, rows * height, columns * width)


def show(axes: Axes, picture: Any) -> None:
    """One picture (C, H, W), uint8 or in [0, 1], without axes."""
    values = np.asarray(picture)
    values = values / 255 if values.dtype == np.uint8 else values
    shown = values[0] if len(values) == 1 else values.transpose(1, 2, 0)
    axes.imshow(shown, cmap="gray_r" if len(values) == 1 else None, vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
