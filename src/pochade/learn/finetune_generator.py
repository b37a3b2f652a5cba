"""The net that draws, trained further on one person's art, and kept only where pieces held out show that it helped."""

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.create.picture_latents import PAINTER, painted, painter_in_use
from pochade.errors import TrainingDiverged
from pochade.index.active_models import ActiveModels
from pochade.learn.finetune_embedding import planned, staged, train_for
from pochade.models import FlowMatchingVAE
from pochade.system.progress import Report
from pochade.training.losses.flow_matching import FlowMatchingObjective

SHARE = 0.25  # of the minutes that training may take
MOST = 6_000  # pieces: 0.3 GB while they are trained on
JUDGEMENTS = 256  # noisy pictures at least, by which a net is judged


def tuned_painter(
    in_use: ActiveModels, learnt: list[str], held: list[str], minutes: float, report: Report
) -> tuple[FlowMatchingVAE | None, dict[str, Any]]:
    """Train a copy of the net that draws.

    Args:
        in_use: Where the net and the pieces' thumbnails lie.
        learnt: The person's pieces, by their contents.
        held: Others of them, on which the net is judged.
        minutes: That training of all nets may take.
        report: Called with the progress.

    Returns:
        The net if it became better, else None; its loss on the pieces held out before and after.
    """
    if len(held) < 2:  # noqa: PLR2004  nothing to be told from
        return None, {}
    painter, folder = painter_in_use(in_use), in_use.home / "training"
    creating, net = FlowMatchingObjective(copy.deepcopy(painter.code)), copy.deepcopy(painter.net)
    data, judges = (pictures_of(in_use, learnt[:MOST], painter.side),), pictures_of(in_use, held, painter.side)
    before = judged(net, creating, judges)
    try:
        epochs = planned(folder / "painter.json", minutes * SHARE, net, creating.loss, data)
        train_for(epochs, net, creating.loss, data, folder / PAINTER, staged("training the painter", report))
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    after = judged(net, creating, judges)
    return net if after < before else None, {"before": before, "after": after}


def pictures_of(in_use: ActiveModels, contents: list[str], side: int) -> Tensor:
    """Pieces as the painter reads them, (N, 3, 128, 128) uint8; those of which nothing is left are left out."""
    found = [painted(pixels, side) for pixels in map(in_use.pixels, contents) if pixels is not None]
    return torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2).contiguous()


@torch.no_grad()
def judged(net: FlowMatchingVAE, creating: FlowMatchingObjective, pictures: Tensor) -> float:
    """The loss of a net on pictures (N, 3, 128, 128), each met with some noises; always the same ones."""
    rounds = -(-JUDGEMENTS // len(pictures))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        losses = [
            creating.loss(net, part.float() / 255).item() * len(part)
            for _ in range(rounds)
            for part in pictures.split(64)
        ]
    return sum(losses) / (rounds * len(pictures))
