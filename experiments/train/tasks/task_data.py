"""What the tasks have in common: rows of a pack, letterboxed pictures, shipped weights, and a held-out loss."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from experiments.pack.pack_file import Pack
from pochade.images.geometry.letterbox import Square
from pochade.models.checkpoints import load_model

Model = TypeVar("Model", bound=nn.Module)
SMALL_ROWS = 24  # pictures, for tests


def split_rows(pack: Pack, *, small: bool, among: Tensor | None = None) -> tuple[list[int], list[int]]:
    """The rows of a pack to train on, and those held out.

    Args:
        pack: The pack.
        small: Whether to take only a few of both.
        among: Which rows may be taken (N,) bool; None for all.
    """
    usable = torch.ones_like(pack.held_out) if among is None else among
    training, held_out = (torch.nonzero(usable & side).flatten().tolist() for side in (~pack.held_out, pack.held_out))
    return (training[:SMALL_ROWS], held_out[:SMALL_ROWS]) if small else (training, held_out)


def stack_pixels(pictures: Sequence[np.ndarray], device: torch.device) -> Tensor:
    """Stack pictures (S, S, 3) uint8 to (N, 3, S, S) uint8 on a device."""
    return torch.from_numpy(np.stack(pictures)).to(device).permute(0, 3, 1, 2).contiguous()


def stack_frames(squares: Sequence[Square], device: torch.device) -> Tensor:
    """Widths and heights of letterboxed pictures (N, 2), as shares of their squares."""
    frames = [[square.width, square.height] for square in squares]
    return torch.tensor(frames, device=device) / len(squares[0].pixels)


def load_weights(path: Path, model_class: type[Model], device: torch.device) -> Model:
    """Load a model of a known class onto a device."""
    model = load_model(path)
    assert isinstance(model, model_class)
    return model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


@torch.no_grad()
def held_out_loss(model: nn.Module, loss: Callable[..., Tensor], data: tuple[Tensor, ...], batch_size: int) -> float:
    """The mean loss over held-out data, with the same random numbers in every call.

    Args:
        model: The model, in evaluation mode.
        loss: The loss, as for training.
        data: The held-out data, as for training: pictures (N, C, H, W) uint8, then the other tensors.
        batch_size: Pictures per batch.
    """
    total = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for batch in zip(*(tensor.split(batch_size) for tensor in data), strict=True):
            total += float(loss(model, batch[0].float() / 255, *batch[1:])) * len(batch[0])
    return total / len(data[0])
