"""Fine-tune the artifact remover for AVIF on one person's art; it is kept only if it is better on held-out art."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.errors import TrainingDiverged
from pochade.images.base.picture import Array
from pochade.learn.avif_crops import AvifCrop, cut_crops
from pochade.models import weights
from pochade.models.denoiser import Denoiser
from pochade.models.packed_weights import pack_model, unpack_model
from pochade.system.progress import Progress, Report
from pochade.training.losses.denoising import artifact_removal_loss
from pochade.training.timed_training import plan_epochs, report_stage, train_epochs

ARTIFACT_REMOVER_SHARE = 0.35  # of the minutes of all training
MAX_TRAINING_CROPS = 2_000  # 0.5 GB of memory
MAX_EVALUATION_CROPS = 256
MAX_CROPS_PER_FILE = 16
CROPS_PER_BATCH = 24
LEARNING_RATE = 5e-3  # half the rate of the shipped model


def finetune_artifact_remover(
    home: Path, training: list[Path], held_out: list[Path], minutes: float, report: Report
) -> tuple[Denoiser | None, dict[str, Any]]:
    """Fine-tune a copy of the collection's artifact remover, or of the shipped one if it has none.

    Args:
        home: The folder that holds the files of the index.
        training: Files of pictures to train on.
        held_out: Files of pictures to evaluate on.
        minutes: The time for training this model.
        report: Called with the progress.

    Returns:
        The model, or None if it is not better; and its loss on the held-out pictures before and after. The losses are
        missing if there are too few crops, and the second one if the training diverged.
    """
    report(Progress("cutting pictures", 0, 1))
    crops, evaluation = _cut_up_to(MAX_TRAINING_CROPS, training), _cut_up_to(MAX_EVALUATION_CROPS, held_out)
    if len(crops) < CROPS_PER_BATCH or not evaluation:
        return None, {}
    finetuned_file = home / weights.AVIF_FILE
    file = finetuned_file if finetuned_file.is_file() else weights.FOLDER / weights.AVIF_FILE
    original = unpack_model(file.read_bytes())
    before = _mean_loss(original, evaluation)
    try:
        model = _train(copy.deepcopy(original), crops, minutes, home / "training", report)
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    model = unpack_model(pack_model(model))  # evaluate the quantised weights, as they are stored
    after = _mean_loss(model, evaluation)
    return model if after < before else None, {"before": before, "after": after}


def _train(model: Denoiser, crops: list[AvifCrop], minutes: float, folder: Path, report: Report) -> Denoiser:
    data = _as_tensors(crops)
    crops.clear()  # to free memory: the tensors are copies
    plan, checkpoint = folder / "avif.json", folder / "avif.safetensors"
    epochs = plan_epochs(plan, minutes, model, artifact_removal_loss, data, batch=CROPS_PER_BATCH)
    progress = report_stage("training the artifact remover", report)
    train_epochs(
        epochs, model, artifact_removal_loss, data, checkpoint, progress, batch=CROPS_PER_BATCH, rate=LEARNING_RATE
    )
    return model


def _cut_up_to(count: int, files: list[Path]) -> list[AvifCrop]:
    """Take at most `count` crops, the same number from each file of a random sample."""
    sample = [files[position] for position in np.random.default_rng(0).permutation(len(files))[:count]]
    return cut_crops(sample, min(MAX_CROPS_PER_FILE, max(1, count // max(1, len(sample)))))


def _as_tensors(crops: list[AvifCrop]) -> tuple[Tensor, Tensor, Tensor]:
    """Stack crops as decoded and clean pixels (N, 3, S, S) uint8, and qualities (N, 1, 1, 1) uint8."""
    decoded, clean = _stack([crop.decoded for crop in crops]), _stack([crop.clean for crop in crops])
    quality = torch.tensor([crop.quality for crop in crops], dtype=torch.uint8).view(-1, 1, 1, 1)
    return decoded, clean, quality


def _stack(pictures: list[Array]) -> Tensor:
    """Stack pictures (S, S, 3) to (N, 3, S, S)."""
    return torch.from_numpy(np.stack([pixels.transpose(2, 0, 1) for pixels in pictures]))


@torch.no_grad()
def _mean_loss(model: Denoiser, crops: list[AvifCrop]) -> float:
    """The mean loss of a model on crops, with the same random augmentation every time."""
    decoded, clean, quality = _as_tensors(crops)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        losses = [
            artifact_removal_loss(model, decoded[batch].float() / 255, clean[batch], quality[batch])
            for batch in (slice(start, start + CROPS_PER_BATCH) for start in range(0, len(crops), CROPS_PER_BATCH))
        ]
    return float(torch.stack(losses).mean())
