"""Random fields over sheets, and operations on batches of sheets: the building blocks of synthetic scan damage.

Sheets are float32 of shape (B, C, H, W) on any device. Lengths are in pixels, one for each sheet (B,). Sizes are known
without asking the device, so no step waits for it.
"""

import math
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from pochade.training.augment.random_numbers import RandomNumbers

CLOUD_STRENGTHS = (1.0, 0.5, 0.25)  # of three octaves
FINEST_CLOUD = 5.0  # pixels
REACH_IN_SIGMAS = 2.5  # distance from the centre at which a kernel is cut off

SheetChange = Callable[[RandomNumbers, Tensor, Tensor], Tensor]


def smooth_noise(random: RandomNumbers, size: tuple[int, int], lengths: Tensor, finest: float = FINEST_CLOUD) -> Tensor:
    """Smooth noise with hills about as wide as `lengths`, of mean 0 and standard deviation 1.

    Args:
        random: The source of all randomness.
        size: Height and width.
        lengths: (B,); shorter ones count as `finest`.
        finest: The shortest length. The memory needed grows with its inverse.

    Returns:
        (B, 1, H, W).
    """
    return _octave_noise(random, size, lengths.unsqueeze(1), finest)


def cloud_noise(random: RandomNumbers, size: tuple[int, int], lengths: Tensor) -> Tensor:
    """Noise (B, 1, H, W) of three octaves, each half as wide and half as strong as the one before, from 0 to 1."""
    octaves = torch.stack([lengths * strength for strength in CLOUD_STRENGTHS], 1)
    return _octave_noise(random, size, octaves, FINEST_CLOUD).div_(3).add_(0.5).clamp_(0, 1)


def shifted_channels(random: RandomNumbers, noise: Tensor, channels: int = 3) -> Tensor:
    """Make channels (B, C, H, W) of one channel of noise (B, 1, H, W), each shifted far with wrap-around.

    So they are as good as independent, and cost no more random numbers.
    """
    shifts = [[random.integer(0, side) for side in noise.shape[2:]] for _ in range(channels - 1)]
    return torch.cat([noise, *[noise.roll(shift, (2, 3)) for shift in shifts]], 1)


def blur(x: Tensor, sigmas: Tensor, most: float) -> Tensor:
    """Blur each sheet (B, C, H, W) with its own Gaussian and repeated edges; no sigma (B,) is above `most`."""
    kernels = gaussian_kernels(sigmas, torch.zeros_like(sigmas), math.ceil(REACH_IN_SIGMAS * most))
    return convolve(x, kernels, kernels)


def wide_blur(x: Tensor, sigmas: Tensor, most: float, factor: int) -> Tensor:
    """Blur sheets (B, C, H, W) at 1/`factor` of their size, and enlarge them again."""
    return enlarge(blur(reduce_size(x, factor), sigmas / factor, most / factor), x.shape[2:])


def gaussian_kernels(sigmas: Tensor, shifts: Tensor, reach: int) -> Tensor:
    """Gaussians of the given widths and centres, both of shape (...), at 2 x reach + 1 places: (..., K), of sum 1."""
    places = torch.arange(-reach, reach + 1, device=sigmas.device)
    weights = torch.exp(-0.5 * ((places - shifts.unsqueeze(-1)) / sigmas.unsqueeze(-1).clamp(min=0.05)).square())
    return weights / weights.sum(-1, keepdim=True)


