"""The training loop: one function on one screen, the same for every model."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from pochade.errors import TrainingDiverged
from pochade.training.recipe import Recipe
from pochade.training.run_state import TrainingState, describe_run, resume_run, save_run

Model = TypeVar("Model", bound=nn.Module)
REPORT_INTERVAL_STEPS = 20


@dataclass(frozen=True)
class TrainingProgress:
    """How far a training run has come, for a progress bar."""

    step: int  # steps done, of `steps`
    steps: int
    epoch: int  # the current epoch, from 1
    loss: float  # mean over the epoch so far


@dataclass(frozen=True)
class TrainingResult:
    """The losses and the duration of a finished run."""

    losses: tuple[float, ...]  # the mean loss of each epoch
    trace: tuple[float, ...]  # the mean loss of each 25th of an epoch
    seconds: float  # time spent in finished epochs, those before an interruption included


def train(
    model: Model,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    recipe: Recipe,
    *,
    seed: int = 0,
    checkpoint: Path | None = None,
    report: Callable[[TrainingProgress], None] = lambda _: None,
) -> TrainingResult:
    """Train a model in place; resume from its checkpoint if there is one.

    The order of the pictures and the noise of an epoch depend on the seed and the epoch alone. So an interrupted run
    ends with the same weights as an uninterrupted one. A loss with a memory is the exception: that of `ContrastiveLoss`
    is empty again after an interruption.

    Args:
        model: The model; its weights change.
        loss: `loss(model, pictures, *others)` returns a scalar to minimise, a mean over the batch.
        data: Pictures (N, C, H, W) as uint8, then whatever else the loss needs for each picture (labels, say).
        recipe: Epochs, batch size, optimiser and learning rate.
        seed: Decides the order of the pictures and the noise, not the initial weights, which the model already has.
        checkpoint: Where the state is saved after each epoch; None saves nothing. A damaged file, or that of another
            run, is ignored and replaced.
        report: Called every 20 steps, and at the end of each epoch, with the progress.

    Returns:
        The losses and the time.

    Raises:
        TrainingDiverged: The loss is infinite or not a number; the message names the step.
        OutputUnwritable: The checkpoint can't be written.
    """
    accelerator, original_device = Accelerator(), next(model.parameters()).device
    prepared, optimiser = accelerator.prepare(model, recipe.optimiser_for(model.parameters()))
    data = tuple(tensor.to(accelerator.device) for tensor in data)
    run = describe_run(model, loss, data, recipe, seed)
    state = resume_run(checkpoint, model, optimiser, run) if checkpoint else TrainingState()
    batches = math.ceil(len(data[0]) / recipe.batch_size)  # the last one may be smaller
    with torch.random.fork_rng():
        for epoch in range(state.epochs_done, recipe.epochs):
            order = _shuffle(len(data[0]), seed, epoch)
            epoch_start, step_losses = time.perf_counter(), list[float]()
            for batch in range(batches):
                step = epoch * batches + batch
                for group in optimiser.param_groups:
                    group["lr"] = recipe.rate_at(step / (recipe.epochs * batches))
                rows = order[batch * recipe.batch_size :][: recipe.batch_size]
                rows = rows[accelerator.process_index :: accelerator.num_processes]
                pictures, *others = (tensor[rows] for tensor in data)

                value = loss(prepared, pictures.float() / 255, *others)
                optimiser.zero_grad()
                accelerator.backward(value)
                optimiser.step()

                step_losses.append(value.item())
                if not math.isfinite(step_losses[-1]):
                    raise TrainingDiverged(
                        f"the loss became {step_losses[-1]} at step {step + 1} of {recipe.epochs * batches}",
                        "try another seed, or a recipe with a lower learning rate",
                    )
                if batch % REPORT_INTERVAL_STEPS == 0 or batch == batches - 1:
                    report(TrainingProgress(step + 1, recipe.epochs * batches, epoch + 1, mean(step_losses)))
            state = state.after_epoch(step_losses, time.perf_counter() - epoch_start)
            if checkpoint and accelerator.is_main_process:
                save_run(checkpoint, model, optimiser, state, run)
    model.to(original_device)  # training may have moved it to a GPU
    return TrainingResult(state.losses, state.trace, state.seconds)


def _shuffle(count: int, seed: int, epoch: int) -> Tensor:
    """Seed the epoch's random numbers, and return a permutation (count,); both depend on seed and epoch only."""
    torch.manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(count)
