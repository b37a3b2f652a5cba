"""Trains the shipped generator on nine tenths of openclipart.

    python -m experiments.recipes.train_generator --epochs 15 --to create.safetensors

It took an hour on two cores that other work shared. The outcome is in `docs/log.md`.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from experiments.shared.openclipart import load_drawings, training_split
from experiments.shared.paths import DRAWINGS
from experiments.shared.progress import print_progress
from pochade.images.geometry.letterbox import letterbox
from pochade.images.io.read import read_preview
from pochade.models import weights
from pochade.models.checkpoints import load_model, save_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.sketch_model import SketchVAE, encode_on_white
from pochade.training.loop import train
from pochade.training.losses.flow_matching import FlowMatchingObjective, fit_linear_parts
from pochade.training.recipe import Recipe

SIDE = 128  # pixels
BATCH, RATE = 32, 1e-2


def _letterbox_drawing(path: Path) -> np.ndarray:
    """Read a drawing as the generator sees it: (128, 128, 3) uint8."""
    return letterbox(read_preview(path, 256).pixels, SIDE).pixels


def _training_squares(folder: Path) -> torch.Tensor:
    """Read the drawings that may be trained on: (N, 3, 128, 128) uint8."""
    drawings = load_drawings(folder)
    paths = [Path(drawings[number].path) for number in training_split(drawings)[0]]
    with ProcessPoolExecutor(2) as pool:
        squares = list(pool.map(_letterbox_drawing, paths, chunksize=16))
    return torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).contiguous()


def main() -> None:
    """Train the generator on top of the shipped sketch model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    options = parser.parse_args()
    sketch_model = load_model(weights.FOLDER / weights.SKETCH_FILE)
    assert isinstance(sketch_model, SketchVAE)
    pictures = _training_squares(options.drawings)
    torch.manual_seed(0)
    model, objective = FlowMatchingVAE(), FlowMatchingObjective(sketch_model)
    latents = [encode_on_white(sketch_model, batch.float() / 255) for batch in pictures.split(BATCH)]
    fit_linear_parts(model, torch.cat(latents))
    recipe = Recipe("fast", options.epochs, BATCH, "muon", RATE, one_cycle=True)
    checkpoint = options.to.with_suffix(".training")
    train(model, objective.loss, (pictures,), recipe, checkpoint=checkpoint, report=print_progress)
    save_model(options.to, model.half())


if __name__ == "__main__":
    main()
