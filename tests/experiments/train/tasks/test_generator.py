"""The generator is trained on squares of 128 pixels, and judged by its loss on held-out ones."""

from pathlib import Path

import pytest
import torch

from experiments.train.tasks.generator import SIDE, GeneratorTask
from pochade.models.checkpoints import load_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = GeneratorTask()


@pytest.mark.slow
def test_the_shipped_model_learns_and_is_written_at_half_the_size(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    assert prepared.data[0].shape[1:] == (3, SIDE, SIDE)
    path = tmp_path / TASK.file
    check_writing(TASK, prepared.model, path, load_model)
    assert path.stat().st_size < 2.1 * sum(tensor.numel() for tensor in prepared.model.state_dict().values())
    assert next(prepared.model.parameters()).dtype == torch.float32


@pytest.mark.slow
def test_an_untrained_model_has_a_higher_loss() -> None:
    prepared = TASK.prepare(CPU, small=True)
    shipped = check_figures(TASK, prepared)
    assert prepared.evaluate(FlowMatchingVAE().eval())["loss"] > shipped["loss"]
