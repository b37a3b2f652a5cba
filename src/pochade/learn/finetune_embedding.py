"""Fine-tune the embedding and the sketch model on one person's art; each is kept only if held-out art shows a gain."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.analysis.nearest_neighbours import single_linkage
from pochade.embedding.embedder import Embedder
from pochade.errors import TrainingDiverged
from pochade.images.geometry.letterbox import Square, Squares
from pochade.images.quality.psnr import decibels
from pochade.models import weights
from pochade.models.checkpoints import load_model, save_model
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_input import LetterboxedBatch
from pochade.models.sketch_model import SketchVAE
from pochade.system.progress import Report
from pochade.training.augment.augmentations import augment
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.rate_distortion import rate_distortion_loss
from pochade.training.timed_training import plan_epochs, report_stage, train_epochs

AUGMENTATIONS = 4  # of each held-out picture, each searched among the held-out pictures
MARGIN_SOFTNESS = 0.01  # difference of cosines over which a match turns from wrong to right
VERSION_COSINE = 0.9  # pictures with at least this cosine may be versions, so they are not pushed apart
EMBEDDING_SHARE, SKETCH_SHARE = 0.25, 0.15  # of the minutes of all training


def finetune_embedder(
    embedder: Embedder, training: list[Squares], held_out: list[Squares], minutes: float, home: Path, report: Report
) -> tuple[str | None, dict[str, Any]]:
    """Fine-tune copies of both models of an embedder, and store the better ones.

    Args:
        embedder: The embedder to start from.
        training: Pictures to train on.
        held_out: Pictures to evaluate on.
        minutes: The time for the training of all models.
        home: The folder for checkpoints and results.
        report: Called with the progress.

    Returns:
        The name of the new embedder, which is stored in `home/nets`, or None if neither model is better; and the
        figures before and after.
    """
    if len(held_out) < 2:  # noqa: PLR2004  too few to evaluate on
        return None, {}
    checkpoints = home / "training"
    before = _evaluate(embedder, held_out)
    embedding, sketch = _load_models(embedder.folder)
    try:
        _train_embedding(embedder, embedding, training, minutes * EMBEDDING_SHARE, checkpoints, report)
        _train_sketch(sketch, training, minutes * SKETCH_SHARE, checkpoints, report)
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    after = _evaluate(Embedder(_save_models(checkpoints / "draft", embedding, sketch)), held_out)
    is_embedding_better, is_sketch_better = after["margin"] > before["margin"], after["psnr"] > before["psnr"]
    name = None
    if is_embedding_better or is_sketch_better:
        old_embedding, old_sketch = _load_models(embedder.folder)
        name = _store(
            home, embedding if is_embedding_better else old_embedding, sketch if is_sketch_better else old_sketch
        )
    figures = {"before": before, "after": after, "look_kept": is_embedding_better, "code_kept": is_sketch_better}
    return name, figures | {"minutes": minutes}


def _train_embedding(
    embedder: Embedder, model: EmbeddingModel, squares: list[Squares], minutes: float, folder: Path, report: Report
) -> None:
    """Train a copy of the embedding model to give augmentations of the same picture similar embeddings."""
    groups = torch.from_numpy(single_linkage(embedder.fingerprint(squares).embeddings, VERSION_COSINE))
    data = (*_as_tensors([picture.subject for picture in squares]), torch.arange(len(squares)), groups)
    objective, trial = (ContrastiveLoss(len(squares), model.config.latent_dim) for _ in range(2))
    epochs = plan_epochs(folder / "look.json", minutes, model, trial.loss, data)
    progress = report_stage("training the embeddings", report)
    train_epochs(epochs, model, objective.loss, data, folder / weights.EMBEDDING_FILE, progress)


def _train_sketch(model: SketchVAE, squares: list[Squares], minutes: float, folder: Path, report: Report) -> None:
    """Train a copy of the sketch model to reconstruct the pictures."""
    data = _as_tensors([picture.whole for picture in squares])
    epochs = plan_epochs(folder / "code.json", minutes, model, rate_distortion_loss, data)
    progress = report_stage("training the sketches", report)
    train_epochs(epochs, model, rate_distortion_loss, data, folder / weights.SKETCH_FILE, progress)


def _as_tensors(squares: list[Square]) -> tuple[Tensor, Tensor]:
    """Stack squares as the losses read them: pixels (N, 3, 96, 96) uint8 and frames (N, 2)."""
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2)
    frames = torch.tensor([[square.width, square.height] for square in squares]) / pixels.shape[-1]
    return pixels.contiguous(), frames


def _load_models(folder: Path) -> tuple[EmbeddingModel, SketchVAE]:
    """Load both models of an embedder as torch modules."""
    embedding, sketch = load_model(folder / weights.EMBEDDING_FILE), load_model(folder / weights.SKETCH_FILE)
    assert isinstance(embedding, EmbeddingModel)  # the embedder has read these files
    assert isinstance(sketch, SketchVAE)
    return embedding, sketch


def _store(home: Path, embedding: nn.Module, sketch: nn.Module) -> str | None:
    """Store both models in a folder named after their weights, by an atomic rename; return the name."""
    draft = _save_models(home / "training" / "draft", embedding, sketch)
    name = weights.weights_name(draft)
    target = home / "nets" / str(name)
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        draft.rename(target)
    return name


def _save_models(folder: Path, embedding: nn.Module, sketch: nn.Module) -> Path:
    save_model(folder / weights.EMBEDDING_FILE, embedding)
    save_model(folder / weights.SKETCH_FILE, sketch)
    return folder


@torch.inference_mode()
def _evaluate(embedder: Embedder, held_out: list[Squares]) -> dict[str, float]:
    """Measure how well held-out pictures are found again from augmentations, and reconstructed from sketches.

    Returns:
        `found` is the recall@1 of augmentations among the held-out pictures. `margin` is the mean log-likelihood that
        an augmentation is nearer to its picture than to each of the others, which still changes when the recall is 1.
        `psnr` is the mean PSNR of the reconstructions, in dB.
    """
    recall, margin = _retrieval(embedder, held_out)
    reconstructed = embedder.reconstruct(embedder.fingerprint(held_out).sketches)
    originals = np.stack([picture.whole.pixels for picture in held_out]).astype(np.float32)
    errors = np.square(reconstructed - originals).reshape(len(held_out), -1).mean(1)
    psnr = float(decibels(np.maximum(errors, 1e-2)).mean())
    return {"found": recall, "margin": margin, "psnr": psnr, "held_out": len(held_out)}


def _retrieval(embedder: Embedder, held_out: list[Squares]) -> tuple[float, float]:
    """The recall@1 and the margin of augmentations among the held-out pictures."""
    subjects = [picture.subject for picture in held_out]
    pixels, frames = _as_tensors(subjects)
    pictures, clean = LetterboxedBatch(pixels.float() / 255, frames), torch.from_numpy(embedder.embed_squares(subjects))
    model = _load_models(embedder.folder)[0]
    margins, hits = list[Tensor](), list[Tensor]()
    random = RandomNumbers(0)  # the same augmentations before and after the training
    for _ in range(AUGMENTATIONS):
        augmented = augment(pictures, model.config.side, random)
        cosines = model(augmented.contiguous(memory_format=torch.channels_last)) @ clean.T  # (N, N)
        lead = (cosines.diagonal().unsqueeze(1) - cosines).fill_diagonal_(torch.inf)
        margins.append(functional.logsigmoid(lead / MARGIN_SOFTNESS).sum(1))
        hits.append((lead > 0).all(1).float())
    return float(torch.cat(hits).mean()), float(torch.cat(margins).mean())
