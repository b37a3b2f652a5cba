"""The artifact removers, which restore decoded AVIF files and previews.

The shipped weights were trained by the following runs in batches of 24. Drawings are those of openclipart that may be
trained on and synthetic ones, most of them painted over; in the last two runs 70 % of the pairs were cut from
paintings.

    avif, 1      5,000 pairs of drawings    28 epochs    rate 6e-3    a new model
    avif, 2      the same                   10 epochs    rate 4e-3    from run 1
    preview      previews of drawings       10 epochs    rate 6e-3    from run 2, with one more conditioning plane
    avif, 3      9,000 pairs                 9 epochs    rate 5e-3    from run 2
    avif, 4      the same                   22 epochs    rate 6e-3    from run 3

In the first run the loss had a floor of 1e-5, so nothing pulled the model beyond 50 dB. These tasks go on from the
shipped weights. The outcome of the old runs is in `docs/log.md`; `experiments/bench/bench_restoring.py` measures it.
"""

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from experiments.pack.pack_file import Pack, pack_path, read_pack
from experiments.shared.picture_quality import capped_psnr
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.task_data import held_out_loss, split_rows, stack_pixels
from experiments.train.training_task import PreparedTraining
from pochade.images.codecs.preview_reference import resize_bicubic
from pochade.models import weights
from pochade.models.artifact_remover import ArtifactRemover
from pochade.models.denoiser import Denoiser
from pochade.models.packed_weights import pack_model, unpack_model
from pochade.system.atomic_files import write_atomically
from pochade.training.losses.denoising import artifact_removal_loss

EVALUATED_PAIRS = 128


class EncodedSquares(NamedTuple):
    """Decoded squares of a pack, and how they were encoded."""

    decoded: Tensor  # (E, 3, S, S) uint8
    rows: Tensor  # (E,) int64, of their originals
    conditioning: Tensor  # (E, P, 1, 1) uint8, in percent


@dataclass(frozen=True)
class ArtifactRemoverTask:
    """Training of an artifact remover on squares before and after a lossy codec."""

    name: str  # of the task, and of the encodings in the pack
    file: str
    batch_size: int = 24
    rate: float = 6e-3
    headline: str = "gain"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Decode the encodings of all squares."""
        pack = read_pack(pack_path("crops"))
        training, held_out = split_rows(pack, small=small)
        squares = CleanSquares(stack_pixels(list(pack.pictures(range(len(pack)))), device))
        evaluated = sample_evenly(self._encodings_of(pack, held_out), EVALUATED_PAIRS)
        data, unseen = (
            self._decode(pack, numbers, squares.side, device)
            for numbers in (self._encodings_of(pack, training), evaluated)
        )
        model = unpack_model((weights.FOLDER / self.file).read_bytes())
        model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

        def evaluate(model: nn.Module) -> dict[str, float]:
            loss = held_out_loss(model, squares.loss, unseen, self.batch_size)
            return {"gain": squares.mean_gain(model, unseen), "loss": loss}

        return PreparedTraining(model, data, squares.loss, evaluate)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights packed, as they travel in archives."""
        write_atomically(path, pack_on_cpu(model))

    def _encodings_of(self, pack: Pack, rows: list[int]) -> list[int]:
        """The numbers of all encodings of some squares."""
        return torch.nonzero(torch.isin(pack.extra[f"{self.name}_rows"], torch.tensor(rows))).flatten().tolist()

    def _decode(self, pack: Pack, numbers: list[int], side: int, device: torch.device) -> EncodedSquares:
        """Decode some encodings, and enlarge them to the size of their squares."""

        def decode(number: int) -> np.ndarray:
            return resize_bicubic(pack.encoded_picture(self.name, number), side, side)

        rows, conditioning = (pack.extra[f"{self.name}_{part}"][numbers] for part in ("rows", "conditioning"))
        with ThreadPoolExecutor() as pool:
            decoded = stack_pixels(list(pool.map(decode, numbers)), device)
        return EncodedSquares(decoded, rows.to(device), conditioning.to(device)[:, :, None, None])


@dataclass(frozen=True)
class AvifTask(ArtifactRemoverTask):
    """Training of the artifact remover for AVIF."""

    name: str = "avif"
    file: str = weights.AVIF_FILE


@dataclass(frozen=True)
class PreviewTask(ArtifactRemoverTask):
    """Training of the artifact remover for previews, which are small AVIF files that are enlarged."""

    name: str = "preview"
    file: str = weights.PREVIEW_FILE


@dataclass(frozen=True)
class CleanSquares:
    """The originals of all encodings, each kept once."""

    pixels: Tensor  # (N, 3, S, S) uint8

    @property
    def side(self) -> int:
        """Pixels per side."""
        return self.pixels.shape[-1]

    def loss(self, model: Denoiser, decoded: Tensor, rows: Tensor, conditioning: Tensor) -> Tensor:
        """The loss of one batch, in nats.

        Args:
            model: The model in training.
            decoded: Decoded squares (B, 3, S, S) in [0, 1].
            rows: The rows of their originals (B,).
            conditioning: How they were encoded, in percent (B, P, 1, 1).
        """
        return artifact_removal_loss(model, decoded, self.pixels[rows], conditioning)

    def mean_gain(self, model: nn.Module, encoded: EncodedSquares) -> float:
        """By how many dB of PSNR the packed model improves decoded squares on average, computed as the product does."""
        remover = ArtifactRemover(pack_on_cpu(model))
        gains = list[float]()
        for decoded, row, planes in zip(*encoded, strict=True):
            original, before = (x.permute(1, 2, 0).cpu().numpy() for x in (self.pixels[row], decoded))
            after = remover.apply(before, tuple(planes.flatten().tolist()))
            gains.append(capped_psnr(original, after) - capped_psnr(original, before))
        return float(np.mean(gains))


def pack_on_cpu(model: nn.Module) -> bytes:
    """Pack a model that may be on another device."""
    on_cpu = copy.deepcopy(model).cpu()
    assert isinstance(on_cpu, Denoiser)
    return pack_model(on_cpu)
