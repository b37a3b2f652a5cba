"""The nets in use, trained further on one person's art, and kept only where pieces held out show that it helped."""

import copy
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.analysis.near_pairs import alike
from pochade.embedding.embedder import Embedder, as_tensors
from pochade.errors import TrainingDiverged
from pochade.images.geometry.letterbox import Square, Squares
from pochade.models import EmbeddingModel, SketchVAE, weights
from pochade.models.checkpoints import save_model
from pochade.models.model_input import LetterboxedBatch
from pochade.models.recipe import Recipe
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Progress, Report
from pochade.training.augment.augmentations import augment
from pochade.training.loop import Progress as Steps
from pochade.training.loop import train
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.rate_distortion import rate_distortion_loss

VIEWS = 4  # damaged views of each piece held out, to be found again
SOFTNESS = 0.01  # of cosine, within which a stranger counts as nearly as near as the piece itself
ALIKE = 0.9  # cosine from which two pieces count as versions of one: they are not taught to be strangers
BATCH = 64
LOOK_SHARE, CODE_SHARE = 0.25, 0.15  # of the minutes; the painter and the restorer get the rest
RATE = 2e-3  # a tenth of what the shipped nets were trained with: they only move a little


def tuned(
    nets: Embedder, learnt: list[Squares], held: list[Squares], minutes: float, home: Path, report: Report
) -> tuple[str | None, dict[str, Any]]:
    """Train copies of both nets, and keep whatever became better.

    Args:
        nets: What to begin with.
        learnt: The person's pieces.
        held: Others of them, on which the nets are judged.
        minutes: That training may take.
        home: Where checkpoints and the result are written.
        report: Called with the progress.

    Returns:
        The name of the new nets, in `home/nets`, or None when neither became better; the figures before and after.
    """
    if len(held) < 2:  # noqa: PLR2004  nothing to be told from
        return None, {}
    before = figures(nets, held)
    look, code = copy.deepcopy(nets.look), copy.deepcopy(nets.code)
    try:
        train_looks(nets, look, learnt, minutes * LOOK_SHARE, home / "training", report)
        train_codes(code, learnt, minutes * CODE_SHARE, home / "training", report)
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    after = figures(Embedder(saved(home / "training" / "draft", look, code)), held)
    look_kept, code_kept = after["margin"] > before["margin"], after["psnr"] > before["psnr"]
    said = {"before": before, "after": after, "look_kept": look_kept, "code_kept": code_kept, "minutes": minutes}
    name = None
    if look_kept or code_kept:
        draft = saved(home / "training" / "draft", look if look_kept else nets.look, code if code_kept else nets.code)
        name = weights.name_of(draft)
        if not (home / "nets" / str(name)).exists():
            (home / "nets").mkdir(exist_ok=True)
            draft.rename(home / "nets" / str(name))  # whole, or not at all
    return name, said


def train_looks(
    nets: Embedder, net: EmbeddingModel, learnt: list[Squares], minutes: float, folder: Path, report: Report
) -> None:
    """Teach a copy of the net that views of one of these pieces belong together."""
    agreement = ContrastiveLoss(len(learnt), net.config.latent_dim)
    kinds = torch.from_numpy(alike(nets.fingerprint(learnt).looks, ALIKE))
    data = (*sources([each.subject for each in learnt]), torch.arange(len(learnt)), kinds)
    trial = ContrastiveLoss(len(learnt), net.config.latent_dim)
    epochs = planned(folder / "look.json", minutes, net, trial.loss, data)
    train_for(epochs, net, agreement.loss, data, folder / weights.LOOK, staged("training the looks", report))


def train_codes(net: SketchVAE, learnt: list[Squares], minutes: float, folder: Path, report: Report) -> None:
    """Teach the net to redraw these pieces."""
    data = sources([each.whole for each in learnt])
    epochs = planned(folder / "code.json", minutes, net, rate_distortion_loss, data)
    train_for(epochs, net, rate_distortion_loss, data, folder / weights.CODE, staged("training the codes", report))


