"""Charts of losses, errors, bytes and shares, narrow enough for a phone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pochade.study.figures.model_titles import model_title
from pochade.study.figures.svg_files import ACCENT, AUTOENCODER, GOOD, INK, LINE, MUTED, VAE, WIDTH

Curve = Mapping[str, Sequence[float]]  # `losses`, one per epoch, and `trace`, several per epoch
BYTE_TITLES = {  # in the order of the table; charts sort by size
    "autoencoder_float32": "latent of the autoencoder, 32 bits each",
    "raw": "pixels as they are",
    "png": "PNG, a file each",
    "webp_lossless": "WebP lossless, a file each",
    "autoencoder_8bit": "latent of the autoencoder, 8 bits each",
    "vae_elbo": "lossless, by the VAE's bound (no file)",
    "png_sheet": "PNG, many in one file",
    "webp_lossless_sheet": "WebP lossless, many in one file",
    "webp_q20": "WebP, quality 20",
    "webp_q0": "WebP, quality 0",
    "autoencoder_16_6bit": "16 numbers, 6 bits each",
    "vae_kl": "the VAE's latent: its KL as bytes",
}
BESIDE_FROM = 100  # numbers; labels of larger latents stand to the right, where PCA does not reach
VAE_BYTES = ("raw", "png", "webp_lossless", "png_sheet", "webp_lossless_sheet", "vae_elbo", "vae_kl")
LOSSLESS = ("raw", "png", "png_sheet", "webp_lossless", "webp_lossless_sheet")
SHARE_MODELS = ("autoencoder", "autoencoder_16", "vae_calibrated", "vae")


def colour_of(name: str) -> str:
    """The colour of a model."""
    return VAE if name.startswith("vae") else AUTOENCODER


def draw_losses(curve: Curve, colour: str, label: str) -> Figure:
    """Draw the loss of one model during training, and its mean over each epoch."""
    figure = Figure((WIDTH, 2.7))
    axes = figure.subplots()
    losses, trace = curve["losses"], curve["trace"]
    epochs = np.arange(1, len(losses) + 1)
    axes.plot(np.linspace(0, len(losses), len(trace) + 1)[1:], trace, color=colour, lw=1.8)
    axes.plot(epochs - 0.5, losses, marker="o", ls="", mfc="none", mec=INK, ms=7)
    axes.set(xlabel="epochs done", ylabel=label, xlim=(0, len(losses)), ylim=(0, None))
    axes.set_xticks([0, *epochs] if len(losses) <= 10 else np.linspace(0, len(losses), 5).round())  # noqa: PLR2004
    return figure


def draw_pca_errors(metrics: Mapping[str, Any]) -> Figure:
    """Draw the error of PCA by its number of components, and the errors of the models as labelled points."""
    errors: dict[str, float] = metrics["pca"]["test_mse"]
    figure = Figure((WIDTH, 3.4))
    axes = figure.subplots()
    axes.plot([int(size) for size in errors], list(errors.values()), marker="o", ms=4, color=MUTED)
    last = max(errors, key=int)
    axes.annotate("PCA", (int(last), errors[last]), (6, 6), textcoords="offset points", color=MUTED)
    for name in ("autoencoder_2", "autoencoder_16", "autoencoder_32", "autoencoder"):
        size, error = metrics[name]["latent_numbers"], metrics[name]["test_mse"]
        axes.scatter([size], [error], s=45, color=AUTOENCODER, zorder=3)
        style: Any = {"textcoords": "offset points", "color": AUTOENCODER, "ha": "right", "va": "center"}
        axes.annotate(f"{size:,}", (size, error), (-6, -6) if size < BESIDE_FROM else (30, 8), **style)
    axes.text(0.04, 0.06, "red: autoencoders", transform=axes.transAxes, color=AUTOENCODER)
    axes.set(xscale="log", yscale="log", xlabel="numbers per picture", ylabel="test error (MSE)")
    axes.margins(x=0.16, y=0.16)
    return figure


def draw_bytes(metrics: Mapping[str, Any], names: Collection[str]) -> Figure:
    """Draw the bytes that a test picture takes in some of the forms of `BYTE_TITLES`, largest first."""
    sizes = {name: metrics["bytes"][name] for name in BYTE_TITLES if name in names and metrics["bytes"].get(name)}
    order = sorted(sizes, key=lambda name: -sizes[name])
    figure = Figure((WIDTH, 0.5 * len(order) + 0.3))
    axes = figure.subplots()
    for row, name in enumerate(order):
        colour = VAE if name == "vae_elbo" else _format_colour(name)
        axes.barh([row + 0.18], [sizes[name]], height=0.3, left=1, color=colour)
        axes.text(1.0, row - 0.2, f"{BYTE_TITLES[name]}: {_byte_text(sizes[name])} bytes", va="center")
    axes.set(xscale="log", xlim=(1, None), ylim=(len(order) - 0.4, -0.6), yticks=[], xticks=[])
    axes.minorticks_off()
    axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def _format_colour(name: str) -> str:
    """Grey for what loses nothing, green for WebP with loss, and the model's colour for latents."""
    return MUTED if name in LOSSLESS else GOOD if name.startswith("webp") else colour_of(name)


