"""How the shipped net that makes new pieces was trained: on openclipart, but for a fixed tenth.

    python -m experiments.recipes.train_generator --epochs 15 --to create.safetensors

It took an hour on two cores that other work shared. What came of it is in `docs/log.md`.
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
    """A drawing as the net sees it, (128, 128, 3) uint8."""
    return letterbox(read_preview(path, 256).pixels, SIDE).pixels


def _training_squares(folder: Path) -> torch.Tensor:
    """The drawings that may be trained on, (N, 3, 128, 128) uint8."""
    known = load_drawings(folder)
    paths = [Path(known[number].path) for number in training_split(known)[0]]
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(_letterbox_drawing, paths, chunksize=16))
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).contiguous()


def main() -> None:
    """Train it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    wanted = parser.parse_args()
    code = load_model(weights.FOLDER / weights.SKETCH_FILE)
    assert isinstance(code, SketchVAE)
    pictures = _training_squares(wanted.drawings)
    torch.manual_seed(0)
    net, creating = FlowMatchingVAE(), FlowMatchingObjective(code)
    seen_by = [encode_on_white(code, part.float() / 255) for part in pictures.split(BATCH)]
    fit_linear_parts(net, torch.cat(seen_by))
    recipe = Recipe("fast", wanted.epochs, BATCH, "muon", RATE, one_cycle=True)
    train(net, creating.loss, (pictures,), recipe, checkpoint=wanted.to.with_suffix(".training"), report=print_progress)
    save_model(wanted.to, net.half())


if __name__ == "__main__":
    main()
