"""The embedding model, which finds copies: trained on pictures of many hands to know a picture in all its views.

The first shipped weights were trained on nine tenths of openclipart: 33 and 14 epochs on squares of 64 pixels, then 16
on squares of 96 pixels. This task goes on from them, on pictures of many hands. `docs/log.md` has the results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from experiments.pack.pack_file import Pack, pack_path, read_pack
from experiments.shared.copy_figures import copy_figures, least_direction
from experiments.shared.edits import EDITS, STAGES
from experiments.train.training_task import PreparedTraining
from pochade.images.geometry.letterbox import Square, letterbox, make_squares, trim_paper
from pochade.models import weights
from pochade.models.checkpoints import load_model, save_model
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.losses.contrastive import ContrastiveLoss

SOURCE_SIDE = 128  # pixels of the training squares: more than the model sees, so that crops of them stay sharp
HELD_OUT_PICTURES = 240  # whose copies are searched
EVALUATION_BATCH = 256
SMALL = 24  # pictures, for tests


@dataclass(frozen=True)
class EmbeddingTask:
    """Contrastive training of the embedding model."""

    name: str = "embedding"
    file: str = weights.EMBEDDING_FILE
    batch_size: int = 192
    rate: float = 1.5e-2
    headline: str = "recall"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Cut the squares of all pictures, and make copies of the held-out ones."""
        pack = read_pack(pack_path("art"))
        training, held_out = (torch.nonzero(pack.held_out == flag).flatten() for flag in (False, True))
        if small:
            training, held_out = training[:SMALL], held_out[:SMALL]
        model = load_model(weights.FOLDER / self.file)
        assert isinstance(model, EmbeddingModel)
        model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        squares = [letterbox(trim_paper(pixels), SOURCE_SIDE) for pixels in pack.pictures(training.tolist())]
        objective = ContrastiveLoss(len(squares), model.config.latent_dim, device)
        data = (*_stack(squares), torch.arange(len(squares)), pack.groups[training])
        copies = HeldOutCopies(pack, _distinct(pack, held_out), device)
        return PreparedTraining(
            model,
            tuple(tensor.to(device) for tensor in data),
            objective.loss,
            copies.figures,
            {"memory": objective.memory, "groups": objective.groups},
        )

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


class HeldOutCopies:
    """Held-out pictures with their edits and stages, and how well a model finds them.

    Args:
        pack: The pictures.
        rows: Which of them are searched.
        device: Where they are embedded.
    """

    def __init__(self, pack: Pack, rows: Sequence[int], device: torch.device) -> None:
        pictures = [Image.fromarray(pixels) for pixels in pack.pictures(rows)]
        changes = (lambda picture: picture, *EDITS.values(), *STAGES.values())
        views = [make_squares(np.asarray(change(picture))).subject for picture in pictures for change in changes]
        self.count, self.changes, self.device = len(pictures), len(changes), device
        self.pixels, self.frames = _stack(views)

    def figures(self, model: nn.Module) -> dict[str, float]:
        """Recall of copies at 99 % precision and at rank 1, of stages at rank 1, and how evenly directions are used."""
        parts = zip(self.pixels.split(EVALUATION_BATCH), self.frames.split(EVALUATION_BATCH), strict=True)
        embedded = torch.cat([self._embed(model, *part) for part in parts]).view(self.count, self.changes, -1)
        originals = embedded[:, 0]
        cosines = (embedded[:, 1:] @ originals.T).cpu().numpy()  # (N, E, N)
        edits = copy_figures(cosines[:, : len(EDITS)])
        stages = copy_figures(cosines[:, len(EDITS) :])
        return {
            "recall": edits.recall,
            "threshold": edits.threshold,
            "recall_crop_15": float(edits.recalls[list(EDITS).index("crop 15 %")]),
            "recall_at_1": float(edits.recalls_at_1.mean()),
            "lowest_recall_at_1": float(edits.recalls_at_1.min()),
            "line_art_at_1": float(stages.recalls_at_1[list(STAGES).index("line art")]),
            "least_direction": least_direction(originals.cpu().numpy()),
        }

    def _embed(self, model: nn.Module, pixels: Tensor, frames: Tensor) -> Tensor:
        batch = LetterboxedBatch(pixels.to(self.device).float() / 255, frames.to(self.device))
        embeddings: Tensor = model(model_input(batch, pixels.shape[-1]).contiguous(memory_format=torch.channels_last))
        return embeddings


def _distinct(pack: Pack, rows: Tensor) -> list[int]:
    """Some rows of a pack that all show something else."""
    groups: dict[int, int] = {}
    for row in rows.tolist():
        groups.setdefault(int(pack.groups[row]), row)
    step = max(1, len(groups) // HELD_OUT_PICTURES)
    return list(groups.values())[::step][:HELD_OUT_PICTURES]


def _stack(squares: list[Square]) -> tuple[Tensor, Tensor]:
    """Stack squares: pixels (N, 3, S, S) uint8, and frames (N, 2) as shares of S."""
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2)
    frames = torch.tensor([[square.width, square.height] for square in squares]) / pixels.shape[-1]
    return pixels.contiguous(), frames
