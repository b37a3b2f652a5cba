"""A time budget becomes a number of epochs, which an interrupted run keeps."""

from pathlib import Path

import pytest
import torch

from pochade.training import timed_training
from pochade.training.timed_training import plan_epochs


def test_a_stored_plan_is_used_for_the_same_minutes_and_pictures_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (torch.zeros(8),), (torch.zeros(9),)
    path, model, loss = tmp_path / "plan.json", torch.nn.Linear(1, 1), torch.nn.MSELoss()
    monkeypatch.setattr(timed_training, "seconds_per_epoch", lambda *_: 6.0)
    assert plan_epochs(path, 1, model, loss, few) == 10
    monkeypatch.setattr(timed_training, "seconds_per_epoch", lambda *_: 3.0)
    assert plan_epochs(path, 1, model, loss, few) == 10
    assert plan_epochs(path, 1, model, loss, many) == 20
    assert plan_epochs(path, 2, model, loss, many) == 40
