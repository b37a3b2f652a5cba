"""The figures of the study, each a PNG that can be read without its caption."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure

from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.figure_charts import STYLE, draw_losses, draw_map, draw_pca_errors, draw_tests
from pochade.study.model_diagrams import draw_autoencoder, draw_vae
from pochade.study.model_training import StudyModels, TrainingCurves
from pochade.study.picture_grids import draw_labelled_rows, draw_row, show_picture, tile_pictures
from pochade.study.stage_store import StageResult
from pochade.system.atomic_files import write_atomically

DATA_COLUMNS = 12
GROUP_COLUMNS = 16


def draw_figures(
    folder: Path, data: ImageSet, models: StudyModels, results: Mapping[str, StageResult], curves: TrainingCurves
) -> dict[str, Path]:
    """Draw every figure of the report to a folder.

    Args:
        folder: The folder.
        data: The pictures.
        models: The trained models.
        results: The results of all stages by name.
        curves: The losses of the models.

    Returns:
        The file of each figure by name, in the order of the report.

    Raises:
        OutputUnwritable: The folder can't be written.
    """
    copies, points = results["copies"], results["autoencoder points"]
    figures: dict[str, Callable[[], Figure]] = {
        "data": lambda: draw_data(data),
        "nets": lambda: draw_models(models.autoencoder, models.vae),
        "losses": lambda: draw_losses(curves),
        "autoencoder_copies": lambda: draw_copies(data, copies, "autoencoder"),
        "pca": lambda: draw_pca_errors(copies),
        "map": lambda: draw_map(data, results["map"]),
        "emptiness": lambda: draw_tests(points),
        "autoencoder_random": lambda: draw_row(
            points.arrays["decoded"], "the autoencoder, at eight random latent points"
        ),
        "autoencoder_morph": lambda: draw_morph(results["autoencoder morph"]),
        "vae_copies": lambda: draw_copies(data, copies, "vae"),
        "vae_samples": lambda: draw_samples(results["vae samples"]),
        "vae_morph": lambda: draw_morph(results["vae morph"]),
        "same_point": lambda: draw_same_points(points, results["vae points"]),
        "originality": lambda: draw_originality(results["vae samples"]),
        "groups": lambda: draw_groups(data, results["groups"]),
    }
    paths = {name: folder / f"{name}.png" for name in figures}
    with mpl.rc_context(STYLE):
        for name, draw in figures.items():
            write_atomically(paths[name], _encode_png(draw()))
    return paths


def _encode_png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def draw_data(data: ImageSet) -> Figure:
    """Draw a row of training pictures of each class."""
    rows = [data.train.images[data.train.labels == number][:DATA_COLUMNS] for number in range(len(data.classes))]
    return draw_labelled_rows(rows, data.classes)


def draw_models(autoencoder: Autoencoder, vae: VAE) -> Figure:
    """Draw both models with the shapes between their layers."""
    figure = Figure((11, 6.4))
    upper, lower = figure.subplots(2, 1)
    draw_autoencoder(upper, autoencoder)
    draw_vae(lower, vae)
    return figure


def draw_copies(data: ImageSet, copies: StageResult, model: str) -> Figure:
    """Draw one test picture of each class above a model's reconstruction of it."""
    rows = [copies.arrays["originals"], copies.arrays[model]]
    return draw_labelled_rows(rows, ("original", "copy"), data.classes)


def draw_morph(morph: StageResult) -> Figure:
    """Draw the path between two real pictures, with the real pictures at its ends."""
    (start, end), path = morph.arrays["ends"], morph.arrays["path"]
    figure = Figure((1.0 * (len(path) + 2), 1.3))
    pictures, titles = [start, *path, end], ["real", *[""] * len(path), "real"]
    for axes, picture, title in zip(figure.subplots(1, len(pictures)), pictures, titles, strict=True):
        show_picture(axes, picture)
        axes.set_title(title, fontsize=9)
    return figure


def draw_samples(samples: StageResult) -> Figure:
    """Draw new pictures from the standard normal prior, and from the learned prior."""
    figure = Figure((11, 5.6))
    titles = {"normal": "from the standard normal prior", "mixture": "from the learned prior"}
    for axes, (name, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
        axes.set_title(title)
        show_picture(axes, tile_pictures(samples.arrays[name], columns=8))
    return figure


def draw_same_points(autoencoder_points: StageResult, vae_points: StageResult) -> Figure:
    """Draw what both models decode from the same random numbers, as the latent itself and by the learned prior."""
    arrays = {"autoencoder": autoencoder_points.arrays, "VAE": vae_points.arrays}
    rows = [decoded[name] for name in ("decoded", "decoded_learned") for decoded in arrays.values()]
    return draw_labelled_rows(rows, [*arrays, *(f"{model},\nlearned prior" for model in arrays)])


def draw_originality(samples: StageResult) -> Figure:
    """Draw new pictures above the training pictures that are nearest to them."""
    rows = [samples.arrays["mixture"][:GROUP_COLUMNS], samples.arrays["closest"][:GROUP_COLUMNS]]
    return draw_labelled_rows(rows, ("new", "nearest\ntraining picture"))


def draw_groups(data: ImageSet, clustering: StageResult) -> Figure:
    """Draw a row of pictures from each group that the embeddings form."""
    images, groups = torch.cat([data.train.images, data.test.images]), clustering.arrays["groups"]
    numbers = [number for number in np.unique(groups) if number >= 0]
    rows = [images[torch.from_numpy(np.flatnonzero(groups == number)[:GROUP_COLUMNS])] for number in numbers]
    return draw_labelled_rows(rows, [f"group {number + 1}" for number in numbers])