def convolve(x: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Convolve each sheet along both sides with its own kernels, with repeated edges.

    Args:
        x: (B, C, H, W).
        down: The kernels along columns: (B, K) for all channels of a sheet, or (B, C, K), with an odd K.
        across: The kernels along rows, of the same shape.

    Returns:
        The shape of `x`.
    """
    batch, channels = x.shape[:2]
    reach = down.shape[-1] // 2
    down, across = (
        kernels.reshape(batch, -1, kernels.shape[-1]).expand(-1, channels, -1).flatten(0, 1)
        for kernels in (down, across)
    )
    padded = functional.pad(x, (reach, reach, reach, reach), mode="replicate").flatten(0, 1).unsqueeze(0)
    rows = functional.conv2d(padded, across[:, None, None], groups=batch * channels)
    return functional.conv2d(rows, down[:, None, :, None], groups=batch * channels).view(x.shape)


def reduce_size(x: Tensor, factor: int) -> Tensor:
    """Reduce sheets (B, C, H, W) to means of factor x factor pixels."""
    return functional.interpolate(x, size=[-(-side // factor) for side in x.shape[2:]], mode="area")


def enlarge(x: Tensor, size: torch.Size | tuple[int, ...]) -> Tensor:
    """Enlarge sheets (B, C, h, w) to a size (H, W)."""
    return functional.interpolate(x, size=list(size), mode="bilinear")


def smear(x: Tensor, lengths: Tensor, angles: Tensor, doublings: int = 6) -> Tensor:
    """Smear sheets (B, C, H, W) along one direction each, by `lengths` (B,): the mean of 2^doublings shifted copies."""
    height, width = x.shape[2:]
    rows, columns = (pixel_centres(side, x.device) / side * 2 - 1 for side in (height, width))
    grid = torch.stack([columns.expand(height, -1), rows.unsqueeze(1).expand(-1, width)], 2)
    steps = torch.stack([angles.cos() * lengths / width, angles.sin() * lengths / height], 1).mul_(2)
    for doubling in range(1, doublings + 1):
        shifted = functional.grid_sample(
            x, grid - steps[:, None, None] / 2**doubling, padding_mode="border", align_corners=False
        )
        x = (x + shifted) / 2
    return x


def change_some(random: RandomNumbers, share: float, change: SheetChange, x: Tensor, dots_per_mm: Tensor) -> None:
    """Change a random share of the sheets (B, 3, H, W) in place; the change is computed for these only.

    Args:
        random: The source of all randomness.
        share: The chance of each sheet.
        change: Maps random numbers, sheets and their resolutions to changed sheets.
        x: The sheets (B, C, H, W).
        dots_per_mm: Their resolutions (B,).
    """
    rows = random.rows(len(x), share)
    if len(rows):
        x.index_copy_(0, rows, change(random, x[rows], dots_per_mm[rows]))


def log_uniform(random: RandomNumbers, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """Random numbers whose logarithms are uniformly distributed."""
    return random.uniform(shape, math.log(low), math.log(high)).exp_()


def pixel_centres(side: int, device: torch.device) -> Tensor:
    """The places of the centres of pixels along one side, in pixels (side,)."""
    return torch.arange(side, dtype=torch.float32, device=device) + 0.5


def ink_coverage(x: Tensor) -> Tensor:
    """How much darker than white each pixel of sheets (B, 3, H, W) is: (B, 1, H, W) from 0 to 1."""
    return (1 - x.mean(1, keepdim=True)).clamp_(0, 1)


@cache
def constant(values: tuple[float, ...], device: torch.device) -> Tensor:
    """Numbers on a device, copied there once, so that no batch waits for them."""
    return torch.tensor(values, dtype=torch.float32, device=device)


def _octave_noise(random: RandomNumbers, size: tuple[int, int], lengths: Tensor, finest: float) -> Tensor:
    """The sum of smooth noises of several lengths (B, O), each half as strong as the one before: (B, 1, H, W).

    Each is a grid of random numbers between which a cubic spline runs: rows x grid x columns, two products of matrices.
    """
    batch, octaves = lengths.shape
    lengths = lengths.clamp(min=finest)
    down, across = (_spline_weights(random, side, lengths, finest) for side in size)  # (B, O, side, grid)
    grids = random.normal((batch, octaves, down.shape[3], across.shape[3]))
    grids = grids * constant(CLOUD_STRENGTHS[:octaves], lengths.device).view(1, -1, 1, 1)
    rows = (grids @ across.transpose(2, 3)).flatten(1, 2)  # (B, O x grid, W)
    return (down.transpose(1, 2).flatten(2) @ rows).unsqueeze(1)


def _spline_weights(random: RandomNumbers, side: int, lengths: Tensor, finest: float) -> Tensor:
    """The weights (B, O, side, grid) of the points of a grid at each pixel, of squared sum 1 for equal deviation."""
    points = torch.arange(math.ceil(side / finest) + 4, dtype=torch.float32, device=lengths.device)
    start = random.uniform((*lengths.shape, 1, 1), 1, 2)
    places = start + pixel_centres(side, lengths.device).view(-1, 1) / lengths[..., None, None]
    distance = (places - points).abs_()
    near, far = (1 - distance).clamp_(min=0).pow_(3), (2 - distance).clamp_(min=0).pow_(3)
    weights = far.sub_(near, alpha=4)  # the cubic B-spline, up to a factor
    return weights.div_(torch.linalg.vector_norm(weights, dim=3, keepdim=True))
