"""A task that trains in milliseconds: one convolution, and a loss that remembers what it saw."""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed
from torch import Tensor, nn

from experiments.train.training_task import PreparedTraining
from pochade.models.checkpoints import write_tensors
from pochade.models.weights import PAGE_FILE
from pochade.training.augment.random_numbers import RandomNumbers

PICTURES = 20


class SmallModel(nn.Module):
    """One convolution and a batch normalisation, so that there are weights, statistics and a counter."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, 4, 4) to (B, 2, 4, 4)."""
        result: Tensor = self.layers(x)
        return result


@dataclass(frozen=True)
class SmallTask:
    """Stands for a shipped model in the tests of the loop."""

    name: str = "small"
    file: str = PAGE_FILE
    batch_size: int = 6
    rate: float = 1e-2
    headline: str = "gain"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Make noise as pictures; the loss adds noise of its own and remembers how often each picture was seen."""
        count = PICTURES // 2 if small else PICTURES
        pictures = RandomNumbers(1).integers((count, 1, 4, 4), 0, 256).to(device, torch.uint8)
        seen = torch.zeros(count, device=device)
        torch.manual_seed(3)
        model = SmallModel().to(device)

        def loss(model: nn.Module, pictures: Tensor, rows: Tensor) -> Tensor:
            noise = RandomNumbers.from_torch(pictures.device).normal(pictures.shape)
            new = torch.zeros_like(seen).index_fill_(0, rows, 1)
            if torch.distributed.is_initialized():
                torch.distributed.all_reduce(new)
            seen.add_(new)
            error: Tensor = (model(pictures + noise) - pictures * seen[rows].view(-1, 1, 1, 1)).square().mean()
            return error

        def evaluate(model: nn.Module) -> dict[str, float]:
            return {"gain": -float((model(pictures.float() / 255) - 0.5).square().mean())}

        return PreparedTraining(model, (pictures, torch.arange(count, device=device)), loss, evaluate, {"seen": seen})

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights as a safetensors file."""
        write_tensors(path, "small", model.state_dict(), {})
