"""The input of the embedding and sketch models: letterboxed pictures on white, with a mask of the picture's frame."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class LetterboxedBatch:
    """Pictures letterboxed into white squares, and the shares of the squares that they fill."""

    pictures: Tensor  # (N, 3, S, S) in [0, 1]
    frames: Tensor  # (N, 2) float32 in (0, 1]: width and height of the picture, as shares of S

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, rows: Tensor) -> "LetterboxedBatch":
        """The pictures in some rows, as a batch."""
        return LetterboxedBatch(self.pictures[rows], self.frames[rows])


def model_input(batch: LetterboxedBatch, side: int) -> Tensor:
    """Pictures with their frame masks, as the models take them.

    Args:
        batch: The pictures.
        side: Pixels per side that the model expects; the pictures are resized to it.

    Returns:
        Red, green, blue and the frame mask (B, 4, side, side), in [0, 1].
    """
    colour = batch.pictures
    if side != colour.shape[-1]:
        colour = functional.interpolate(colour, size=(side, side), mode="bilinear", align_corners=False)
    mask = frame_mask(batch.frames, side)
    return torch.cat([colour * mask + (1 - mask), mask], 1)


def frame_mask(frames: Tensor, side: int) -> Tensor:
    """Masks (B, 1, side, side) that are 1 inside centred frames.

    Args:
        frames: Widths and heights of the frames (B, 2), as shares of the square.
        side: Pixels per side of a mask.
    """
    centres = (torch.arange(side, device=frames.device) + 0.5) / (side / 2) - 1  # of the pixels, -1 to 1
    half_sizes = frames.clamp(min=2 / side)
    across = (centres.abs() <= half_sizes[:, :1]).view(-1, 1, 1, side)
    down = (centres.abs() <= half_sizes[:, 1:]).view(-1, 1, side, 1)
    return (across & down).float()
