"""How close new pictures come to the manner of one group of artists: our generator beside two plain VAEs.

    python -m experiments.bench.bench_manner [MINUTES] [--cache FOLDER]

The art is 241 painted figures (Debian's package wesnoth-1.16-data, `make figures`), which no shipped model saw. Four
fifths are learnt from; new pictures ought to be like the others. Ours is what a person does: `learn` for some minutes
(20 by default), then `imagine` 500. Only the minutes are spent in which `learn` trains the generator, a quarter. Both
rivals are the study's VAE at the same 128 pixels with as many numbers in a latent, trained for all of the minutes as
far as their first two epochs predict: one with the fast recipe and the calibrated loss, one with the tutorial's recipe
and loss. Both are sampled from a normal distribution.

The judge is the shipped embedding model, which none of them learnt from: KID's estimator on the 384 features that it
pools, compared with the held-out figures and with those learnt. A new picture counts as near to a learnt figure if its
embedding is nearer than that of one held-out figure in a hundred. All pictures are judged without eight pixels at the
right and lower edge, which the study's decoder leaves grey at this size.
"""

import argparse
import copy
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.shared.paths import PAINTED_FIGURES
from experiments.shared.record import COMMIT, record
from pochade import Collection
from pochade.create.picture_latents import GENERATOR_FILE, fit_to_square
from pochade.embedding.embedder import square_arrays
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.read import read_preview
from pochade.learn.finetune_generator import finetune_generator
from pochade.models import weights
from pochade.models.checkpoints import load_model, save_model
from pochade.models.conv_stacks import ConvConfig
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_functions import EmbedSquares
from pochade.models.vae import VAE, VAEConfig, calibrated_loss, summed_loss
from pochade.study.stages.latent_tensors import standard_normal
from pochade.study.study_settings import build_seeded
from pochade.training.evaluation.reconstruction import decode_latents
from pochade.training.evaluation.set_distance import kernel_distance
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE, Recipe

MINUTES, SAMPLES = 20.0, 500
SIDE, LATENT, WIDTHS = 128, 64, (32, 64, 128, 256)
TEST_EVERY, VALIDATION_EVERY = 5, 10  # one figure in five is held out here; of the others, `learn` holds out one in ten
EDGE_PIXELS = 8  # the study's decoder does not reach them
NEAR_PERCENTILE = 1.0  # of the distances from held-out figures to those learnt


def main() -> None:
    """Measure what is not in the cache, and write `results/manner.json`."""
    parser = argparse.ArgumentParser(description="Measure new pictures in the manner of painted figures.")
    parser.add_argument("minutes", type=float, nargs="?", default=MINUTES)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / f"pochade-manner-{COMMIT}")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    paths = sorted(PAINTED_FIGURES.rglob("portraits/**/*.png"))
    random.Random(1).shuffle(paths)
    held_out, learnt = paths[::TEST_EVERY], [path for number, path in enumerate(paths) if number % TEST_EVERY]
    makers: dict[str, Callable[[], Array]] = {
        "ours": lambda: _imagine(learnt, options.minutes),
        "plain VAE": lambda: _sample_plain_vae(FAST_RECIPE, calibrated_loss, _load_figures(learnt), options.minutes),
        "tutorial": lambda: _sample_plain_vae(TUTORIAL_RECIPE, summed_loss, _load_figures(learnt), options.minutes),
    }
    pictures = {name: _cached_pictures(options.cache / f"{name}.npy", make) for name, make in makers.items()}
    record(
        "manner",
        {"minutes": options.minutes, "learnt": len(learnt), "held_out": len(held_out)}
        | _measure(pictures, learnt, held_out),
    )


def _cached_pictures(path: Path, make: Callable[[], Array]) -> Array:
    """Load pictures (n, 128, 128, 3) from a file, or make and save them."""
    if not path.exists():
        begin = time.perf_counter()
        pictures = make()
        print(path.stem, f"{(time.perf_counter() - begin) / 60:.1f} minutes", flush=True)
        np.save(path, pictures)
    loaded: Array = np.load(path)
    return loaded


def _load_figures(paths: list[Path]) -> Array:
    """Figures as every model reads them, (n, 128, 128, 3)."""
    return np.stack([fit_to_square(read_preview(path, 2 * SIDE).pixels, SIDE) for path in paths])


