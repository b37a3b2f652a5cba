"""Models in ONNX files, run by onnxruntime: on CPUs faster than by torch, which is not imported.

Models that are fine-tuned on a collection stay with torch (`checkpoints.py`).
"""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.system.worker_pool import available_cores

ERRORS_ONLY = 3  # onnxruntime's level of messages

onnxruntime.disable_telemetry_events()  # its builds for Windows send events otherwise


class OnnxModel:
    """One ONNX file, ready to run.

    Args:
        path: The file.
        inputs: The names of the arrays that it takes, in order.
        outputs: The names of the arrays that it returns, in order.

    Raises:
        CheckpointDamaged: The file is missing, damaged, or holds another kind of model.
    """

    def __init__(self, path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self.inputs, self.outputs = inputs, outputs
        try:
            self._session = onnxruntime.InferenceSession(
                path.read_bytes(), _session_options(), ["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no other base class
            raise CheckpointDamaged(f"'{path}' can't be read as a model: {error}", "install Pochade again") from error
        names = tuple(node.name for node in self._session.get_inputs())
        if names != inputs or tuple(node.name for node in self._session.get_outputs()) != outputs:
            raise CheckpointDamaged(f"'{path}' holds a model of another kind", "install Pochade again")

    def run(self, *arrays: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        """Return the outputs for one array of each input."""
        feed = dict(zip(self.inputs, arrays, strict=True))
        results: list[NDArray[np.float32]] = self._session.run(list(self.outputs), feed)
        return results


def _session_options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cores()
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # waiting threads leave the cores to others
    options.log_severity_level = ERRORS_ONLY
    return options
