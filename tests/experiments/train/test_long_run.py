"""A run that is killed and resumed ends like an undisturbed one; the log says what was trained and how well."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from experiments.train.long_run import Intervals, LongRun, choose_rows, load_batch
from experiments.train.run_files import RunFiles
from experiments.train.run_plan import RunPlan
from experiments.train.training_task import PreparedTraining
from pochade.errors import CheckpointDamaged, TrainingDiverged, UsageError
from tests.experiments.train.small_task import SmallTask

CPU = torch.device("cpu")
ALWAYS, NEVER = 0.0, float("inf")
OFTEN = Intervals(log=ALWAYS, state=ALWAYS, evaluation=ALWAYS)


class Killed(Exception):
    """Stands for the end of a process."""


class KillAfter:
    """A report that kills the run once it tells of a number of steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def __call__(self, text: str) -> None:
        """Kill the run if a line tells of the steps."""
        if text.startswith(f"step {self.steps}, loss"):
            raise Killed


def train(folder: Path, *, kill_after: int | None = None, resume: bool = False, seed: int = 0) -> nn.Module:
    task = SmallTask()
    report = KillAfter(kill_after) if kill_after else lambda _: None
    run = LongRun(task, RunPlan(steps=11, seed=seed), CPU, RunFiles("small", folder), report, OFTEN)
    return run.train(task.prepare(CPU), resume=resume)


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("steps", [2, 5, 11])
def test_a_killed_and_resumed_run_ends_with_the_weights_of_an_undisturbed_run(tmp_path: Path, steps: int) -> None:
    undisturbed = weights_of(train(tmp_path / "undisturbed"))
    with pytest.raises(Killed):
        train(tmp_path / "killed", kill_after=steps)  # before the state of this step is saved: it is taken again
    resumed = weights_of(train(tmp_path / "killed", resume=True))
    assert resumed.keys() == undisturbed.keys()
    for name, tensor in undisturbed.items():
        assert torch.equal(resumed[name], tensor), name
    written, other = ((tmp_path / run / "small.weights").read_bytes() for run in ("undisturbed", "killed"))
    assert written == other


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    first, second = (weights_of(train(tmp_path / str(seed), seed=seed)) for seed in (0, 1))
    assert not torch.equal(first["layers.0.weight"], second["layers.0.weight"])


def test_a_new_run_does_not_replace_an_unfinished_one(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(tmp_path, kill_after=4)
    with pytest.raises(UsageError, match="unfinished"):
        train(tmp_path)
    train(tmp_path, resume=True)
    assert not (tmp_path / "small.state").exists()
    train(tmp_path)  # a finished run leaves nothing that would be replaced


def test_there_is_nothing_to_resume_without_a_state(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged):
        train(tmp_path, resume=True)


def test_the_log_has_losses_and_held_out_figures_against_pictures_seen(tmp_path: Path) -> None:
    train(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "small.jsonl").read_text().splitlines()]
    losses = [line for line in lines if "loss" in line]
    figures = [line for line in lines if "held_out" in line]
    assert [line["step"] for line in losses] == list(range(1, 12))
    assert [line["pictures"] for line in losses] == [6 * step for step in range(1, 12)]
    assert losses[0]["rate"] < max(line["rate"] for line in losses) > losses[-1]["rate"]
    assert figures[0]["step"] == 0
    assert figures[-1]["step"] == 11
    assert set(figures[-1]["held_out"]) == {"gain"}
    assert len({line["run"] for line in lines}) == 1


def test_a_run_that_diverges_stops_and_names_the_step(tmp_path: Path) -> None:
    task = SmallTask()
    prepared = task.prepare(CPU)

    def infinite_loss(model: nn.Module, pictures: Tensor, rows: Tensor) -> Tensor:
        return prepared.loss(model, pictures, rows) / 0

    broken = PreparedTraining(prepared.model, prepared.data, infinite_loss, prepared.evaluate, prepared.memory)
    run = LongRun(task, RunPlan(steps=3), CPU, RunFiles("small", tmp_path), intervals=OFTEN)
    with pytest.raises(TrainingDiverged, match="step 1"):
        run.train(broken, resume=False)


def test_an_epoch_has_every_picture_once_and_its_own_order() -> None:
    epochs = [torch.cat([choose_rows(6, 2, step, seed=0) for step in steps]) for steps in (range(3), range(3, 6))]
    assert [sorted(epoch.tolist()) for epoch in epochs] == [list(range(6))] * 2
    assert not torch.equal(*epochs)


def test_a_batch_has_its_pictures_in_the_unit_interval_and_the_rest_as_it_is() -> None:
    data = (torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1), torch.tensor([7, 9]))
    pictures, others = load_batch(data, torch.tensor([1]))
    assert pictures.item() == 1
    assert others.item() == 9


@pytest.mark.parametrize("length", [{}, {"minutes": 0}, {"steps": -1}, {"minutes": 1, "steps": 1}, {"minutes": NEVER}])
def test_a_run_needs_one_length_above_zero(length: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        RunPlan(**length)  # type: ignore[arg-type]


def test_a_plan_in_minutes_goes_by_the_time_and_not_by_the_steps() -> None:
    plan = RunPlan(minutes=2)
    assert plan.progress(step=1_000, seconds=60) == 0.5
    assert RunPlan(steps=4).progress(step=1, seconds=1e9) == 0.25


def test_the_rate_rises_shortly_and_falls_to_nearly_zero() -> None:
    rates = [RunPlan.rate_share(share / 100) for share in range(101)]
    top = rates.index(max(rates))
    assert top == 5
    assert rates[:6] == sorted(rates[:6])
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)
