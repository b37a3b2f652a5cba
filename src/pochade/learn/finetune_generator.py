"""Fine-tune the generator on one person's art; it is kept only if it is better on held-out pictures."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.create.picture_latents import GENERATOR_FILE, fit_to_square, generator_in_use
from pochade.errors import TrainingDiverged
from pochade.index.active_models import ActiveModels
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.sketch_model import SketchVAE
from pochade.system.progress import Report
from pochade.training.losses.flow_matching import FlowMatchingObjective
from pochade.training.timed_training import plan_epochs, report_stage, train_epochs

GENERATOR_SHARE = 0.25  # of the minutes of all training
MAX_TRAINING_PICTURES = 6_000  # 0.3 GB of memory
MIN_EVALUATIONS = 256  # if there are fewer pictures, each is evaluated several times, with different noise
PICTURES_PER_BATCH = 64


def finetune_generator(
    models: ActiveModels, training: list[str], held_out: list[str], minutes: float, report: Report
) -> tuple[FlowMatchingVAE | None, dict[str, Any]]:
    """Fine-tune a copy of the generator's model.

    Args:
        models: Finds the generator and the thumbnails.
        training: The content hashes of pictures to train on.
        held_out: The content hashes of pictures to evaluate on.
        minutes: The time for the training of all models.
        report: Called with the progress.

    Returns:
        The model, or None if it is not better; and its loss on the held-out pictures before and after. The losses are
        missing if there are too few pictures, and the second one if the training diverged.
    """
    if len(held_out) < 2:  # noqa: PLR2004  too few to evaluate on
        return None, {}
    generator, folder = generator_in_use(models), models.home / "training"
    model, sketch_model = load_model(generator.path), load_model(weights.FOLDER / weights.SKETCH_FILE)
    assert isinstance(model, FlowMatchingVAE)  # the generator has read this file
    assert isinstance(sketch_model, SketchVAE)
    objective = FlowMatchingObjective(sketch_model)
    data = (_load_pictures(models, training[:MAX_TRAINING_PICTURES], generator.side),)
    evaluation = _load_pictures(models, held_out, generator.side)
    before = _evaluate(model, objective, evaluation)
    try:
        epochs = plan_epochs(folder / "painter.json", minutes * GENERATOR_SHARE, model, objective.loss, data)
        progress = report_stage("training the generator", report)
        train_epochs(epochs, model, objective.loss, data, folder / GENERATOR_FILE, progress)
    except TrainingDiverged as error:
        return None, {"before": before, "diverged": error.sentence}
    after = _evaluate(model, objective, evaluation)
    return model if after < before else None, {"before": before, "after": after}


def _load_pictures(models: ActiveModels, contents: list[str], side: int) -> Tensor:
    """Load pictures as the generator reads them, (N, 3, 128, 128) uint8; unreadable ones are skipped."""
    thumbnails = (models.thumbnail_pixels(content) for content in contents)
    squares = [fit_to_square(pixels, side) for pixels in thumbnails if pixels is not None]
    return torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).contiguous()


@torch.no_grad()
def _evaluate(model: FlowMatchingVAE, objective: FlowMatchingObjective, pictures: Tensor) -> float:
    """The mean loss of a model on pictures (N, 3, 128, 128), with the same noise in every call."""
    rounds = -(-MIN_EVALUATIONS // len(pictures))  # rounded up
    with torch.random.fork_rng():
        torch.manual_seed(0)
        losses = [
            objective.loss(model, batch.float() / 255).item() * len(batch)
            for _ in range(rounds)
            for batch in pictures.split(PICTURES_PER_BATCH)
        ]
    return sum(losses) / (rounds * len(pictures))
