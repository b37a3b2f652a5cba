"""Models in ONNX files, run by onnxruntime: on CPUs faster than by torch, which is not imported.

A file holds a graph and its weights, or a graph alone; then the weights are given beside it (see `runnable_model.py`).
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.system.worker_pool import available_cores

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime reads it when it is imported, and sends events otherwise

import onnxruntime

ERRORS_ONLY = 3  # onnxruntime's level of messages

onnxruntime.disable_telemetry_events()


class OnnxModel:
    """One ONNX file, ready to run.

    Args:
        path: The file.
        inputs: The names of the arrays that it takes, in order.
        outputs: The names of the arrays that it returns, in order.
        weights: The weights that the file leaves out, by name.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model, or the weights do not fit it.
    """

    def __init__(
        self,
        path: Path,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        weights: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        options = _session_options()
        try:
            self._weights = _add_weights(options, weights or {})  # onnxruntime reads these arrays while it runs
            self._session = onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
        except Exception as error:  # its errors have no other base class
            raise CheckpointDamaged(f"'{path}' can't be read as a model: {error}", "install Pochade again") from error
        names = tuple(node.name for node in self._session.get_inputs())
        if names != inputs or tuple(node.name for node in self._session.get_outputs()) != outputs:
            raise CheckpointDamaged(f"'{path}' holds a model of another kind", "install Pochade again")

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the outputs for one array of each input."""
        feed = dict(zip(self.inputs, arrays, strict=True))
        results: list[NDArray[Any]] = self._session.run(list(self.outputs), feed)
        return results


def _session_options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _thread_count()
    options.enable_mem_pattern = False  # pictures have many sizes, and memory would be kept for each
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # waiting threads leave the cores to others
    options.log_severity_level = ERRORS_ONLY
    return options


def _thread_count() -> int:
    """One thread for each core, or as many as `OMP_NUM_THREADS` says: one in a worker, whose pool uses every core."""
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return min(max(1, int(limit)), available_cores()) if limit.isdecimal() else available_cores()


def _add_weights(
    options: onnxruntime.SessionOptions, weights: Mapping[str, NDArray[np.float32]]
) -> list[onnxruntime.OrtValue]:
    """Hand weights to the session that is made with these options."""
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in weights.values()]
    if values:
        options.add_external_initializers(list(weights), values)
    return values
