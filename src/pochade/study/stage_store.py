"""Finished stages of a study on disk, so that an interrupted study continues."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pochade.errors import CheckpointDamaged
from pochade.models.checkpoints import read_tensors, write_tensors
from pochade.system.atomic_files import write_atomically

STAGE_FORMAT = "pochade-stage-1"


@dataclass(frozen=True)
class StageResult:
    """What one stage of the study measured."""

    numbers: dict[str, Any] = field(default_factory=dict)  # for metrics.json and the report
    arrays: Mapping[str, Any] = field(default_factory=dict)  # for the figures and for later stages


class StageStore:
    """A folder of finished stages, each in one safetensors file.

    Args:
        folder: The folder; each key has its own folder in it, so that studies with other settings can continue, too.
        key: Everything that decides the outcome of the study.
        announce: Called with the name of each stage that begins.

    Raises:
        OutputUnwritable: The folder can't be written.
    """

    def __init__(self, folder: Path, key: str, announce: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder / hashlib.sha256(key.encode()).hexdigest()[:12]
        self.announce = announce
        self.seconds: dict[str, float] = {}
        write_atomically(self.folder / "key.json", key.encode())  # for people; and fails early in a read-only folder

    def run(self, name: str, stage: Callable[[], StageResult]) -> StageResult:
        """Run a stage that is not finished, and return its result as read from its file: the same in every run."""
        path = self.folder / f"{name}.safetensors"
        if not self._is_finished(path):
            self.announce(name)
            started = time.perf_counter()
            result = stage()
            seconds = result.numbers.pop("seconds", time.perf_counter() - started)  # training measures its own time
            self._write(path, result, seconds)
        tensors, metadata = read_tensors(path, STAGE_FORMAT)
        self.seconds[name] = float(metadata["seconds"])
        return StageResult(json.loads(metadata["numbers"]), {key: tensor.numpy() for key, tensor in tensors.items()})

    @staticmethod
    def _write(path: Path, result: StageResult, seconds: float) -> None:
        tensors = {name: torch.as_tensor(np.asarray(array)) for name, array in result.arrays.items()}
        write_tensors(path, STAGE_FORMAT, tensors, {"numbers": json.dumps(result.numbers), "seconds": repr(seconds)})

    @staticmethod
    def _is_finished(path: Path) -> bool:
        """Whether there is an intact file; a stage with a damaged file runs again."""
        try:
            read_tensors(path, STAGE_FORMAT)
        except CheckpointDamaged:
            return False
        return True