def _byte_text(size: float) -> str:
    return f"{size:.1f}" if size < 10 else f"{size:,.0f}"  # noqa: PLR2004


def draw_shares(shares: Mapping[str, tuple[float, float, float]], metrics: Mapping[str, Any]) -> Figure:
    """Draw shares with their intervals as bars from 0 to 100 %.

    Args:
        shares: By model the share, and the ends of its interval, 0 to 1.
        metrics: Every number of the study; gives the models their names.
    """
    figure = Figure((WIDTH, 0.62 * len(shares) + 0.5))
    axes = figure.subplots()
    for row, (name, (share, low, high)) in enumerate(shares.items()):
        axes.barh([row + 0.2], [100], height=0.3, color=LINE, alpha=0.5)
        axes.barh([row + 0.2], [100 * share], height=0.3, color=colour_of(name))
        axes.plot([100 * low, 100 * high], [row + 0.2] * 2, color=INK, lw=2, marker="|", ms=8)
        axes.text(0, row - 0.18, f"{model_title(name, metrics)} numbers: {100 * share:.1f} %", va="center")
    axes.set(xlim=(0, 100.5), ylim=(len(shares) - 0.4, -0.6), yticks=[])
    axes.set_xlabel(f"% of {metrics['judged_points']:,} random points")
    axes.spines["left"].set_visible(False)
    return figure


def draw_distances(distances: Mapping[str, Mapping[str, Sequence[float]]], metrics: Mapping[str, Any]) -> Figure:
    """Draw how far real and random latents are from their ten nearest training latents.

    Args:
        distances: By model quantiles of the mean distances: `real` of test pictures, `random` of random points.
        metrics: Every number of the study; gives the models their names.
    """
    figure = Figure((WIDTH, 1.35 * len(distances) + 0.6))
    rows = figure.subplots(len(distances), 1, squeeze=False)[:, 0]
    for axes, (name, quantiles) in zip(rows, distances.items(), strict=True):
        axes.set_title(f"{model_title(name, metrics)} numbers", loc="left", color=colour_of(name))
        for level, (kind, colour) in enumerate((("real", MUTED), ("random", ACCENT))):
            _draw_strip(axes, level, quantiles[kind], colour)
        axes.set(yticks=[0, 1], yticklabels=["real pictures", "random points"], ylim=(1.6, -0.6), xlim=(0, None))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    rows[-1].set_xlabel("distance to the ten nearest training latents")
    figure.tight_layout()
    return figure


