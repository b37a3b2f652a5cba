"""The shipped nets, trained further on one person's art, and kept only where pieces held out show that it helped."""

import copy
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pochade.collection.learning import Progress, Report
from pochade.compress.codes import finish
from pochade.fingerprints import CODES, LOOKS, Fingerprinter, as_tensors
from pochade.images.letterbox import Square, Squares
from pochade.learn.agreement import Agreement
from pochade.learn.checkpoints import save_net
from pochade.learn.coding import Coding
from pochade.learn.damage import Sources, damaged
from pochade.learn.loop import Progress as Steps
from pochade.learn.loop import train
from pochade.learn.recipe import Recipe
from pochade.nets import CodeVAE, LookEncoder

HELD_OUT = 10  # one piece in ten is not trained on
VIEWS = 4  # damaged views of each piece held out, to be found again
BATCH = 64
LOOK_SHARE = 0.6  # of the minutes; the codes get the rest
RATE = 2e-3  # a tenth of what the shipped nets were trained with: they only move a little


def tuned(
    nets: Fingerprinter, squares: list[Squares], minutes: float, home: Path, report: Report
) -> tuple[Fingerprinter | None, dict[str, Any]]:
    """Train copies of both nets, and give nets made of whatever became better.

    Args:
        nets: What to begin with.
        squares: The person's pieces, in random order.
        minutes: That training may take.
        home: Where checkpoints and the result are written.
        report: Called with the progress.

    Returns:
        The new nets, None when neither became better, and the figures on pieces held out, before and after.
    """
    held, learnt = parted(squares)
    before = figures(nets, held)
    look, code = copy.deepcopy(nets.look), copy.deepcopy(nets.code)
    train_looks(look, learnt, minutes * LOOK_SHARE, home / "training" / LOOKS, report)
    train_codes(code, learnt, minutes * (1 - LOOK_SHARE), home / "training" / CODES, report)
    after = figures(saved(home, look, code), held)
    shutil.rmtree(home / "training", ignore_errors=True)
    look_kept, code_kept = after["found_again"] > before["found_again"], after["psnr"] > before["psnr"]
    said = {"before": before, "after": after, "look_kept": look_kept, "code_kept": code_kept, "minutes": minutes}
    if not (look_kept or code_kept):
        return None, said
    return saved(home, look if look_kept else nets.look, code if code_kept else nets.code), said


def parted(squares: list[Squares]) -> tuple[list[Squares], list[Squares]]:
    """A tenth that is held out, and the rest."""
    tenth = max(1, len(squares) // HELD_OUT)
    return squares[:tenth], squares[tenth:]


def train_looks(net: LookEncoder, learnt: list[Squares], minutes: float, path: Path, report: Report) -> None:
    """Teach the net that views of one of these pieces belong together."""
    agreement, number = Agreement(len(learnt), net.config.latent_dim), torch.arange(len(learnt))
    data = (*sources([each.subject for each in learnt]), number, number)
    train_for(minutes, net, agreement.loss, data, path, staged("training the looks", report))


def train_codes(net: CodeVAE, learnt: list[Squares], minutes: float, path: Path, report: Report) -> None:
    """Teach the net to redraw these pieces, and bring its tables up to date."""
    coding = Coding(len(learnt))
    data = (*sources([each.whole for each in learnt]), torch.arange(len(learnt)))
    train_for(minutes, net, coding.loss, data, path, staged("training the codes", report))
    finish(net, float(coding.log_steps.median()))


def sources(squares: list[Square]) -> tuple[Tensor, Tensor]:
    """Squares as the losses want them: pixels (N, 3, 96, 96) uint8 and frames (N, 2)."""
    pixels, frames = as_tensors(squares)
    return (pixels * 255).round().byte(), frames


def train_for(
    minutes: float,
    net: nn.Module,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    path: Path,
    report: Callable[[Steps], None],
) -> None:
    """Train for about that long, by as many epochs as fit; an interrupted run goes on from its file."""
    net.train()
    begun = time.perf_counter()
    loss(
        net, *[tensor[:BATCH].float() / 255 if tensor.dtype == torch.uint8 else tensor[:BATCH] for tensor in data]
    ).backward()
    step = time.perf_counter() - begun
    net.zero_grad()
    epochs = max(1, round(minutes * 60 / (step * len(data[0]) / BATCH)))
    train(net, loss, data, Recipe("fast", epochs, BATCH, "muon", RATE, one_cycle=True), checkpoint=path, report=report)
    net.eval()


def staged(stage: str, report: Report) -> Callable[[Steps], None]:
    """Passes a loop's progress on under a stage's name."""
    return lambda steps: report(Progress(stage, steps.step, steps.steps))


def saved(home: Path, look: nn.Module, code: nn.Module) -> Fingerprinter:
    """Both nets on disk, in a folder that has their name, and loaded from there."""
    draft = home / "nets" / "draft"
    save_net(draft / LOOKS, look)
    save_net(draft / CODES, code)
    made = Fingerprinter(draft)
    final = home / "nets" / made.name
    if not final.exists():
        shutil.copytree(draft, final)
    shutil.rmtree(draft)
    return made


@torch.inference_mode()
def figures(nets: Fingerprinter, held: list[Squares]) -> dict[str, float]:
    """How well pieces held out are found again from damaged views, and redrawn.

    `found_again` is the mean, over views, of the share of other pieces that lie farther off than the piece itself, each
    counted with the softness of a hundredth in cosine: a figure that still moves where every view finds its piece.
    """
    pixels, frames = as_tensors([each.subject for each in held])
    clean = torch.from_numpy(nets.looks(pixels, frames))  # (N, D)
    margins = []
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for _ in range(VIEWS):
            views = damaged(Sources(pixels, frames), nets.look.config.side)
            cosines = nets.look(views.contiguous(memory_format=torch.channels_last)) @ clean.T  # (N, N)
            own = cosines.diagonal().unsqueeze(1)
            margins.append(torch.sigmoid((own - cosines) / 0.01).fill_diagonal_(1).log().sum(1))
    drawn = nets.redraw(nets.fingerprint(held).codes)
    errors = (
        np.square(drawn.astype(np.float32) - np.stack([each.whole.pixels for each in held]))
        .reshape(len(held), -1)
        .mean(1)
    )
    psnr = 10 * np.log10(255**2 / np.maximum(errors, 1e-2))
    return {"found_again": float(torch.cat(margins).mean()), "psnr": float(psnr.mean()), "held_out": float(len(held))}
