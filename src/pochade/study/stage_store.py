"""Remembering the stages of a study on disk, so that an interrupted one goes on where it was."""

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

FORMAT = "pochade-stage-1"


@dataclass(frozen=True)
class Findings:
    """What one stage of the study found out."""

    numbers: dict[str, Any] = field(default_factory=dict)  # for metrics.json and the report
    arrays: Mapping[str, Any] = field(default_factory=dict)  # for the figures and for later stages


class Stages:
    """The folder in which finished stages are kept, each in one safetensors file.

    Args:
        folder: Where; every key has a folder of its own in it, so that studies with other settings stay resumable.
        key: What decides the outcome of the study.
        announce: Told the name of each stage as it begins.

    Raises:
        OutputUnwritable: The folder can't be written.
    """

    def __init__(self, folder: Path, key: str, announce: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder / hashlib.sha256(key.encode()).hexdigest()[:12]
        self.announce = announce
        self.seconds: dict[str, float] = {}
        write_atomically(self.folder / "key.json", key.encode())  # for people; and an unwritable folder fails here

    def run(self, name: str, stage: Callable[[], Findings]) -> Findings:
        """What the stage found out, always as it was read back from its file: the same on every run."""
        path = self.folder / f"{name}.safetensors"
        if not self._kept(path):
            self.announce(name)
            started = time.perf_counter()
            findings = stage()
            seconds = findings.numbers.pop("seconds", time.perf_counter() - started)  # training counts its own
            self._keep(path, findings, seconds)
        tensors, metadata = read_tensors(path, FORMAT)
        self.seconds[name] = float(metadata["seconds"])
        return Findings(json.loads(metadata["numbers"]), {key: tensor.numpy() for key, tensor in tensors.items()})

    @staticmethod
    def _keep(path: Path, findings: Findings, seconds: float) -> None:
        tensors = {name: torch.as_tensor(np.asarray(array)) for name, array in findings.arrays.items()}
        write_tensors(path, FORMAT, tensors, {"numbers": json.dumps(findings.numbers), "seconds": repr(seconds)})

    @staticmethod
    def _kept(path: Path) -> bool:
        """Whether a stage was finished; one whose file is damaged runs again."""
        try:
            read_tensors(path, FORMAT)
        except CheckpointDamaged:
            return False
        return True
