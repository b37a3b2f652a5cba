"""Random choices and numbers for a batch, drawn separately for each picture."""

from collections.abc import Callable

import torch
from torch import Tensor


def random_uniform(count: int, low: float, high: float) -> Tensor:
    """One uniform random number for each picture, (B, 1, 1, 1)."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def random_mask(count: int, share: float) -> Tensor:
    """Select each picture with a probability, `share`: (B,) bool."""
    return torch.rand(count) < share


def random_apply(share: float, change: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Apply a change to a random share of the pictures; it is computed for these only.

    Args:
        share: The probability that a picture is changed, 0 to 1.
        change: Maps some pictures of the batch (b, C, H, W) to changed ones of the same shape.
        x: The batch (B, C, H, W).

    Returns:
        The batch with changed pictures (B, C, H, W).
    """
    rows = torch.nonzero(random_mask(len(x), share)).flatten()
    return x.index_copy(0, rows, change(x[rows])) if len(rows) else x
