"""A batch of letterboxed pictures as the embedding and sketch models take it: colours on white, and a mask of the picture."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class LetterboxedBatch:
    """Pictures to draw views from: letterboxed on white, with the share of the square that each one fills."""

    pictures: Tensor  # (N, 3, S, S) in [0, 1]
    frames: Tensor  # (N, 2) float32 in (0, 1]: width and height of the picture, as parts of S

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, chosen: Tensor) -> "LetterboxedBatch":
        """Those pictures alone."""
        return LetterboxedBatch(self.pictures[chosen], self.frames[chosen])


def model_input(sources: LetterboxedBatch, side: int) -> Tensor:
    """The pictures as they are, (B, 4, side, side): what the nets see of a piece itself."""
    colour = sources.pictures
    if side != colour.shape[-1]:
        colour = functional.interpolate(colour, size=(side, side), mode="bilinear", align_corners=False)
    frame = framed(sources.frames, side)
    return torch.cat([colour * frame + (1 - frame), frame], 1)


def framed(frames: Tensor, side: int) -> Tensor:
    """1 inside frames of these widths and heights (B, 2), as parts of the square: (B, 1, side, side)."""
    steps = (torch.arange(side) + 0.5) / (side / 2) - 1
    inside = frames.clamp(min=2 / side)
    across = (steps.abs() <= inside[:, :1]).view(-1, 1, 1, side)
    down = (steps.abs() <= inside[:, 1:]).view(-1, 1, side, 1)
    return (across & down).float()
