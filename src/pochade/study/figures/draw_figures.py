"""Every figure of the lesson, each in a file of its own: pictures as PNG, charts and diagrams as SVG."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import matplotlib as mpl
from matplotlib.figure import Figure
from torch import nn

from pochade.study.fashion_mnist import ImageSet
from pochade.study.figures.concept_diagrams import draw_idea, draw_reparameterisation, draw_stride
from pochade.study.figures.figure_charts import (
    BYTE_TITLES,
    SHARE_MODELS,
    VAE_BYTES,
    draw_bytes,
    draw_distances,
    draw_losses,
    draw_neighbour_counts,
    draw_pca_errors,
    draw_shares,
    draw_tests,
    draw_trade,
)
from pochade.study.figures.latent_charts import draw_clouds, draw_map, draw_planes
from pochade.study.figures.model_diagrams import draw_autoencoder, draw_vae
from pochade.study.figures.model_titles import model_title
from pochade.study.figures.picture_grids import encode_sheet
from pochade.study.figures.picture_sheets import picture_sheets
from pochade.study.figures.share_interval import share_interval
from pochade.study.figures.svg_files import AUTOENCODER, STYLE, encode_svg
from pochade.system.atomic_files import write_atomically

NEIGHBOUR_TITLES = {"pixels": "by pixels", "autoencoder": "by latents", "embedding": "by embeddings"}
PLANE_PICTURES = 3_000  # test pictures whose latents are shown in the planes of the models with two numbers
TEST_TITLES = {
    "neighbour_distance": "distance to the ten nearest training latents",
    "mahalanobis": "distance from the mean, in standard deviations",
    "log_density": "log likelihood under fitted bell curves",
    "cycle_error": "change by decoding and encoding again",
}


class MeasuredStage(Protocol):
    """The result of one stage of the study."""

    @property
    def numbers(self) -> Mapping[str, Any]:
        """What goes to `metrics.json`."""

    @property
    def arrays(self) -> Mapping[str, Any]:
        """What the figures show."""


def draw_figures(
    folder: Path,
    data: ImageSet,
    models: Mapping[str, nn.Module],
    results: Mapping[str, MeasuredStage],
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    metrics: Mapping[str, Any],
) -> dict[str, Path]:
    """Draw every figure of the lesson to a folder.

    Args:
        folder: The folder.
        data: The pictures.
        models: The trained models by name.
        results: The results of all stages by name.
        curves: The losses of the models by name.
        metrics: Every number of the study.

    Returns:
        The file of each figure by name.

    Raises:
        OutputUnwritable: The folder can't be written.
    """
    files: dict[str, Path] = {}
    for name, rows in picture_sheets(data, models, results).items():
        files[name] = folder / f"{name}.png"
        write_atomically(files[name], encode_sheet(rows))
    with mpl.rc_context(STYLE):
        for name, draw in _charts(data, models, results, curves, metrics).items():
            files[name] = folder / f"{name}.svg"
            write_atomically(files[name], encode_svg(draw(), name))
    return files


def _charts(
    data: ImageSet,
    models: Mapping[str, Any],
    results: Mapping[str, MeasuredStage],
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    metrics: Mapping[str, Any],
) -> dict[str, Callable[[], Figure]]:
    """The function that draws each chart or diagram, by the name of its file."""
    place = results["map"].arrays
    distances = {name: results[f"{name} points"].numbers["distances"] for name in SHARE_MODELS}
    planes = {model_title(name): models[name] for name in ("autoencoder_2", "vae_2")}
    images, labels = data.test.images[:PLANE_PICTURES], data.test.labels[:PLANE_PICTURES]
    return {
        "idea": lambda: draw_idea(models["autoencoder_16"], data.test.images[0]),
        "autoencoder_layers": lambda: draw_autoencoder(models["autoencoder"]),
        "stride": draw_stride,
        "autoencoder_loss": lambda: draw_losses(curves["autoencoder"], AUTOENCODER, "mean squared error"),
        "pca": lambda: draw_pca_errors(metrics),
        "bytes": lambda: draw_bytes(metrics, [name for name in BYTE_TITLES if not name.startswith("vae")]),
        "vae_bytes": lambda: draw_bytes(metrics, VAE_BYTES),
        "neighbour_counts": lambda: draw_neighbour_counts(results["neighbours"].arrays, NEIGHBOUR_TITLES),
        "map": lambda: draw_map(
            place["positions"], data.test.labels.numpy(), data.classes, place["placed"], place["near"]
        ),
        "point_tests": lambda: draw_tests(results["autoencoder points"].numbers["tests"], TEST_TITLES),
        "autoencoder_distances": lambda: draw_distances({"autoencoder": distances["autoencoder"]}, metrics),
        "distances": lambda: draw_distances(distances, metrics),
        "vae_layers": lambda: draw_vae(models["vae"]),
        "reparameterisation": draw_reparameterisation,
        "clouds": lambda: draw_clouds(models["vae_2"], images, labels, data.classes),
        "planes": lambda: draw_planes(planes, images, labels, data.classes),
        "empty_share": lambda: draw_shares(_shares(metrics), metrics),
        "trade": lambda: draw_trade(metrics["rate_distortion"]),
    }


def _shares(metrics: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """The share of random points that is out of distribution, with its interval, by model."""
    shares = {name: metrics["empty_share"][name] for name in SHARE_MODELS}
    return {name: (share, *share_interval(share, metrics["judged_points"])) for name, share in shares.items()}
