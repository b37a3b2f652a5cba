"""New pictures in the manner of one group of artists: ours beside two plain VAEs that learnt for as long.

    python -m experiments.bench.bench_manner [MINUTES] [--cache FOLDER]

241 painted figures (Debian's package wesnoth-1.16-data, `make figures`), of which no shipped net saw anything: four
fifths are learnt from, the others are what new pictures ought to be like. Ours is what a person does: `learn` for so
many minutes, 20 if none are given, then `imagine` 500; of the minutes only those are spent in which `learn` trains the
net that draws, a quarter. Both rivals have the study's VAE at the same 128 pixels, as many numbers in a latent as ours,
and all of the minutes, as far as their first two epochs tell: one with the fast recipe and the calibrated loss, one
with the tutorial's recipe and loss; of both, normal latents are drawn.

The judge is our shipped look net, which none of them learnt from: KID's estimator on the 384 features that it pools,
beside the held-out figures and beside those learnt. A new picture counts as near to a figure learnt when its look is
nearer than one in a hundred held-out figures comes. All are judged without the right and the lower edge, eight pixels,
which the study's decoder leaves grey at this size.
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
from pochade.analysis.prior import standard_normal
from pochade.create.picture_latents import GENERATOR_FILE, fit_to_square
from pochade.embedding.embedder import shipped_embedder
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.read import read_preview
from pochade.learn.finetune_generator import finetune_generator
from pochade.models.checkpoints import save_model
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE, VAEConfig, calibrated_loss, summed_loss
from pochade.study.study_settings import initialised
from pochade.training.evaluation.reconstruction import decode_latents
from pochade.training.evaluation.set_distance import kernel_distance
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE, Recipe

MINUTES, SAMPLES = 20.0, 500
SIDE, LATENT, WIDTHS = 128, 64, (32, 64, 128, 256)
TEST, TENTH = 5, 10  # one in so many figures is held out, and of those learnt, by `learn`
EDGE = 8  # pixels that the study's decoder doesn't reach
NEAR = 1.0  # percentile of the distances from held-out figures to those learnt


def main() -> None:
    """Measure what isn't there yet, and write results/manner.json."""
    parser = argparse.ArgumentParser(description="New pictures in the manner of painted figures.")
    parser.add_argument("minutes", type=float, nargs="?", default=MINUTES)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / f"pochade-manner-{COMMIT}")
    told = parser.parse_args()
    told.cache.mkdir(parents=True, exist_ok=True)
    paths = sorted(PAINTED_FIGURES.rglob("portraits/**/*.png"))
    random.Random(1).shuffle(paths)
    held, learnt = paths[::TEST], [path for place, path in enumerate(paths) if place % TEST]
    ways: dict[str, Callable[[], Array]] = {
        "ours": lambda: imagined(learnt, told.minutes),
        "plain VAE": lambda: plain(FAST_RECIPE, calibrated_loss, drawings(learnt), told.minutes),
        "tutorial": lambda: plain(TUTORIAL_RECIPE, summed_loss, drawings(learnt), told.minutes),
    }
    made = {name: kept(told.cache / f"{name}.npy", make) for name, make in ways.items()}
    record(
        "manner", {"minutes": told.minutes, "learnt": len(learnt), "held_out": len(held)} | judged(made, learnt, held)
    )


def kept(path: Path, make: Callable[[], Array]) -> Array:
    """Pictures (n, 128, 128, 3) from a file, or made and written there."""
    if not path.exists():
        begun = time.perf_counter()
        pictures = make()
        print(path.stem, f"{(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
        np.save(path, pictures)
    found: Array = np.load(path)
    return found


def drawings(paths: list[Path]) -> Array:
    """Figures as all nets read them (n, 128, 128, 3)."""
    return np.stack([fit_to_square(read_preview(path, 2 * SIDE).pixels, SIDE) for path in paths])


def imagined(learnt: list[Path], minutes: float) -> Array:
    """What a person gets who learns these and asks for new ones."""
    with tempfile.TemporaryDirectory() as home:
        art = Path(home) / "art"
        art.mkdir()
        for number, path in enumerate(learnt):
            shutil.copy(path, art / f"{number}{path.suffix}")
        with Collection.open(art) as collection:
            collection.learn(minutes=0)
            contents = collection.index.contents()
            held, others = contents[::TENTH], [one for row, one in enumerate(contents) if row % TENTH]
            net, said = finetune_generator(collection.models, others, held, minutes, lambda _: None)
            print("learnt:", said, flush=True)
            if net is not None:
                save_model(collection.home / GENERATOR_FILE, net.half())
            return np.stack([one.picture for one in collection.imagine(SAMPLES)])


def plain(recipe: Recipe, loss: Callable[..., Tensor], pictures: Array, minutes: float) -> Array:
    """What the study's VAE draws that was trained on pictures for so long."""
    net = initialised(lambda: VAE(VAEConfig(ConvConfig((SIDE, SIDE), 3, WIDTHS), LATENT)), 0)
    data = (torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(),)
    batch = min(recipe.batch_size, 64)
    planned = replace(recipe, batch_size=batch, epochs=2)
    epochs = round(minutes * 60 / (train(copy.deepcopy(net), loss, data, planned).seconds / planned.epochs))
    train(net, loss, data, replace(planned, epochs=epochs))
    print(recipe.name, epochs, "epochs", flush=True)
    drawn = decode_latents(net.eval(), standard_normal(SAMPLES, net.latent_shape, 0))  # (N, 3, 128, 128)
    return (drawn.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def judged(made: dict[str, Array], learnt: list[Path], held: list[Path]) -> dict[str, Any]:
    """How far each way's pictures are from real ones, beside each other, and how many are near to what was learnt."""
    (known, known_looks), (new, new_looks) = seen(drawings(learnt)), seen(drawings(held))
    near = float(np.percentile(nearest(new_looks, known_looks), NEAR))
    figures: dict[str, Any] = {"near": near, "kid_of_figures_learnt": kernel_distance(known, new)[0]}
    for name, pictures in made.items():
        features, looks = seen(pictures)
        (kid, deviation), (kid_learnt, _) = kernel_distance(features, new), kernel_distance(features, known)
        share = float((nearest(looks, known_looks) < near).mean())
        figures[name] = {
            "kid": kid, "deviation": deviation, "kid_to_learnt": kid_learnt, "nearer_than_held_out": share
        }  # fmt: skip
        print(name, figures[name], flush=True)
    beside = {name: figures["ours"]["kid"] / figures[name]["kid"] for name in made if name != "ours"}
    return figures | {"kid_over": beside}


@torch.inference_mode()
def seen(pictures: Array) -> tuple[Tensor, Array]:
    """What the look net pools of pictures (n, 384), and their looks (n, 64)."""
    net, pooled, looks = shipped_embedder(), list[Tensor](), list[Array]()
    listening = net.embedding_model.linear.register_forward_pre_hook(lambda _, given: pooled.append(given[0]))
    for some in np.array_split(pictures, -(-len(pictures) // 64)):
        looks.append(net.embed([make_squares(picture[:-EDGE, :-EDGE]) for picture in some]))
    listening.remove()
    return torch.cat(pooled), np.concatenate(looks)


def nearest(some: Array, others: Array) -> Array:
    """The distance of each look (n, 64) to the nearest of others: 1 - cosine."""
    distances: Array = 1 - (some @ others.T).max(1)
    return distances


if __name__ == "__main__":
    main()
