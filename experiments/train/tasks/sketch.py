"""The sketch model, which redraws a picture from 256 bytes.

The shipped weights were trained on nine tenths of openclipart and 2,000 synthetic shape pictures at 96 pixels: 24
epochs in batches of 64, at a rate of 1.5e-2, from a cosine transform (`docs/log.md` has the results). This task goes on
from them at half the rate, on drawings and paintings.
"""

import math
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from experiments.pack.pack_file import pack_path, read_pack
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.task_data import (
    held_out_loss,
    load_weights,
    split_rows,
    stack_frames,
    stack_pixels,
)
from experiments.train.training_task import PreparedTraining
from pochade.embedding.embedder import PICTURES_PER_BATCH, Embedder
from pochade.images.geometry.letterbox import Square, letterbox
from pochade.images.quality.psnr import decibels
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.sketch_model import SketchVAE
from pochade.training.losses import rate_distortion
from pochade.training.losses.rate_distortion import rate_distortion_loss

DRAWINGS_PREFIX = "openclipart/"  # of the names in the pack
EVALUATED_DRAWINGS, EVALUATED_OTHERS = 200, 100
MIN_SQUARED_ERROR = 1.0  # of levels of 255, as in `experiments/bench/bench_codes.py`: 48 dB at most


@dataclass(frozen=True)
class SketchTask:
    """Rate-distortion training of the sketch model."""

    name: str = "sketch"
    file: str = weights.SKETCH_FILE
    batch_size: int = 64
    rate: float = 7.5e-3
    headline: str = "psnr"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Letterbox the pictures as the sketch model sees them."""
        pack = read_pack(pack_path("art"))
        training, held_out = split_rows(pack, small=small)
        drawings = [row for row in held_out if pack.names[row].startswith(DRAWINGS_PREFIX)]
        others = sorted(set(held_out) - set(drawings))
        drawings, others = sample_evenly(drawings, EVALUATED_DRAWINGS), sample_evenly(others, EVALUATED_OTHERS)
        squares, unseen = (
            [letterbox(pixels) for pixels in pack.pictures(rows)] for rows in (training, drawings + others)
        )
        model = load_weights(weights.FOLDER / self.file, SketchVAE, device)
        figures = SketchFigures(unseen, len(drawings), _stack(unseen, device))
        return PreparedTraining(model, _stack(squares, device), rate_distortion_loss, figures.measure)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


@dataclass(frozen=True)
class SketchFigures:
    """Held-out pictures, and how well a model sketches them."""

    squares: list[Square]
    drawings: int  # the first so many are drawings of openclipart, the others are by many hands
    data: tuple[Tensor, Tensor]  # pixels (N, 3, 96, 96) uint8 and frames (N, 2), as the loss takes them

    def measure(self, model: nn.Module) -> dict[str, float]:
        """Measure the sketches of all pictures.

        Returns:
            `psnr` is the mean PSNR, in dB, of drawings redrawn from their 256 bytes, and `psnr_others` that of other
            pictures. `loss` is the mean rate-distortion loss in nats, and `bits` the same in bits, counted from that of
            a perfect picture in no bits: a model with 50 bits less makes sketches of equal quality 50 bits shorter.
        """
        errors = [np.square(first.astype(np.float32) - second).mean() for first, second in self._redraw(model)]
        qualities = decibels(np.maximum(errors, MIN_SQUARED_ERROR))
        loss = held_out_loss(model, rate_distortion_loss, self.data, PICTURES_PER_BATCH)
        return {
            "psnr": float(qualities[: self.drawings].mean()),
            "psnr_others": float(qualities[self.drawings :].mean()),
            "loss": loss,
            "bits": (loss - math.log(rate_distortion.MIN_SQUARED_ERROR)) / rate_distortion.NATS_PER_BIT,
        }

    def _redraw(self, model: nn.Module) -> list[tuple[np.ndarray, np.ndarray]]:
        """Each picture, and what the product redraws from its sketch; both (96, 96, 3)."""
        embedder = _make_embedder(model)
        starts = range(0, len(self.squares), PICTURES_PER_BATCH)
        batches = [embedder.sketch(self.squares[start : start + PICTURES_PER_BATCH]) for start in starts]
        sketches = np.stack([np.frombuffer(sketch, np.uint8) for batch in batches for sketch in batch])
        return list(zip([square.pixels for square in self.squares], embedder.reconstruct(sketches), strict=True))


def _make_embedder(model: nn.Module) -> Embedder:
    """An embedder with this sketch model, on the CPU, where sketches are coded."""
    with tempfile.TemporaryDirectory() as folder:
        save_model(Path(folder) / weights.SKETCH_FILE, model)
        shutil.copy(weights.FOLDER / weights.EMBEDDING_FILE, folder)
        return Embedder(Path(folder))


def _stack(squares: list[Square], device: torch.device) -> tuple[Tensor, Tensor]:
    return stack_pixels([square.pixels for square in squares], device), stack_frames(squares, device)
