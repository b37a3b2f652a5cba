"""Finished stages are stored, and read back in the next run."""

from pathlib import Path

import numpy as np
import pytest

from pochade.errors import CheckpointDamaged
from pochade.study.stages.stage_store import StageResult, StageStore


def test_a_finished_stage_is_read_back_and_other_keys_have_their_own_stages(tmp_path: Path) -> None:
    StageStore.create(tmp_path, "one").write("stage", StageResult({"answer": 1}, {"values": np.arange(3)}), seconds=2.5)
    result = StageStore.create(tmp_path, "one").read("stage")
    assert (result.numbers, result.seconds) == ({"answer": 1}, 2.5)
    assert result.arrays["values"].tolist() == [0, 1, 2]
    assert not StageStore.create(tmp_path, "two").is_finished("stage")


def test_a_stage_with_a_damaged_file_is_not_finished(tmp_path: Path) -> None:
    store = StageStore.create(tmp_path, "key")
    store.write("stage", StageResult({"answer": 1}), seconds=0)
    assert store.is_finished("stage")
    store.path("stage").write_bytes(b"half a fi")
    assert not store.is_finished("stage")
    with pytest.raises(CheckpointDamaged):
        store.read("stage")