def draw_neighbour_counts(neighbours: Mapping[str, Any], titles: Mapping[str, str]) -> Figure:
    """Draw how many of the shown neighbours have the class of their query.

    Args:
        neighbours: `query_labels` (Q,), and for each way of searching the labels (Q, K) of what was found, under its
            name and `_labels`.
        titles: The names of the ways, and how they are called.
    """
    figure = Figure((WIDTH, 0.62 * len(titles)))
    axes = figure.subplots()
    for row, (name, title) in enumerate(titles.items()):
        labels = np.asarray(neighbours[f"{name}_labels"])
        right = (labels == np.asarray(neighbours["query_labels"])[:, None]).sum(1)
        counts = " + ".join(map(str, right))
        axes.barh([row + 0.2], [labels.size], height=0.3, color=LINE, alpha=0.5)
        axes.barh([row + 0.2], [right.sum()], height=0.3, color=VAE if name == "embedding" else MUTED)
        axes.text(0, row - 0.18, f"{title}: {counts} = {right.sum()} of {labels.size}", va="center")
    axes.set(ylim=(len(titles) - 0.4, -0.6), yticks=[], xticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def _draw_strip(axes: Axes, level: int, quantiles: Sequence[float], colour: str) -> None:
    """Draw a thin line over all quantiles, and a thick one over the middle half."""
    values = np.sort(np.asarray(quantiles, dtype=float))
    quarter = len(values) // 4
    axes.plot(values[[0, -1]], [level] * 2, color=colour, lw=2)
    axes.plot(values[[quarter, -1 - quarter]], [level] * 2, color=colour, lw=9, solid_capstyle="butt")


def draw_trade(trade: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw error, density and coverage of the VAEs by the information in their latents."""
    trade = sorted(trade, key=lambda row: row["kl"])
    figure = Figure((WIDTH, 5.4))
    upper, lower = figure.subplots(2, 1, sharex=True)
    information = [row["kl"] for row in trade]
    upper.plot(information, [row["test_mse"] for row in trade], color=VAE, marker="o")
    for number, row in enumerate(trade):
        title = "calibrated" if row["kl_weight"] is None else f"KL × {row['kl_weight']:g}"
        place = (5, 7) if number % 2 or not number else (-6, -17)  # neighbours on the two sides of the curve
        upper.annotate(title, (row["kl"], row["test_mse"]), place, textcoords="offset points")
    upper.set(ylabel="test error (MSE)", ylim=(0, None))
    for name, colour in (("density", GOOD), ("coverage", ACCENT)):
        values = [row[name] for row in trade]
        lower.plot(information, values, color=colour, marker="o")
        lower.annotate(name, (information[0], values[0]), (8, 4), textcoords="offset points", color=colour)
    lower.set(xlabel="KL, nats per picture", ylabel="of samples from N(0, I)", ylim=(0, None))
    upper.margins(x=0.14, y=0.2)
    figure.tight_layout()
    return figure


def draw_tests(tests: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str]) -> Figure:
    """Draw the result of each test for the random point beside the range of real pictures."""
    figure = Figure((WIDTH, 0.95 * len(tests)))
    for axes, (name, test) in zip(figure.subplots(len(tests), 1, squeeze=False)[:, 0], tests.items(), strict=True):
        _draw_test(axes, titles[name], test)
    figure.tight_layout(h_pad=0.6)
    return figure


def _draw_test(axes: Axes, title: str, test: Mapping[str, Any]) -> None:
    """Draw one test on an axis that includes both the range and the point."""
    low, high = test["low"], test["high"]
    ends = [end for end in (low, high, test["value"]) if end is not None]
    margin = 0.15 * (max(ends) - min(ends) or 1.0) + 1e-9
    start, end = min(ends) - margin, max(ends) + margin
    axes.axvspan(start if low is None else low, end if high is None else high, color=VAE, alpha=0.25, lw=0)
    axes.plot([test["value"]], [0], marker="o", ms=9, color=AUTOENCODER)
    axes.set(xlim=(start, end), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_title(f"{title}: {'unusual' if test['unusual'] else 'usual'}", loc="left")