def _imagine(learnt: list[Path], minutes: float) -> Array:
    """Learn figures as a person would, and imagine new ones."""
    with tempfile.TemporaryDirectory() as workspace:
        art = Path(workspace) / "art"
        art.mkdir()
        for number, path in enumerate(learnt):
            shutil.copy(path, art / f"{number}{path.suffix}")
        with Collection.open(art) as collection:
            collection.learn(minutes=0)
            contents = collection.index.contents()
            held_out, training = (
                contents[::VALIDATION_EVERY],
                [content for row, content in enumerate(contents) if row % VALIDATION_EVERY],
            )
            model, outcome = finetune_generator(collection.models, training, held_out, minutes, lambda _: None)
            print("learnt:", outcome, flush=True)
            if model is not None:
                save_model(collection.home / GENERATOR_FILE, model.half())
            return np.stack([created.picture for created in collection.imagine(SAMPLES)])


def _sample_plain_vae(recipe: Recipe, loss: Callable[..., Tensor], pictures: Array, minutes: float) -> Array:
    """Train the study's VAE on pictures for some minutes, and sample from it."""
    model = build_seeded(lambda: VAE(VAEConfig(ConvConfig((SIDE, SIDE), 3, WIDTHS), LATENT)), 0)
    data = (torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(),)
    batch = min(recipe.batch_size, 64)
    planned = replace(recipe, batch_size=batch, epochs=2)
    epochs = round(minutes * 60 / (train(copy.deepcopy(model), loss, data, planned).seconds / planned.epochs))
    train(model, loss, data, replace(planned, epochs=epochs))
    print(recipe.name, epochs, "epochs", flush=True)
    samples = decode_latents(model.eval(), standard_normal(SAMPLES, model.latent_shape, 0))  # (N, 3, 128, 128)
    return (samples.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def _measure(pictures_of: dict[str, Array], learnt: list[Path], held_out: list[Path]) -> dict[str, Any]:
    """How far each model's pictures are from real ones, and how many are near to a learnt figure."""
    (learnt_features, learnt_embeddings), (held_out_features, held_out_embeddings) = (
        _features_and_embeddings(_load_figures(learnt)),
        _features_and_embeddings(_load_figures(held_out)),
    )
    near = float(np.percentile(_nearest_distances(held_out_embeddings, learnt_embeddings), NEAR_PERCENTILE))
    figures: dict[str, Any] = {
        "near": near,
        "kid_of_figures_learnt": kernel_distance(learnt_features, held_out_features)[0],
    }
    for name, pictures in pictures_of.items():
        features, embeddings = _features_and_embeddings(pictures)
        (kid, deviation), (kid_learnt, _) = (
            kernel_distance(features, held_out_features),
            kernel_distance(features, learnt_features),
        )
        share = float((_nearest_distances(embeddings, learnt_embeddings) < near).mean())
        figures[name] = {
            "kid": kid, "deviation": deviation, "kid_to_learnt": kid_learnt, "nearer_than_held_out": share
        }  # fmt: skip
        print(name, figures[name], flush=True)
    ratios = {name: figures["ours"]["kid"] / figures[name]["kid"] for name in pictures_of if name != "ours"}
    return figures | {"kid_over": ratios}


@torch.inference_mode()
def _features_and_embeddings(pictures: Array) -> tuple[Tensor, Array]:
    """The pooled features (n, 384) of the embedding model, and the embeddings (n, 64)."""
    model, pooled, embeddings = load_model(weights.FOLDER / weights.EMBEDDING_FILE), list[Tensor](), list[Array]()
    assert isinstance(model, EmbeddingModel)
    model.linear.register_forward_pre_hook(lambda _, inputs: pooled.append(inputs[0]))
    embed = EmbedSquares(model)
    for batch in np.array_split(pictures, -(-len(pictures) // 64)):
        squares = [make_squares(picture[:-EDGE_PIXELS, :-EDGE_PIXELS]).subject for picture in batch]
        embeddings.append(embed(*(torch.from_numpy(array) for array in square_arrays(squares))).numpy())
    return torch.cat(pooled), np.concatenate(embeddings)


def _nearest_distances(embeddings: Array, others: Array) -> Array:
    """The distance (1 - cosine) of each embedding (n, 64) to the nearest of others."""
    distances: Array = 1 - (embeddings @ others.T).max(1)
    return distances


if __name__ == "__main__":
    main()
