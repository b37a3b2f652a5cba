"""How the shipped nets that clean were trained: on openclipart, but for a fixed tenth, and on art made by us.

    python -m experiments.recipes.train_cleaner page --samples 3000 --epochs 12 --to page.safetensors
    python -m experiments.recipes.train_cleaner restorer --samples 20000 --epochs 4 --to cleaner.safetensors

The shipped restorer was trained so at commit 01fb3dd, and twice further with `--onwards`: `--samples 14000 --epochs 2`
just before commit 010b917, and `--samples 16000 --epochs 2` at commit 38a2f4b.
Each run keeps a checkpoint beside its result after every epoch, and goes on from it. What was measured on the tenth
that was held out, with kinds of damage that were held out too, is in `docs/log.md`.
"""

import argparse
from pathlib import Path

import torch

from experiments.recipes.cleaning_data import make_pages, make_patches
from experiments.shared.paths import DRAWINGS
from experiments.shared.progress import print_progress
from pochade.models.checkpoints import load_model, save_model
from pochade.models.denoiser import Denoiser
from pochade.models.page_model import PageModel
from pochade.training.loop import train
from pochade.training.losses.denoising import page_loss, scan_denoising_loss
from pochade.training.recipe import Recipe

BATCH = {"page": 32, "restorer": 16}
RATE = {"page": 1e-2, "restorer": 1.2e-2}


def main() -> None:
    """Train one of the two nets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net", choices=("page", "restorer"))
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--onwards", type=Path, help="weights to begin with, at half the rate")
    parser.add_argument("--seed", type=int, default=0, help="other patches for each")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    wanted = parser.parse_args()
    torch.manual_seed(0)
    net = PageModel() if wanted.net == "page" else Denoiser()
    if wanted.onwards:
        net.load_state_dict(load_model(wanted.onwards).state_dict())
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate = RATE[wanted.net] / (2 if wanted.onwards else 1)
    recipe = Recipe("fast", wanted.epochs, BATCH[wanted.net], "muon", rate, one_cycle=True)
    checkpoint = wanted.to.with_suffix(".training")
    if isinstance(net, PageModel):
        train(net, page_loss, make_pages(wanted.drawings, wanted.samples), recipe, checkpoint=checkpoint, report=print_progress)
    else:
        made = make_patches(wanted.drawings, wanted.samples, wanted.seed)
        train(net, scan_denoising_loss, made, recipe, checkpoint=checkpoint, report=print_progress)
    save_model(wanted.to, net)


if __name__ == "__main__":
    main()