def sources(squares: list[Square]) -> tuple[Tensor, Tensor]:
    """Squares as the losses want them: pixels (N, 3, 96, 96) uint8 and frames (N, 2)."""
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2)
    frames = torch.tensor([[square.width, square.height] for square in squares]) / pixels.shape[-1]
    return pixels.contiguous(), frames


def planned(
    path: Path,
    minutes: float,
    net: nn.Module,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    *,
    batch: int = BATCH,
) -> int:
    """How many epochs fit into the minutes; measured once and kept, so that an interrupted run keeps its plan.

    With other minutes, or other pieces, it is another run.
    """
    plan = {"minutes": minutes, "pictures": len(data[0])}
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(path.read_text())
        if plan.items() <= known.items():
            return int(known["epochs"])
    epochs = max(1, round(minutes * 60 / seconds_of_an_epoch(copy.deepcopy(net).train(), loss, data, batch)))
    write_atomically(path, json.dumps(plan | {"epochs": epochs}).encode())
    return epochs


def seconds_of_an_epoch(net: nn.Module, loss: Callable[..., Tensor], data: tuple[Tensor, ...], batch: int) -> float:
    """Judged by the second of two steps, each all that one of training is; the net is spoilt by it."""
    optimiser = Recipe("fast", 1, batch, "muon", RATE, one_cycle=True).optimiser_for(net.parameters())
    some = [part[:batch].float() / 255 if part.dtype == torch.uint8 else part[:batch] for part in data]
    with torch.random.fork_rng():
        for _ in range(2):
            begun = time.perf_counter()
            optimiser.zero_grad()
            loss(net, *some).backward()
            optimiser.step()
    return (time.perf_counter() - begun) * len(data[0]) / batch


def train_for(
    epochs: int,
    net: nn.Module,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    path: Path,
    report: Callable[[Steps], None],
    *,
    batch: int = BATCH,
    rate: float = RATE,
) -> None:
    """Train for that many epochs; an interrupted run goes on from its file."""
    recipe = Recipe("fast", epochs, batch, "muon", rate, one_cycle=True)
    train(net.train(), loss, data, recipe, checkpoint=path, report=report)
    net.eval()
    if not all(weights.isfinite().all() for weights in net.state_dict().values()):
        raise TrainingDiverged("the last step led to weights that are no numbers")


def staged(stage: str, report: Report) -> Callable[[Steps], None]:
    """Passes a loop's progress on under a stage's name."""
    return lambda steps: report(Progress(stage, steps.step, steps.steps, steps.loss))


def saved(folder: Path, look: nn.Module, code: nn.Module) -> Path:
    """Both nets on disk, in that folder."""
    save_model(folder / weights.LOOK, look)
    save_model(folder / weights.CODE, code)
    return folder


@torch.inference_mode()
def figures(nets: Embedder, held: list[Squares]) -> dict[str, float]:
    """How well pieces held out are found again from damaged views, and redrawn.

    `found` is recall@1 among them. `margin` is the mean log-likelihood that a view is nearer to its piece than each of
    the others, which still moves where every view finds its piece. `psnr` is of the redrawn pieces, in dB.
    """
    pixels, frames = as_tensors([each.subject for each in held])
    clean = torch.from_numpy(nets.looks(pixels, frames))  # (N, D)
    margins, found = [], []
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for _ in range(VIEWS):
            views = augment(LetterboxedBatch(pixels, frames), nets.look.config.side)
            cosines = nets.look(views.contiguous(memory_format=torch.channels_last)) @ clean.T  # (N, N)
            ahead = (cosines.diagonal().unsqueeze(1) - cosines).fill_diagonal_(torch.inf)
            margins.append(functional.logsigmoid(ahead / SOFTNESS).sum(1))
            found.append((ahead > 0).all(1).float())
    drawn = nets.redraw(nets.fingerprint(held).codes)
    whole = np.stack([each.whole.pixels for each in held]).astype(np.float32)
    errors = np.square(drawn - whole).reshape(len(held), -1).mean(1)
    psnr = 10 * np.log10(255**2 / np.maximum(errors, 1e-2))
    return {
        "found": float(torch.cat(found).mean()),
        "margin": float(torch.cat(margins).mean()),
        "psnr": float(psnr.mean()),
        "held_out": len(held),
    }
