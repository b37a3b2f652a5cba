"""The files of a training run: its checkpoint, its log, and the weights that it ends with.

    experiments/runs/MODEL.state        the run as it stands; ignored by git
    experiments/runs/MODEL.weights      the averaged weights of a finished run, as they are shipped; ignored by git
    experiments/runs/MODEL.jsonl        the log of all runs: loss, rate and held-out figures against pictures seen

A state holds `model.*`, `average.*`, `optimiser.<parameter>.<name>` and `memory.*`. Its metadata holds the name of
the model (`model`), and the plan and the progress of the run as JSON (`plan`, `progress`).
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from experiments.train.run_plan import RunPlan
from pochade.errors import UsageError
from pochade.models.checkpoints import read_tensors, write_tensors
from pochade.training.run_state import load_optimiser, optimiser_tensors

STATE_FORMAT = "pochade-run-1"
RUNS = Path(__file__).parents[1] / "runs"


@dataclass(frozen=True)
class RunProgress:
    """How far a run has come."""

    started: str  # when it began, in UTC: the name of the run in the log
    step: int = 0  # steps done
    seconds: float = 0.0  # spent on them


@dataclass(frozen=True)
class RunParts:
    """Everything that changes during a run."""

    model: nn.Module
    average: nn.Module
    optimiser: Optimizer
    memory: dict[str, Tensor]


class RunFiles:
    """Where the files of a model's runs are.

    Args:
        name: The name of the task.
        folder: The folder of all runs.
    """

    def __init__(self, name: str, folder: Path = RUNS) -> None:
        self.name = name
        self.state = folder / f"{name}.state"
        self.weights = folder / f"{name}.weights"
        self.log = folder / f"{name}.jsonl"

    def write_log(self, line: dict[str, Any]) -> None:
        """Append a line to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def save(self, parts: RunParts, progress: RunProgress, plan: RunPlan) -> None:
        """Write the state, in one atomic step."""
        tensors = {f"model.{name}": tensor for name, tensor in parts.model.state_dict().items()}
        tensors |= {f"average.{name}": tensor for name, tensor in parts.average.state_dict().items()}
        tensors |= {f"memory.{name}": tensor for name, tensor in parts.memory.items()}
        tensors |= {f"optimiser.{name}": tensor for name, tensor in optimiser_tensors(parts.optimiser).items()}
        metadata = {
            "model": self.name,
            "plan": json.dumps(dataclasses.asdict(plan)),
            "progress": json.dumps(dataclasses.asdict(progress)),
        }
        self.state.parent.mkdir(parents=True, exist_ok=True)
        write_tensors(self.state, STATE_FORMAT, tensors, metadata)

    def read_plan(self) -> RunPlan:
        """The plan of the unfinished run.

        Raises:
            CheckpointDamaged: There is none, or its state can't be read.
        """
        return RunPlan(**json.loads(read_tensors(self.state, STATE_FORMAT)[1]["plan"]))

    def load(self, parts: RunParts) -> RunProgress:
        """Load the state of the unfinished run into the parts, in place.

        Raises:
            CheckpointDamaged: The state is missing or damaged.
        """
        tensors, metadata = read_tensors(self.state, STATE_FORMAT)
        owners: dict[str, dict[str, Tensor]] = {"model": {}, "average": {}, "memory": {}, "optimiser": {}}
        for name, tensor in tensors.items():
            owner, key = name.split(".", 1)
            owners[owner][key] = tensor
        parts.model.load_state_dict(owners["model"])
        parts.average.load_state_dict(owners["average"])
        load_optimiser(parts.optimiser, owners["optimiser"])
        for name, tensor in parts.memory.items():
            tensor.copy_(owners["memory"][name])
        return RunProgress(**json.loads(metadata["progress"]))

    def check_free(self) -> None:
        """Make sure that a new run would not replace an unfinished one.

        Raises:
            UsageError: There is an unfinished run.
        """
        if self.state.exists():
            raise UsageError(
                f"a run of '{self.name}' is unfinished", f"add --resume to continue it, or delete '{self.state}'"
            )
