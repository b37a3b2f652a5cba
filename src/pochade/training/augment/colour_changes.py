"""Random changes of colour: hue, saturation, channels, grey, gamma and contrast."""

import math
from functools import cache

import torch
from torch import Tensor

from pochade.training.augment.random_numbers import RandomNumbers

LUMA_WEIGHTS = (0.299, 0.587, 0.114)  # Rec. 601, which JPEG uses too
CHANNEL_ORDERS = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))  # all but red, green, blue
DARKEST = 1e-3  # smaller numbers have powers that are no numbers


def luma(x: Tensor) -> Tensor:
    """The brightness (B, 1, S, S) of colour pictures (B, 3, S, S)."""
    red, green, blue = x.split(1, 1)
    return (red * LUMA_WEIGHTS[0]).add_(green, alpha=LUMA_WEIGHTS[1]).add_(blue, alpha=LUMA_WEIGHTS[2])


def change_colours(x: Tensor, random: RandomNumbers) -> Tensor:
    """Change hue, channel order, saturation, gamma or contrast of some of the pictures (B, 3, S, S), at random."""
    count = len(x)
    hue, order = hue_rotations(count, 0.3, random), channel_orders(count, 0.15, random)
    grey = torch.where(random.mask(count, 0.2).view(-1, 1, 1), _grey_matrix(x.device), _identity(x.device))
    x = mix_channels(x, grey @ order @ hue)
    x = random.apply_(0.4, lambda batch: _change_gamma(batch, random), x)
    contrast = random.occasional(count, 0.3, 0.6, 1.0, 1.0)
    brightness = torch.where(contrast < 1, random.per_picture(count, -0.05, 0.25), 0.0)
    return x.mul_(contrast).add_(brightness)


def mix_channels(x: Tensor, matrices: Tensor) -> Tensor:
    """Map the colours of pictures (B, 3, S, S) by matrices (B, 3, 3), and limit them to [0, 1]."""
    return torch.bmm(matrices, x.flatten(2)).clamp_(0, 1).view_as(x)


def hue_rotations(count: int, share: float, random: RandomNumbers) -> Tensor:
    """For some of the pictures a rotation about the grey axis by any angle, scaled by a random saturation: (B, 3, 3).

    Args:
        count: Number of pictures, B.
        share: The probability that a picture's colours change, 0 to 1; the others get the identity.
        random: The random numbers.
    """
    angle, saturation = random.uniform((count,), 0, 2 * math.pi), random.uniform((count,), 0.4, 1.3)
    third = 1 / 3
    cosine, sine = angle.cos() * saturation, angle.sin() * saturation * math.sqrt(third)
    a, b, c = third + 2 * third * cosine, third - third * cosine - sine, third - third * cosine + sine
    rotations = torch.stack([torch.stack(row, 1) for row in ((a, b, c), (c, a, b), (b, c, a))], 1)
    return torch.where(random.mask(count, share).view(-1, 1, 1), rotations, _identity(rotations.device))


def channel_orders(count: int, share: float, random: RandomNumbers) -> Tensor:
    """For some of the pictures another order of the channels, as matrices (B, 3, 3); the others keep theirs.

    Args:
        count: Number of pictures, B.
        share: The probability that a picture's channels change places, 0 to 1.
        random: The random numbers.
    """
    orders = _order_matrices(random.device)[random.integers((count,), 0, len(CHANNEL_ORDERS))]
    return torch.where(random.mask(count, share).view(-1, 1, 1), orders, _identity(random.device))


def _change_gamma(x: Tensor, random: RandomNumbers) -> Tensor:
    return x.clamp(DARKEST, 1).pow_(random.per_picture(len(x), -0.7, 0.7).exp())


# These constants are copied to a device once, because each copy waits for it.


@cache
def _grey_matrix(device: torch.device) -> Tensor:
    """Maps a colour to its brightness in all three channels, (3, 3)."""
    return torch.tensor(LUMA_WEIGHTS, device=device).expand(3, 3)


@cache
def _order_matrices(device: torch.device) -> Tensor:
    """Map a colour to the same with its channels in another order, (5, 3, 3)."""
    return torch.tensor([[[float(j == i) for j in range(3)] for i in order] for order in CHANNEL_ORDERS], device=device)


@cache
def _identity(device: torch.device) -> Tensor:
    return torch.eye(3, device=device)
