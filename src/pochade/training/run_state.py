"""The state of a training run on disk, so that an interrupted run can be resumed.

A run's safetensors file holds the weights (`net.*`) and the optimiser's state (`optimiser.<parameter>.<name>`). Its
metadata holds the run's identity (`run`) and its progress (`state`), both as JSON.
"""

import dataclasses
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from torch import Tensor, nn
from torch.optim import Optimizer

from pochade.errors import CheckpointDamaged
from pochade.models.checkpoints import read_tensors, stored_name, write_tensors
from pochade.training.recipe import Recipe

TRAINING_FORMAT = "pochade-training-1"
TRACE_PARTS_PER_EPOCH = 25

# Losses by their names in files. These names never change, so a run that an older version began can be resumed.
STORED_LOSS_NAMES = {
    "ContrastiveLoss.loss": "Agreement.loss",
    "FlowMatchingObjective.loss": "Creating.loss",
    "rate_distortion_loss": "coding",
    "scan_denoising_loss": "restored",
    "artifact_removal_loss": "uncoded",
    "page_loss": "page_read",
}


@dataclass(frozen=True)
class TrainingState:
    """How far a training run has come."""

    epochs_done: int = 0
    losses: tuple[float, ...] = ()  # the mean loss of each epoch
    trace: tuple[float, ...] = ()  # the mean loss of each of at most 25 parts of an epoch
    seconds: float = 0.0  # time spent in finished epochs

    def after_epoch(self, step_losses: list[float], seconds: float) -> "TrainingState":
        """The state one epoch later, given the loss of each step and the time that the epoch took."""
        size = math.ceil(len(step_losses) / TRACE_PARTS_PER_EPOCH)
        parts = [mean(step_losses[start : start + size]) for start in range(0, len(step_losses), size)]
        losses, trace = (*self.losses, mean(step_losses)), (*self.trace, *parts)
        return TrainingState(self.epochs_done + 1, losses, trace, self.seconds + seconds)


def describe_run(
    model: nn.Module, loss: Callable[..., Tensor], data: tuple[Tensor, ...], recipe: Recipe, seed: int
) -> str:
    """Describe all that decides a run's outcome as JSON. A run resumes only from a file with the same description."""
    loss_name = getattr(loss, "__qualname__", repr(loss))  # a loss with settings is a dataclass, which shows them
    run = {
        "net": stored_name(model),
        "config": dataclasses.asdict(model.config),  # type: ignore[call-overload]
        "loss": STORED_LOSS_NAMES.get(loss_name, loss_name),
        "shapes": [list(tensor.shape) for tensor in data],
        "recipe": dataclasses.asdict(recipe),
        "seed": seed,
    }
    return json.dumps(run)


def save_run(path: Path, model: nn.Module, optimiser: Optimizer, state: TrainingState, run: str) -> None:
    """Write the state from which an interrupted run can be resumed.

    Args:
        path: The file to write.
        model: The model in training.
        optimiser: Its optimiser.
        state: The progress so far.
        run: The run's identity, from `describe_run`.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    tensors = {f"net.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"optimiser.{name}": tensor for name, tensor in optimiser_tensors(optimiser).items()}
    metadata = {"run": run, "state": json.dumps(dataclasses.asdict(state))}
    write_tensors(path, TRAINING_FORMAT, tensors, metadata)


def resume_run(path: Path, model: nn.Module, optimiser: Optimizer, run: str) -> TrainingState:
    """Load a run's weights and optimiser state from its file.

    If the file is missing, damaged, or of another run, nothing changes, and the run starts from the beginning.

    Args:
        path: The file that `save_run` wrote.
        model: The model, changed in place.
        optimiser: Its optimiser, changed in place.
        run: The identity of the run to resume, from `describe_run`.

    Returns:
        The progress so far.
    """
    try:
        tensors, metadata = read_tensors(path, TRAINING_FORMAT)
    except CheckpointDamaged:
        return TrainingState()
    if metadata["run"] != run:
        return TrainingState()
    owners: dict[str, dict[str, Tensor]] = {"net": {}, "optimiser": {}}
    for name, tensor in tensors.items():
        owner, key = name.split(".", 1)
        owners[owner][key] = tensor
    model.load_state_dict(owners["net"])
    load_optimiser(optimiser, owners["optimiser"])
    state = json.loads(metadata["state"])
    return TrainingState(state["epochs_done"], tuple(state["losses"]), tuple(state["trace"]), state["seconds"])


def optimiser_tensors(optimiser: Optimizer) -> dict[str, Tensor]:
    """The state of an optimiser, by `<number of the parameter>.<name>`."""
    states = optimiser.state_dict()["state"].items()
    return {f"{number}.{name}": value for number, values in states for name, value in values.items()}


def load_optimiser(optimiser: Optimizer, tensors: dict[str, Tensor]) -> None:
    """Load the state that `optimiser_tensors` returned, in place."""
    state = optimiser.state_dict()
    for name, tensor in tensors.items():
        number, key = name.split(".")
        state["state"].setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict(state)
