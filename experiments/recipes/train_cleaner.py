"""Trains the shipped models that clean scans, on nine tenths of openclipart and on synthetic drawings.

    python -m experiments.recipes.train_cleaner page --samples 3000 --epochs 12 --to page.safetensors
    python -m experiments.recipes.train_cleaner cleaner --samples 20000 --epochs 4 --to cleaner.safetensors

The shipped cleaner was trained so at commit 01fb3dd, and twice further with `--start-from`: `--samples 14000
--epochs 2` just before commit 010b917, and `--samples 16000 --epochs 2` at commit 38a2f4b. Each run writes a checkpoint
beside its result after every epoch, and continues from it. `docs/log.md` has the results on the held-out tenth of the
drawings, with kinds of damage that were held out too.
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

BATCH = {"page": 32, "cleaner": 16}
RATE = {"page": 1e-2, "cleaner": 1.2e-2}


def main() -> None:
    """Train the page model or the cleaner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("page", "cleaner"))
    parser.add_argument("--samples", type=int, required=True, help="pages, or patches of pictures")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--start-from", type=Path, help="weights to begin with, at half the learning rate")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other patches")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = PageModel() if options.model == "page" else Denoiser()
    if options.start_from:
        model.load_state_dict(load_model(options.start_from).state_dict())
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate = RATE[options.model] / (2 if options.start_from else 1)
    recipe = Recipe("fast", options.epochs, BATCH[options.model], "muon", rate, one_cycle=True)
    checkpoint = options.to.with_suffix(".training")
    if isinstance(model, PageModel):
        pages = make_pages(options.drawings, options.samples)
        train(model, page_loss, pages, recipe, checkpoint=checkpoint, report=print_progress)
    else:
        patches = make_patches(options.drawings, options.samples, options.seed)
        train(model, scan_denoising_loss, patches, recipe, checkpoint=checkpoint, report=print_progress)
    save_model(options.to, model)


if __name__ == "__main__":
    main()
