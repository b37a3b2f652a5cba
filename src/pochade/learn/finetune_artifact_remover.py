"""The net that undoes AVIF's losses, trained further on one person's art, and kept only where it helps what is new."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.errors import TrainingDiverged
from pochade.images.base.picture import Array
from pochade.learn.avif_crops import Cut, cuts_of
from pochade.learn.finetune_embedding import planned, staged, train_for
from pochade.models import Denoiser, weights
from pochade.models.artifact_remover import mender_at
from pochade.models.packed_weights import packed, unpacked
from pochade.system.progress import Progress, Report
from pochade.training.losses.denoising import uncoded

SHARE = 0.35  # of the minutes that training may take
MOST = 2_000  # parts: 0.5 GB while they are trained on
OF_A_PIECE = 16  # parts at most
JUDGES = 256  # parts by which the net is judged
BATCH, RATE = 24, 5e-3  # half the rate that the shipped net was trained with


def tuned_restorer(
    home: Path, learnt: list[Path], held: list[Path], minutes: float, report: Report
) -> tuple[Denoiser | None, dict[str, Any]]:
    """Train a copy of the net: the collection's own, if it has one.

    Args:
        home: Where the index's files are.
        learnt: Files of the person's pieces.
        held: Files of others, on which the net is judged.
        minutes: That this training may take.
        report: Called with the progress.

    Returns:
        The net if it became better, else None; what `uncoded` says of the pieces held out before and after.
    """
    report(Progress("cutting pictures", 0, 1))
    parts, judges = some_of(learnt, MOST), some_of(held, JUDGES)
    if len(parts) < BATCH or not judges:
        return None, {}
    own = home / weights.AVIF
    begun = mender_at(own if own.is_file() else weights.FOLDER / weights.AVIF).net
    net = copy.deepcopy(begun)
    before = judged(begun, judges)
    try:
        data, folder = tensors(parts), home / "training"
        del parts
        epochs = planned(folder / "avif.json", minutes, net, uncoded, data, batch=BATCH)
        told = staged("training the restorer", report)
        train_for(epochs, net, uncoded, data, folder / "avif.safetensors", told, batch=BATCH, rate=RATE)
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    net = unpacked(packed(net))  # rounded, as it will be kept
    after = judged(net, judges)
    return net if after < before else None, {"before": before, "after": after}


def some_of(files: list[Path], most: int) -> list[Cut]:
    """Parts of files, about so many at most, and as many of each."""
    chosen = [files[place] for place in np.random.default_rng(0).permutation(len(files))[:most]]
    return cuts_of(chosen, min(OF_A_PIECE, max(1, most // max(1, len(chosen)))))


def tensors(cuts: list[Cut]) -> tuple[Tensor, Tensor, Tensor]:
    """Parts as `uncoded` wants them: coded and clean (N, 3, S, S) uint8, qualities (N, 1, 1, 1) uint8."""
    coded, clean = planes([cut[0] for cut in cuts]), planes([cut[1] for cut in cuts])
    quality = torch.tensor([cut[2] for cut in cuts], dtype=torch.uint8).view(-1, 1, 1, 1)
    return coded, clean, quality


def planes(pictures: list[Array]) -> Tensor:
    """Pictures (S, S, 3) as one tensor (N, 3, S, S)."""
    return torch.from_numpy(np.stack([one.transpose(2, 0, 1) for one in pictures]))


@torch.no_grad()
def judged(net: Denoiser, cuts: list[Cut]) -> float:
    """The loss of a net on parts, each seen in the same way every time."""
    coded, clean, quality = tensors(cuts)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        losses = [
            uncoded(
                net, coded[start : start + BATCH].float() / 255, clean[start : start + BATCH], quality[start:][:BATCH]
            )
            for start in range(0, len(cuts), BATCH)
        ]
    return float(torch.stack(losses).mean())
