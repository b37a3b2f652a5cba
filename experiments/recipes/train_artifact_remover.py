"""Trains the shipped artifact removers, which restore pictures that AVIF encoded.

    recipe="python -m experiments.recipes.train_artifact_remover --pairs 5000"
    $recipe --epochs 28 --to first.weights
    $recipe --epochs 10 --rate 0.004 --start-from first.weights --to second.weights
    $recipe --epochs 10 --previews --start-from second.weights --to preview.weights
    bash experiments/recipes/fetch-paintings.sh PAINTINGS
    painted="python -m experiments.recipes.train_artifact_remover --pairs 9000 --seed 17 --paintings PAINTINGS"
    $painted --epochs 9 --rate 0.005 --start-from second.weights --to third.weights
    $painted --epochs 22 --start-from third.weights --to avif.weights

The last two results are shipped as `preview.net` and `avif.net`. In the first run the loss had a floor of 1e-5, so
nothing pulled the model beyond 50 dB. The training pairs come from `experiments/recipes/avif_pairs.py`. The outcome is
in `docs/log.md`; `experiments/bench/bench_restoring.py` measures it.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional

from experiments.recipes.avif_pairs import make_avif_pairs
from experiments.shared.paths import DRAWINGS
from experiments.shared.progress import print_progress
from pochade.models.denoiser import Denoiser, DenoiserConfig
from pochade.models.packed_weights import pack_model, unpack_model
from pochade.system.atomic_files import write_atomically
from pochade.training.loop import train
from pochade.training.losses.denoising import artifact_removal_loss
from pochade.training.recipe import Recipe

AVIF_CONFIG = DenoiserConfig(planes=1, finds=0, widths=(32, 64, 96), change=0.1, keeps_grey=True)
PREVIEW_CONFIG = DenoiserConfig(planes=2, finds=0, widths=(32, 64, 96), change=0.3, keeps_grey=True)
BATCH, RATE, SEED = 24, 6e-3, 1


def _initial_model(*, previews: bool, weights: Path | None) -> Denoiser:
    """Build a new model, or one with the weights of another, which may have fewer conditioning planes."""
    torch.manual_seed(0)
    model = Denoiser(PREVIEW_CONFIG if previews else AVIF_CONFIG)
    if weights is not None:
        source = unpack_model(weights.read_bytes())
        state = source.state_dict()
        old_kernel, new_kernel = state["unet.enter.weight"], model.unet.enter.weight
        missing_planes = new_kernel.shape[1] - old_kernel.shape[1]
        state["unet.enter.weight"] = functional.pad(old_kernel, (0, 0, 0, 0, 0, missing_planes))
        for name in ("unet.leave.weight", "unet.leave.bias"):
            state[name] = state[name] * (source.config.change / model.config.change)
        model.load_state_dict(state)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def main() -> None:
    """Train one artifact remover. An interrupted run continues from its last epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, required=True, help="training pairs")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    parser.add_argument("--previews", action="store_true", help="train the model for previews")
    parser.add_argument("--rate", type=float, default=RATE, help="learning rate")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the training pairs")
    parser.add_argument("--paintings", type=Path, help="folder of paintings to learn from as well")
    parser.add_argument("--start-from", type=Path, help="weights to begin with")
    options = parser.parse_args()
    model = _initial_model(previews=options.previews, weights=options.start_from)
    recipe = Recipe("fast", options.epochs, BATCH, "muon", options.rate, one_cycle=True)
    pairs = make_avif_pairs(
        options.drawings, options.pairs, options.seed, previews=options.previews, paintings=options.paintings
    )
    checkpoint = options.to.with_suffix(".training")
    train(model, artifact_removal_loss, pairs, recipe, checkpoint=checkpoint, report=print_progress)
    write_atomically(options.to, pack_model(model))


if __name__ == "__main__":
    main()
