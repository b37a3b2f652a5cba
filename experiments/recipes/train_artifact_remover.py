"""How the shipped nets that undo AVIF's losses were trained.

    recipe="python -m experiments.recipes.train_artifact_remover --pairs 5000"
    $recipe --epochs 28 --to first.net
    $recipe --epochs 10 --rate 0.004 --begin first.net --to second.net
    $recipe --epochs 10 --small --begin second.net --to preview.net
    bash recipes/fetch-paintings.sh PAINTINGS
    painted="python -m experiments.recipes.train_artifact_remover --pairs 9000 --seed 17 --painted PAINTINGS"
    $painted --epochs 9 --rate 0.005 --begin second.net --to third.net
    $painted --epochs 22 --begin third.net --to avif.net

In the first the loss's floor was 1e-5, which left the net free above 50 dB. Pairs of `experiments/recipes/coded.py`; what came of
it is in `docs/log.md`, and `experiments/bench/bench_restoring.py` measures it.
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


def _initial_model(small: bool, weights: Path | None) -> Denoiser:
    """The net to train: a new one, or one with the weights of another, which is told one thing less."""
    torch.manual_seed(0)
    net = Denoiser(PREVIEW_CONFIG if small else AVIF_CONFIG)
    if weights is not None:
        before = unpack_model(weights.read_bytes())
        known = before.state_dict()
        entered, first = known["unet.enter.weight"], net.unet.enter.weight
        known["unet.enter.weight"] = functional.pad(entered, (0, 0, 0, 0, 0, first.shape[1] - entered.shape[1]))
        for name in ("unet.leave.weight", "unet.leave.bias"):
            known[name] = known[name] * (before.config.change / net.config.change)
        net.load_state_dict(known)
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def main() -> None:
    """Train one; an interrupted run goes on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    parser.add_argument("--small", action="store_true", help="the net of previews")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=SEED, help="of the pairs")
    parser.add_argument("--painted", type=Path, help="paintings to learn from as well")
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    wanted = parser.parse_args()
    net = _initial_model(wanted.small, wanted.begin)
    recipe = Recipe("fast", wanted.epochs, BATCH, "muon", wanted.rate, one_cycle=True)
    made = make_avif_pairs(wanted.drawings, wanted.pairs, wanted.seed, small=wanted.small, painted=wanted.painted)
    train(net, artifact_removal_loss, made, recipe, checkpoint=wanted.to.with_suffix(".training"), report=print_progress)
    write_atomically(wanted.to, pack_model(net))


if __name__ == "__main__":
    main()
