"""What a training run needs to know about one model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class PreparedTraining:
    """A model, its data and its loss, on the device where they are trained."""

    model: nn.Module  # begins with the shipped weights, unless there are none that fit
    data: tuple[Tensor, ...]  # pictures (N, C, H, W) uint8, then whatever else the loss needs for each picture
    loss: Callable[..., Tensor]  # `loss(model, pictures in [0, 1], *others)` returns a scalar: a mean over the batch
    evaluate: Callable[[nn.Module], dict[str, float]]  # figures on held-out pictures, with the model in eval mode
    memory: dict[str, Tensor] = field(default_factory=dict)  # what the loss remembers, equal in all processes


class TrainingTask(Protocol):
    """One shipped model: how it is trained, judged and written."""

    @property
    def name(self) -> str:
        """The name on the command line and of the files of its runs."""

    @property
    def file(self) -> str:
        """The name of the shipped file in `pochade.models.weights`."""

    @property
    def batch_size(self) -> int:
        """Pictures per step."""

    @property
    def rate(self) -> float:
        """The highest learning rate of Muon."""

    @property
    def headline(self) -> str:
        """The held-out figure to watch, a key of what `evaluate` returns; larger is better."""

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Read the pack and build the model; `small` takes a few pictures only, for tests."""

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights as they are shipped."""
