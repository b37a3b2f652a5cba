"""The loop of a training run that may take nine minutes of a large GPU or many hours of a CPU.

    pack ──►──┤task.prepare├──► model, data ──►──┤take_step, average├──► state, log ──►──┤task.write├──► weights
                                                   ▲               │
                                                   └── every step ─┘

Everything random depends on the seed and the number of the step alone. So a run that was killed and resumed ends with
the weights of an undisturbed one, on the same kind of device.
"""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from experiments.train.precision import autocast_forward
from experiments.train.process_group import ProcessGroup
from experiments.train.run_files import RunFiles, RunParts, RunProgress
from experiments.train.run_plan import RunPlan
from experiments.train.training_task import PreparedTraining, TrainingTask
from experiments.train.weight_average import WeightAverage, middle_of
from pochade.errors import TrainingDiverged
from pochade.training.loop import take_step
from pochade.training.muon import Muon

SEED_STRIDE = 1_000_003  # between the random numbers of two seeds


@dataclass(frozen=True)
class Intervals:
    """How many seconds of training lie between two lines of the log, two states and two evaluations."""

    log: float = 20
    state: float = 120
    evaluation: float = 300


@dataclass(frozen=True)
class LongRun:
    """A run of one model, or the share of one process in it."""

    task: TrainingTask
    plan: RunPlan
    device: torch.device
    files: RunFiles
    report: Callable[[str], None] = lambda _: None  # called with a line of text now and then
    intervals: Intervals = field(default_factory=Intervals)
    group: ProcessGroup = field(default_factory=ProcessGroup)

    def train(self, prepared: PreparedTraining, *, resume: bool) -> nn.Module:
        """Train to the end of the plan, write the weights, and remove the state.

        Args:
            prepared: The model, its data and its loss.
            resume: Continue the unfinished run; otherwise begin a new one.

        Returns:
            The model that was written: the averaged one, or the middle between it and the one that the run began with,
            whichever has the better headline.

        Raises:
            UsageError: There is an unfinished run, and it should not be resumed.
            CheckpointDamaged: The state of the unfinished run can't be read.
            TrainingDiverged: The loss is infinite or not a number.
        """
        model = prepared.model.train()
        beginning = copy.deepcopy(model)
        average = WeightAverage(model)
        parts = RunParts(model, average.model, Muon(model.parameters(), self.task.rate), prepared.memory)
        progress = self._begin(parts, prepared, resume=resume)
        progress = self._take_steps(prepared, average, parts, progress)
        if not self.group.is_main:
            return average.model
        best = self.choose_best(prepared, beginning, average.model, progress)
        self.task.write(best, self.files.weights)
        self.files.state.unlink(missing_ok=True)
        return best

    def choose_best(
        self, prepared: PreparedTraining, beginning: nn.Module, average: nn.Module, progress: RunProgress
    ) -> nn.Module:
        """Evaluate the averaged model, and the middle between it and the one that the run began with."""
        middle = middle_of(beginning, average)
        candidates = {"middle": middle, "average": average}
        gains = {
            name: self._evaluate(prepared, model, progress, name)[self.task.headline]
            for name, model in candidates.items()
        }
        best = max(gains, key=lambda name: gains[name])
        self.report(f"kept the {best}")
        return candidates[best]

    def _begin(self, parts: RunParts, prepared: PreparedTraining, *, resume: bool) -> RunProgress:
        if resume:
            progress = self.files.load(parts)
            self.report(f"resumed after {progress.step} steps and {progress.seconds / 60:.1f} minutes")
            return progress
        self.files.check_free()
        progress = RunProgress(datetime.now(UTC).isoformat(timespec="seconds"))
        if self.group.is_main:
            self._evaluate(prepared, parts.average, progress, "beginning")
        return progress

    def _take_steps(
        self, prepared: PreparedTraining, average: WeightAverage, parts: RunParts, progress: RunProgress
    ) -> RunProgress:
        """Train until the plan is done, and return the progress."""
        stepping = autocast_forward(parts.model, self.device)
        last = dict.fromkeys(("log", "state", "evaluation"), progress.seconds)
        losses, rate = list[Tensor](), 0.0
        clock = time.perf_counter()
        while (done := self.group.agree(self.plan.progress(progress.step, progress.seconds))) < 1:
            rate = self.task.rate * self.plan.rate_share(done)
            losses.append(self._take_step(stepping, prepared, parts.optimiser, progress.step, rate))
            average.update(parts.model, progress.step)
            now = time.perf_counter()
            progress = replace(progress, step=progress.step + 1, seconds=progress.seconds + now - clock)
            clock = now
            if self._is_due("log", last, progress):
                self._log_loss(losses, progress, rate)
            if self._is_due("state", last, progress):
                self.files.save(parts, progress, self.plan)
                clock = time.perf_counter()  # neither saving nor evaluating counts as training
            if self._is_due("evaluation", last, progress):
                self._evaluate(prepared, average.model, progress, "average")
                clock = time.perf_counter()
        if losses and self.group.is_main:
            self._log_loss(losses, progress, rate)
        return progress

    def _take_step(
        self, model: nn.Module, prepared: PreparedTraining, optimiser: Optimizer, step: int, rate: float
    ) -> Tensor:
        """Train on this process's share of a batch; the loss stays on the device, so that nobody waits for a GPU."""
        rank, size = self.group.rank, self.group.size
        rows = choose_rows(len(prepared.data[0]), self.task.batch_size, step, self.plan.seed)[rank::size]
        torch.manual_seed((self.plan.seed * SEED_STRIDE + step) * size + rank)
        for parameters in optimiser.param_groups:
            parameters["lr"] = rate
        value = take_step(model, prepared.loss, load_batch(prepared.data, rows), optimiser, self.group.backward(model))
        self.group.average_buffers(model)
        return value.detach()

    def _is_due(self, kind: str, last: dict[str, float], progress: RunProgress) -> bool:
        """Whether the main process has trained long enough since it last did this."""
        if not self.group.is_main or progress.seconds - last[kind] < getattr(self.intervals, kind):
            return False
        last[kind] = progress.seconds
        return True

    def _log_loss(self, losses: list[Tensor], progress: RunProgress, rate: float) -> None:
        """Log the mean loss since the last line, and forget the losses.

        Raises:
            TrainingDiverged: It is infinite or not a number.
        """
        loss = float(torch.stack(losses).float().mean())
        losses.clear()
        if not math.isfinite(loss):
            raise TrainingDiverged(f"the loss became {loss} before step {progress.step}", "lower the task's rate")
        self.files.write_log(self._log_line(progress) | {"loss": round(loss, 5), "rate": round(rate, 6)})
        share = self.plan.progress(progress.step, progress.seconds)
        left = progress.seconds * (1 - share) / share / 60
        self.report(f"step {progress.step}, loss {loss:.4f}, {share:.0%}, {max(0.0, left):.0f} minutes left")

    @torch.no_grad()
    def _evaluate(
        self, prepared: PreparedTraining, model: nn.Module, progress: RunProgress, weights: str
    ) -> dict[str, float]:
        """Measure a model on held-out pictures, and log the figures with the name of its weights."""
        with torch.random.fork_rng():
            torch.manual_seed(0)
            figures = prepared.evaluate(model.eval())
        rounded = {name: round(value, 5) for name, value in figures.items()}
        self.files.write_log(self._log_line(progress) | {"weights": weights, "held_out": rounded})
        self.report(f"step {progress.step}, held out, {weights}: {rounded}")
        return rounded

    def _log_line(self, progress: RunProgress) -> dict[str, object]:
        return {
            "run": progress.started,
            "step": progress.step,
            "pictures": progress.step * self.task.batch_size,
            "minutes": round(progress.seconds / 60, 2),
        }


def choose_rows(count: int, size: int, step: int, seed: int) -> Tensor:
    """The rows of a step's batch (B,) among `count` pictures.

    Every epoch has its own order. A last batch that would be smaller is left out, so that all have one size.
    """
    batches = max(1, count // size)
    generator = torch.Generator().manual_seed(seed * SEED_STRIDE + step // batches)
    order = torch.randperm(count, generator=generator)
    return order[step % batches * size :][:size]


def load_batch(data: tuple[Tensor, ...], rows: Tensor) -> list[Tensor]:
    """A batch as the losses take it: pictures (B, C, H, W) in [0, 1], then the other tensors of the data."""
    pictures, *others = (tensor[rows.to(tensor.device)] for tensor in data)
    return [pictures.float() / 255, *others]
