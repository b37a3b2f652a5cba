"""The training loop, the same for every model.

`take_step` holds the four lines from which a model learns. `train` repeats it over batches and epochs, sets the
learning rate, reports progress and saves the state.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim import Optimizer

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
    trace: tuple[float, ...]  # the mean loss of each of at most 25 parts of an epoch
    seconds: float  # time spent in finished epochs, those before an interruption included


def take_step(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batch: Sequence[Tensor],
    optimiser: Optimizer,
    backward: Callable[[Tensor], object] = Tensor.backward,
) -> Tensor:
    """Let a model learn from one batch.

    Args:
        model: The model; its weights change.
        loss: `loss(model, *batch)` returns a scalar to minimise.
        batch: Pictures (B, C, H, W) in [0, 1], then whatever else the loss needs for each picture.
        optimiser: Changes the weights, given their gradients.
        backward: Computes the gradients of a scalar with respect to the weights.

    Returns:
        The loss before the step, a scalar.
    """
    optimiser.zero_grad()  # forget the gradients of the last batch
    value = loss(model, *batch)  # forward: how wrong is the model on this batch?
    backward(value)  # backward: how does the loss change with each weight?
    optimiser.step()  # change each weight a little, so that the loss falls
    return value


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
    trainer = _EpochTrainer(prepared, loss, data, recipe, seed, optimiser, accelerator, report)
    with torch.random.fork_rng():
        for epoch in range(state.epochs_done, recipe.epochs):
            start = time.perf_counter()
            step_losses = trainer.train(epoch)
            state = state.after_epoch(step_losses, time.perf_counter() - start)
            if checkpoint and accelerator.is_main_process:
                save_run(checkpoint, model, optimiser, state, run)
    model.to(original_device)  # training may have moved it to a GPU
    return TrainingResult(state.losses, state.trace, state.seconds)


@dataclass(frozen=True)
class _EpochTrainer:
    """What stays the same through a run, and trains one epoch at a time."""

    model: nn.Module
    loss: Callable[..., Tensor]
    data: tuple[Tensor, ...]
    recipe: Recipe
    seed: int
    optimiser: Optimizer
    accelerator: Accelerator
    report: Callable[[TrainingProgress], None]

    @property
    def batches(self) -> int:
        """The number of batches in an epoch; the last one may be smaller."""
        return math.ceil(len(self.data[0]) / self.recipe.batch_size)

    @property
    def steps(self) -> int:
        """The number of steps in the whole run."""
        return self.recipe.epochs * self.batches

    def train(self, epoch: int) -> list[float]:
        """Take a step for each batch of an epoch, counted from 0, and return the loss of each step."""
        step_losses = list[float]()
        for step, batch in enumerate(self.shuffled_batches(epoch), start=epoch * self.batches):
            self.set_learning_rate(step)
            value = take_step(self.model, self.loss, batch, self.optimiser, self.accelerator.backward)
            step_losses.append(value.item())
            self.check_finite(step_losses[-1], step)
            if (len(step_losses) - 1) % REPORT_INTERVAL_STEPS == 0 or len(step_losses) == self.batches:
                self.report(TrainingProgress(step + 1, self.steps, epoch + 1, mean(step_losses)))
        return step_losses

    def shuffled_batches(self, epoch: int) -> Iterator[tuple[Tensor, ...]]:
        """Yield the batches of an epoch: pictures (B, C, H, W) in [0, 1], then the other tensors."""
        order = _shuffle(len(self.data[0]), self.seed, epoch)
        for batch in range(self.batches):
            rows = self.rows_of_this_process(order[batch * self.recipe.batch_size :][: self.recipe.batch_size])
            pictures, *others = (tensor[rows] for tensor in self.data)
            yield (pictures.float() / 255, *others)

    def rows_of_this_process(self, rows: Tensor) -> Tensor:
        """The share of a batch's rows that this process trains on: all of them, unless there are several processes."""
        return rows[self.accelerator.process_index :: self.accelerator.num_processes]

    def set_learning_rate(self, step: int) -> None:
        """Set the learning rate that the recipe gives for a step, counted from 0."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate_at(step / self.steps)

    def check_finite(self, value: float, step: int) -> None:
        """Stop the run if the loss of a step is infinite or not a number.

        Raises:
            TrainingDiverged: It is; the message names the step.
        """
        if not math.isfinite(value):
            raise TrainingDiverged(
                f"the loss became {value} at step {step + 1} of {self.steps}",
                "try another seed, or a recipe with a lower learning rate",
            )


def _shuffle(count: int, seed: int, epoch: int) -> Tensor:
    """Seed the epoch's random numbers, and return a permutation (count,); both depend on seed and epoch only."""
    torch.manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(count)
