"""What JPEG loses, as batched torch: the artifacts of a file without the file.

    x (B, 3, H, W) ─►┤YCbCr├─►┤halve colour├─►┤8 x 8 cosines├─►┤divide, round, multiply├─►┤back├─► (B, 3, H, W)

It follows libjpeg step by step (ITU-T T.81 with JFIF's colours), so that its pictures are Pillow's to about
a level of 255.
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

BLOCK, LARGE_BLOCK = 8, 16  # pixels: of a transform, and of halved colour
# Annex K of ITU-T T.81: the steps of luma and chroma at quality 50, row by row.
LUMA_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA_STEPS = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *[(99,) * 8] * 4,
)
TO_YCBCR = ((0.299, 0.587, 0.114), (-0.168735892, -0.331264108, 0.5), (0.5, -0.418687589, -0.081312411))
TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136286, -0.714136286), (1.0, 1.772, 0.0))
MIDDLE = 128.0  # the level that counts as 0


@torch.no_grad()
def jpeg_noise(pictures: Tensor, qualities: Tensor, halved: Tensor) -> Tensor:
    """Lose what a JPEG of the given quality loses.

    Args:
        pictures: (B, 3, H, W) from 0 to 1; they are rounded to levels of 255 first. H and W are any.
        qualities: (B,) from 1 to 100, as libjpeg counts them.
        halved: (B,) bool, whether colour has half the resolution (4:2:0) or all of it (4:4:4).

    Returns:
        Pictures (B, 3, H, W) from 0 to 1, rounded to levels of 255. No gradient passes.
    """
    with torch.autocast(pictures.device.type, enabled=False):  # half precision is coarser than a level
        size = pictures.shape[2:]
        steps = _scale_steps(qualities)  # (B, 3, 64)
        levels = pictures.float().clamp(0, 1).mul_(255).round_()
        x = _change_colours(levels.sub_(MIDDLE), TO_YCBCR)
        x = functional.pad(x, (0, -size[1] % LARGE_BLOCK, 0, -size[0] % LARGE_BLOCK), mode="replicate").round_()
        chroma = _halve(x[:, 1:])
        x = _round_frequencies(x, steps)[..., : size[0], : size[1]]
        chroma = _enlarge(_round_frequencies(chroma, steps[:, 1:]), size)
        chroma = torch.where(halved.view(-1, 1, 1, 1), chroma, x[:, 1:])
        levels = _change_colours(torch.cat([x[:, :1], chroma], 1), TO_RGB)
        return levels.add_(MIDDLE).round_().clamp_(0, 255).div_(255)


def _change_colours(x: Tensor, rows: tuple[tuple[float, ...], ...]) -> Tensor:
    """Apply a matrix to colours (B, 3, H, W) whose middle level is 0."""
    return torch.einsum("dc,bchw->bdhw", _matrix(rows, x.device), x)


@cache
def _matrix(rows: tuple[tuple[float, ...], ...], device: torch.device) -> Tensor:
    """A constant on a device, copied there once."""
    return torch.tensor(rows, dtype=torch.float32, device=device)


@cache
def _cosines(device: torch.device) -> Tensor:
    """The orthonormal cosine transform of a block, as a matrix (64, 64) of frequencies by pixels."""
    place = torch.arange(BLOCK, dtype=torch.float64, device=device)
    waves = torch.cos((2 * place + 1) * place.unsqueeze(1) * (torch.pi / (2 * BLOCK))) * (2 / BLOCK) ** 0.5
    waves[0] /= 2**0.5
    return torch.kron(waves, waves).float()


def _scale_steps(qualities: Tensor) -> Tensor:
    """The steps of Y, Cb and Cr for each quality (B, 3, 64), scaled and rounded as libjpeg does."""
    quality = qualities.to(torch.int32).clamp(1, 100)
    percent = torch.where(quality < 50, torch.div(5000, quality, rounding_mode="floor"), 200 - 2 * quality)  # noqa: PLR2004
    base = _matrix((sum(LUMA_STEPS, ()), *[sum(CHROMA_STEPS, ())] * 2), qualities.device).int()
    return torch.div(base * percent.view(-1, 1, 1) + 50, 100, rounding_mode="floor").clamp(1, 255).float()


def _round_frequencies(x: Tensor, steps: Tensor) -> Tensor:
    """Round each frequency of each block to a multiple of its step.

    Args:
        x: Planes (B, C, H, W) from -128 to 127, H and W multiples of 8.
        steps: (B, C, 64).

    Returns:
        The planes (B, C, H, W), rounded to whole levels from -128 to 127.
    """
    pictures, planes, height, width = x.shape
    cosines = _cosines(x.device)
    rows, columns = height // BLOCK, width // BLOCK
    blocks = x.reshape(pictures, planes, rows, BLOCK, columns, BLOCK).transpose(3, 4)
    frequencies = blocks.reshape(pictures, planes, -1, BLOCK**2) @ cosines.T
    steps = steps.unsqueeze(2)
    blocks = (frequencies.div_(steps).round_().mul_(steps) @ cosines).round_().clamp_(-MIDDLE, MIDDLE - 1)
    blocks = blocks.reshape(pictures, planes, rows, columns, BLOCK, BLOCK)
    return blocks.transpose(3, 4).reshape(x.shape)


def _halve(chroma: Tensor) -> Tensor:
    """Means of 2 x 2 pixels (B, 2, H/2, W/2); halves are rounded up in every second column, as libjpeg does."""
    means = functional.avg_pool2d(chroma, 2)
    odd = torch.arange(means.shape[3], device=chroma.device) % 2
    return (means + (0.25 + 0.25 * odd)).floor_()


def _enlarge(chroma: Tensor, size: torch.Size) -> Tensor:
    """Double the size of halved planes (B, 2, h, w) with libjpeg's triangle filter, and cut them to the size."""
    height, width = (-(-side // 2) for side in size)
    large = functional.interpolate(chroma[..., :height, :width], size=[2 * height, 2 * width], mode="bilinear")
    return large[..., : size[0], : size[1]].round()
