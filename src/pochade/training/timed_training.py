"""Training within a time budget: time one step, compute how many whole epochs fit, and train them."""

import copy
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor, nn

from pochade.errors import TrainingDiverged
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Progress, Report
from pochade.training.loop import TrainingProgress, train
from pochade.training.recipe import Recipe

FINETUNE_BATCH = 64  # pictures
FINETUNE_RATE = 2e-3  # a tenth of the rate that trained the shipped models, so that they change only a little


def plan_epochs(
    path: Path,
    minutes: float,
    model: nn.Module,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    *,
    batch: int = FINETUNE_BATCH,
) -> int:
    """Compute how many epochs fit into a time budget, at least one.

    The plan is stored, so that an interrupted run continues with it. Another budget or another number of pictures
    makes a new plan.

    Args:
        path: The file of the plan.
        minutes: The time budget.
        model: The model; a copy of it is timed.
        loss: The loss, as for `train`.
        data: The data, as for `train`.
        batch: Pictures per step.

    Raises:
        OutputUnwritable: The plan can't be written.
    """
    plan = {"minutes": minutes, "pictures": len(data[0])}
    with suppress(OSError, ValueError, KeyError, TypeError):
        stored = json.loads(path.read_text())
        if plan.items() <= stored.items():
            return int(stored["epochs"])
    seconds = seconds_per_epoch(copy.deepcopy(model).train(), loss, data, batch)
    epochs = max(1, round(minutes * 60 / seconds))
    write_atomically(path, json.dumps(plan | {"epochs": epochs}).encode())
    return epochs


def seconds_per_epoch(model: nn.Module, loss: Callable[..., Tensor], data: tuple[Tensor, ...], batch: int) -> float:
    """Estimate the seconds that an epoch takes from the second of two training steps. The steps change the model."""
    optimiser = Recipe("fast", 1, batch, "muon", FINETUNE_RATE, one_cycle=True).optimiser_for(model.parameters())
    inputs = [tensor[:batch].float() / 255 if tensor.dtype == torch.uint8 else tensor[:batch] for tensor in data]
    with torch.random.fork_rng():
        for _ in range(2):
            start = time.perf_counter()
            optimiser.zero_grad()
            loss(model, *inputs).backward()
            optimiser.step()
    return (time.perf_counter() - start) * len(data[0]) / batch


def train_epochs(
    epochs: int,
    model: nn.Module,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    checkpoint: Path,
    report: Callable[[TrainingProgress], None],
    *,
    batch: int = FINETUNE_BATCH,
    rate: float = FINETUNE_RATE,
) -> None:
    """Train a model for some epochs; an interrupted run continues from its checkpoint.

    Args:
        epochs: The number of epochs.
        model: The model, which is changed.
        loss: The loss, as for `train`.
        data: The data, as for `train`.
        checkpoint: The file of the checkpoint.
        report: Called with the progress.
        batch: Pictures per step.
        rate: The highest learning rate.

    Raises:
        TrainingDiverged: The loss or a weight is not finite.
    """
    recipe = Recipe("fast", epochs, batch, "muon", rate, one_cycle=True)
    train(model.train(), loss, data, recipe, checkpoint=checkpoint, report=report)
    model.eval()
    if not all(tensor.isfinite().all() for tensor in model.state_dict().values()):
        raise TrainingDiverged(
            "the last step produced weights that are not finite", "train again with another time budget"
        )


def report_stage(stage: str, report: Report) -> Callable[[TrainingProgress], None]:
    """Make a function that passes the training loop's progress on as the progress of a named stage.

    Args:
        stage: The name of the stage.
        report: Called with the progress of the stage.
    """
    return lambda progress: report(Progress(stage, progress.step, progress.steps, progress.loss))
