"""Trains the shipped embedding and sketch models, on nine tenths of openclipart and on synthetic pictures.

    recipe="python -m experiments.recipes.train_embedding_and_sketch"
    $recipe embedding --side 64 --epochs 33 --to first.safetensors
    $recipe embedding --side 64 --epochs 14 --to second.safetensors --start-from first.safetensors
    $recipe embedding --epochs 16 --to look.safetensors --start-from second.safetensors
    $recipe sketch --epochs 24 --to code.safetensors

The third run was begun with 24 epochs and shortened after six. Each run writes a checkpoint beside its result after
every epoch, and continues from it. `docs/log.md` has the results on the held-out tenth, and what else was tried.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.shared.openclipart import load_drawings, training_split
from experiments.shared.paths import DRAWINGS
from experiments.shared.progress import print_progress
from pochade.images.geometry.letterbox import SQUARE_SIDE, make_squares
from pochade.models.checkpoints import load_model, save_model
from pochade.models.embedding_model import EmbeddingConfig, EmbeddingModel
from pochade.models.sketch_model import SketchVAE
from pochade.training.loop import train
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.rate_distortion import rate_distortion_loss
from pochade.training.recipe import Recipe

SHAPE_PICTURES = {"embedding": 3_000, "sketch": 2_000}
RATE = {"embedding": 2e-2, "sketch": 1.5e-2}
BATCH = {"embedding": 192, "sketch": 64}


class TrainingData(NamedTuple):
    """The pictures that a model is trained on."""

    pixels: torch.Tensor  # (N, 3, 96, 96) uint8
    frames: torch.Tensor  # (N, 2): width and height of the picture within its square, as shares
    kinds: torch.Tensor  # (N,): equal for drawings that show the same


def _load_training_data(folder: Path, model_name: str) -> TrainingData:
    """Read the drawings that may be trained on, and draw synthetic pictures."""
    drawings = load_drawings(folder)
    chosen, kinds = training_split(drawings)
    subjects = model_name == "embedding"
    squares = [drawings[number].squares.subject if subjects else drawings[number].squares.whole for number in chosen]
    synthetic = [make_squares(draw_shape_picture(seed)).whole for seed in range(SHAPE_PICTURES[model_name])]
    pixels = np.stack([square.pixels for square in (*squares, *synthetic)])
    frames = torch.tensor([[square.width, square.height] for square in (*squares, *synthetic)]) / SQUARE_SIDE
    synthetic_kinds = kinds.max() + 1 + np.arange(len(synthetic))
    return TrainingData(
        torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(),
        frames,
        torch.from_numpy(np.append(kinds[chosen], synthetic_kinds)),
    )


def _initial_model(model_name: str, side: int, weights: Path | None) -> nn.Module:
    """Build a new model, or one with the weights of another run."""
    model: nn.Module = SketchVAE() if model_name == "sketch" else EmbeddingModel(EmbeddingConfig(side=side))
    if weights:
        model.load_state_dict(load_model(weights).state_dict())
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def main() -> None:
    """Train the embedding model or the sketch model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("embedding", "sketch"))
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--side", type=int, default=EmbeddingConfig.side, help="pixels a side of embedded squares")
    parser.add_argument("--start-from", type=Path, help="weights to begin with, at half the learning rate")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = _initial_model(options.model, options.side, options.start_from)
    data = _load_training_data(options.drawings, options.model)
    rate = RATE[options.model] / (2 if options.start_from else 1)
    recipe = Recipe("fast", options.epochs, BATCH[options.model], "muon", rate, one_cycle=True)
    checkpoint = options.to.with_suffix(".training")
    if isinstance(model, EmbeddingModel):
        numbers = torch.arange(len(data.pixels))
        loss = ContrastiveLoss(len(numbers), model.config.latent_dim).loss
        parts = (data.pixels, data.frames, numbers, data.kinds)
        train(model, loss, parts, recipe, checkpoint=checkpoint, report=print_progress)
    else:
        train(
            model,
            rate_distortion_loss,
            (data.pixels, data.frames),
            recipe,
            checkpoint=checkpoint,
            report=print_progress,
        )
    save_model(options.to, model)


if __name__ == "__main__":
    main()
