"""Processes that share a run stay equal, and end with the same weights as a run that was killed and resumed."""

import functools
from pathlib import Path

import pytest
import torch
from torch import nn

from experiments.train.long_run import Intervals, LongRun
from experiments.train.process_group import ProcessGroup, run_in_processes
from experiments.train.run_files import RunFiles
from experiments.train.run_plan import RunPlan
from pochade.models.checkpoints import read_tensors
from tests.experiments.train.small_task import SmallTask

CPU = torch.device("cpu")
pytestmark = pytest.mark.slow


def train_share(folder: Path, group: ProcessGroup, *, resume: bool, stop_at: int | None) -> None:
    """Train one process's share of a run of two processes, and write what its model became."""

    def report(text: str) -> None:
        if stop_at and text.startswith(f"step {stop_at}, loss"):
            raise KeyboardInterrupt

    task, plan = SmallTask(), RunPlan(steps=6, processes=2)
    run = LongRun(task, plan, CPU, RunFiles("small", folder), report, Intervals(0, 0, 0), group)
    prepared = task.prepare(CPU)
    try:
        run.train(prepared, resume=resume)
    finally:
        torch.save(prepared.model.state_dict(), folder / f"{group.rank}.pt")


def average_twice(folder: Path, group: ProcessGroup) -> None:
    """Average gradients and buffers over two processes, and write them."""
    model = nn.BatchNorm1d(1)
    group.backward(model)(model(torch.tensor([[1.0 + group.rank], [3.0 + 3 * group.rank]])).square().sum())
    group.average_buffers(model)
    torch.save((model.running_mean, model.bias.grad, group.agree(group.rank + 5.0)), folder / f"{group.rank}.pt")


def read(path: Path) -> dict[str, torch.Tensor]:
    result: dict[str, torch.Tensor] = torch.load(path)
    return result


def test_gradients_and_statistics_are_averaged_and_the_main_process_decides(tmp_path: Path) -> None:
    run_in_processes(functools.partial(average_twice, tmp_path), 2)
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert first == second
    assert float(first[0]) == pytest.approx((0.1 * 2 + 0.1 * 4) / 2)  # momentum 0.1, means 2 and 4
    assert first[2] == 5


def test_two_processes_end_with_the_same_model_after_an_interruption(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("undisturbed", "interrupted")]
    for folder in folders:
        folder.mkdir()
    run_in_processes(functools.partial(train_share, folders[0], resume=False, stop_at=None), 2)
    with pytest.raises(Exception, match=r"KeyboardInterrupt|terminated|Connection"):
        run_in_processes(functools.partial(train_share, folders[1], resume=False, stop_at=4), 2)
    run_in_processes(functools.partial(train_share, folders[1], resume=True, stop_at=None), 2)
    models = [read(folder / f"{rank}.pt") for folder in folders for rank in (0, 1)]
    for model in models[1:]:
        for name, tensor in models[0].items():
            assert torch.equal(model[name], tensor), name
    written = [read_tensors(folder / "small.weights", "small")[0] for folder in folders]
    assert all(torch.equal(tensor, written[1][name]) for name, tensor in written[0].items())


def test_one_process_works_in_place() -> None:
    ranks = list[int]()
    run_in_processes(lambda group: ranks.append(group.rank), 1)
    assert ranks == [0]
    assert ProcessGroup().agree(0.5) == 0.5
