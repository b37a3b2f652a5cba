"""The training loop: one function on one screen, the same for every net."""

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
from pochade.models.checkpoints import TrainingState, described, resume, save_training
from pochade.models.recipe import Recipe

Net = TypeVar("Net", bound=nn.Module)
REPORT_EVERY = 20  # steps between two reports of progress


@dataclass(frozen=True)
class Progress:
    """How far a training run is, for whoever draws the bar."""

    step: int  # steps done, of `steps`
    steps: int
    epoch: int  # the epoch under way, from 1
    loss: float  # running mean over the epoch


@dataclass(frozen=True)
class Training:
    """What a finished run leaves besides the trained net."""

    losses: tuple[float, ...]  # the running mean of the loss, one an epoch
    trace: tuple[float, ...]  # the same over a 25th of an epoch each
    seconds: float  # time spent in whole epochs, also before an interruption


def train(
    net: Net,
    loss: Callable[..., Tensor],
    data: tuple[Tensor, ...],
    recipe: Recipe,
    *,
    seed: int = 0,
    checkpoint: Path | None = None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Training:
    """Train a net in place, going on from its checkpoint when there is one.

    Each epoch draws its order and its noise from (seed, epoch) alone, so an interrupted run that goes on ends with the
    same weights as one that was never stopped, unless its loss remembers earlier steps as `Agreement` does: that
    memory begins anew.

    Args:
        net: The net; its weights change.
        loss: `loss(net, pictures, *others)` gives one number to make small, a mean over the batch.
        data: Pictures (N, C, H, W) as uint8, then what else the loss needs for each picture (labels, say).
        recipe: Epochs, batch size, optimiser and rate.
        seed: Decides the order of pictures and the noise; not the initial weights, which the net brings along.
        checkpoint: Where the state is kept after each epoch; None keeps none. A damaged one, or that of another run, is
            passed over and replaced.
        report: Called now and then with the progress.

    Raises:
        TrainingDiverged: The loss is infinite or not a number; the sentence names the step.
        OutputUnwritable: The checkpoint can't be written.
    """
    accelerator, home = Accelerator(), next(net.parameters()).device
    ready, optimiser = accelerator.prepare(net, recipe.optimiser_for(net.parameters()))
    data = tuple(tensor.to(accelerator.device) for tensor in data)
    run = described(net, loss, data, recipe, seed)
    state = resume(checkpoint, net, optimiser, run) if checkpoint else TrainingState()
    batches = math.ceil(len(data[0]) / recipe.batch_size)  # the last may be smaller
    with torch.random.fork_rng():
        for epoch in range(state.epochs_done, recipe.epochs):
            order = seeded_order(len(data[0]), seed, epoch)
            started, values = time.perf_counter(), list[float]()
            for batch in range(batches):
                step = epoch * batches + batch
                for group in optimiser.param_groups:
                    group["lr"] = recipe.rate_at(step / (recipe.epochs * batches))
                chosen = order[batch * recipe.batch_size :][: recipe.batch_size]
                chosen = chosen[accelerator.process_index :: accelerator.num_processes]
                pictures, *others = (tensor[chosen] for tensor in data)

                value = loss(ready, pictures.float() / 255, *others)
                optimiser.zero_grad()
                accelerator.backward(value)
                optimiser.step()

                values.append(value.item())
                if not math.isfinite(values[-1]):
                    raise TrainingDiverged(
                        f"the loss became {values[-1]} at step {step + 1} of {recipe.epochs * batches}",
                        "try another seed, or a recipe with a lower learning rate",
                    )
                if batch % REPORT_EVERY == 0 or batch == batches - 1:  # once in a while: tell
                    report(Progress(step + 1, recipe.epochs * batches, epoch + 1, mean(values)))
            state = state.after(values, time.perf_counter() - started)
            if checkpoint and accelerator.is_main_process:  # once in a while: keep
                save_training(checkpoint, net, optimiser, state, run)
    net.to(home)  # a GPU was for the training: what the caller has lies where it lay
    return Training(state.losses, state.trace, state.seconds)


def seeded_order(count: int, seed: int, epoch: int) -> Tensor:
    """A shuffle of `count` pictures that depends on the seed and the epoch only; it also seeds the epoch's noise."""
    torch.manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(count)
