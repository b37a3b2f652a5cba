"""How the shipped net that makes new pieces was trained: on openclipart, but for a fixed tenth.

    python -m experiments.recipes.creating --epochs 15 --to create.safetensors

It took an hour on two cores that other work shared. What came of it is in `docs/log.md`.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from experiments.recipes.fingerprints import DRAWINGS, drawings, learnt_from, said
from pochade.images.geometry.letterbox import letterbox
from pochade.images.io.read import read_preview
from pochade.models import FlowMatchingVAE, SketchVAE, weights
from pochade.models.checkpoints import load_model, save_model
from pochade.training.recipe import Recipe
from pochade.models.sketch_model import encode_on_white
from pochade.training.loop import train
from pochade.training.losses.flow_matching import FlowMatchingObjective, fit_linear_parts

SIDE = 128  # pixels
BATCH, RATE = 32, 1e-2


def seen(path: Path) -> np.ndarray:
    """A drawing as the net sees it, (128, 128, 3) uint8."""
    return letterbox(read_preview(path, 256).pixels, SIDE).pixels


def squares(folder: Path) -> torch.Tensor:
    """The drawings that may be trained on, (N, 3, 128, 128) uint8."""
    known = drawings(folder)
    paths = [Path(known[number].path) for number in learnt_from(known)[0]]
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(seen, paths, chunksize=16))
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
    pictures = squares(wanted.drawings)
    torch.manual_seed(0)
    net, creating = FlowMatchingVAE(), FlowMatchingObjective(code)
    seen_by = [encode_on_white(code, part.float() / 255) for part in pictures.split(BATCH)]
    fit_linear_parts(net, torch.cat(seen_by))
    recipe = Recipe("fast", wanted.epochs, BATCH, "muon", RATE, one_cycle=True)
    train(net, creating.loss, (pictures,), recipe, checkpoint=wanted.to.with_suffix(".training"), report=said)
    save_model(wanted.to, net.half())


if __name__ == "__main__":
    main()
