"""Finished stages of a study on disk, so that an interrupted study continues."""

import hashlib
import json
from collections.abc import Mapping
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

    numbers: dict[str, Any] = field(default_factory=dict)  # for metrics.json and the page
    arrays: Mapping[str, Any] = field(default_factory=dict)  # for the figures and for later stages
    seconds: float = 0.0  # the time that the stage took; set by the store


@dataclass(frozen=True)
class StageStore:
    """A folder of finished stages, each in one safetensors file."""

    folder: Path

    @classmethod
    def create(cls, parent: Path, key: str) -> "StageStore":
        """Make the folder of one study in `parent`; studies with other settings have other folders beside it.

        Args:
            parent: The folder.
            key: Everything that decides the outcome of the study.

        Raises:
            OutputUnwritable: The folder can't be written.
        """
        folder = parent / hashlib.sha256(key.encode()).hexdigest()[:12]
        write_atomically(folder / "key.json", key.encode())  # for people; and fails early in a read-only folder
        return cls(folder)

    def path(self, name: str, ending: str = ".safetensors") -> Path:
        """The file of a stage."""
        return self.folder / f"{name}{ending}"

    def write(self, name: str, result: StageResult, seconds: float) -> None:
        """Write the result of a stage and the time that it took.

        Raises:
            OutputUnwritable: The file can't be written.
        """
        tensors = {key: torch.as_tensor(np.asarray(array)) for key, array in result.arrays.items()}
        metadata = {"numbers": json.dumps(result.numbers), "seconds": repr(seconds)}
        write_tensors(self.path(name), STAGE_FORMAT, tensors, metadata)

    def read(self, name: str) -> StageResult:
        """Read the result of a finished stage.

        Raises:
            CheckpointDamaged: The stage is not finished, or its file is damaged.
        """
        tensors, metadata = read_tensors(self.path(name), STAGE_FORMAT)
        arrays = {key: tensor.numpy() for key, tensor in tensors.items()}
        return StageResult(json.loads(metadata["numbers"]), arrays, float(metadata["seconds"]))

    def is_finished(self, name: str) -> bool:
        """Whether there is an intact file; a stage with a damaged file runs again."""
        try:
            read_tensors(self.path(name), STAGE_FORMAT)
        except CheckpointDamaged:
            return False
        return True
