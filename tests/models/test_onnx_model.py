"""ONNX files are run as they are, and what is no model of the expected kind is refused."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.onnx_model import OnnxModel

INPUTS, OUTPUTS = ("embeddings", "statistics", "measures"), ("probabilities",)


def test_the_library_sends_no_events(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", "import pochade.models.onnx_model"]
    subprocess.run(command, env=environment | {"TMPDIR": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []  # its telemetry begins by writing a file here


def test_a_model_takes_any_number_of_rows() -> None:
    model = OnnxModel(weights.FOLDER / weights.TECHNIQUE_FILE, INPUTS, OUTPUTS)
    for rows in (1, 7):
        arrays = (np.zeros((rows, columns), np.float32) for columns in (64, 848, 9))
        (probabilities,) = model.run(*arrays)
        assert probabilities.shape == (rows, 5)
        assert np.allclose(probabilities.sum(1), 1)


@pytest.mark.parametrize("keep", [0, 100, -100])
def test_a_damaged_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "technique.onnx"
    path.write_bytes((weights.FOLDER / weights.TECHNIQUE_FILE).read_bytes()[:keep])
    with pytest.raises(CheckpointDamaged, match=r"technique\.onnx"):
        OnnxModel(path, INPUTS, OUTPUTS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged, match="can't be read"):
        OnnxModel(tmp_path / "theme.onnx", INPUTS, OUTPUTS)


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(CheckpointDamaged, match="another kind"):
        OnnxModel(weights.FOLDER / weights.TECHNIQUE_FILE, ("squares",), OUTPUTS)
