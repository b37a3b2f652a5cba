"""How the shipped fingerprint nets were trained: on openclipart, but for a fixed tenth, and on synthetic pictures.

    python -m experiments.recipes.train_embedding_and_sketch look --side 64 --epochs 33 --to first.safetensors
    python -m experiments.recipes.train_embedding_and_sketch look --side 64 --epochs 14 --to second.safetensors --onwards first.safetensors
    python -m experiments.recipes.train_embedding_and_sketch look --epochs 16 --to look.safetensors --onwards second.safetensors
    python -m experiments.recipes.train_embedding_and_sketch code --epochs 24 --to code.safetensors

The third run was begun with 24 epochs and shortened after six. Each run keeps a checkpoint beside its result after
every epoch, and goes on from it. What was measured on the tenth that was held out, and what else was tried, is in
`docs/log.md`.
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

SHAPE_PICTURES = {"look": 3_000, "code": 2_000}  # pictures
RATE = {"look": 2e-2, "code": 1.5e-2}
BATCH = {"look": 192, "code": 64}


class TrainingData(NamedTuple):
    """What a net is trained on."""

    pixels: torch.Tensor  # (N, 3, 96, 96) uint8
    frames: torch.Tensor  # (N, 2)
    kinds: torch.Tensor  # (N,)


def _load_training_data(folder: Path, net: str) -> TrainingData:
    """The drawings that may be trained on, and synthetic pictures."""
    known = load_drawings(folder)
    chosen, kind = training_split(known)
    squares = [known[number].squares.subject if net == "look" else known[number].squares.whole for number in chosen]
    made = [make_squares(draw_shape_picture(seed)).whole for seed in range(SHAPE_PICTURES[net])]
    pixels = np.stack([square.pixels for square in (*squares, *made)])
    frames = torch.tensor([[square.width, square.height] for square in (*squares, *made)]) / SQUARE_SIDE
    own = kind.max() + 1 + np.arange(len(made))
    return TrainingData(
        torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(),
        frames,
        torch.from_numpy(np.append(kind[chosen], own)),
    )


def _initial_model(name: str, side: int, weights: Path | None) -> nn.Module:
    """The net to train: a new one, or one with the weights of another run."""
    net: nn.Module = SketchVAE() if name == "code" else EmbeddingModel(EmbeddingConfig(side=side))
    if weights:
        net.load_state_dict(load_model(weights).state_dict())
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def main() -> None:
    """Train one of the two nets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net", choices=("look", "code"))
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument(
        "--side", type=int, default=EmbeddingConfig.side, help="pixels a side of what looks are made of"
    )
    parser.add_argument("--onwards", type=Path, help="weights to begin with, at half the rate")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    wanted = parser.parse_args()
    torch.manual_seed(0)
    net, learnt = _initial_model(wanted.net, wanted.side, wanted.onwards), _load_training_data(wanted.drawings, wanted.net)
    rate = RATE[wanted.net] / (2 if wanted.onwards else 1)
    recipe = Recipe("fast", wanted.epochs, BATCH[wanted.net], "muon", rate, one_cycle=True)
    checkpoint = wanted.to.with_suffix(".training")
    count = torch.arange(len(learnt.pixels))
    if isinstance(net, EmbeddingModel):
        loss = ContrastiveLoss(len(count), net.config.latent_dim).loss
        pieces = (learnt.pixels, learnt.frames, count, learnt.kinds)
        train(net, loss, pieces, recipe, checkpoint=checkpoint, report=print_progress)
    else:
        train(net, rate_distortion_loss, (learnt.pixels, learnt.frames), recipe, checkpoint=checkpoint, report=print_progress)
    save_model(wanted.to, net)


if __name__ == "__main__":
    main()
