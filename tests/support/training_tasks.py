"""What every training task must do, checked on small data packs."""

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from experiments.train.long_run import choose_rows, load_batch
from experiments.train.training_task import PreparedTraining, TrainingTask
from pochade.training.loop import take_step
from pochade.training.muon import Muon

CPU = torch.device("cpu")
BATCH = 8  # pictures; fewer than the tasks take, and so many that a batch has damage of all kinds


def check_learning(task: TrainingTask) -> PreparedTraining:
    """Take two steps; the losses are finite, and the weights change."""
    prepared = task.prepare(CPU, small=True)
    model, count = prepared.model.train(), len(prepared.data[0])
    before = [parameter.detach().clone() for parameter in model.parameters()]
    optimiser = Muon(model.parameters(), task.rate / 10)
    batches = (load_batch(prepared.data, choose_rows(count, BATCH, step, 0)) for step in range(2))
    losses = [float(take_step(model, prepared.loss, batch, optimiser).detach()) for batch in batches]
    assert all(map(math.isfinite, losses))
    assert any((old != new).any() for old, new in zip(before, model.parameters(), strict=True))
    return prepared


@torch.no_grad()
def check_figures(task: TrainingTask, prepared: PreparedTraining) -> dict[str, float]:
    """Evaluate; all figures are finite, the headline is one of them, and they are the same each time."""
    figures = prepared.evaluate(prepared.model.eval())
    assert task.headline in figures
    assert all(math.isfinite(figure) for figure in figures.values())
    assert figures == prepared.evaluate(prepared.model)
    return figures


def check_writing(task: TrainingTask, model: nn.Module, path: Path, load: Callable[[Path], nn.Module]) -> nn.Module:
    """Write the weights; what the product loads is about the same model."""
    task.write(model, path)
    loaded = load(path)
    for name, tensor in loaded.state_dict().items():
        torch.testing.assert_close(tensor.float(), model.state_dict()[name].float(), atol=0.02, rtol=0.02)
    return loaded
