"""Synthetic damage with soft edges: smears, finger marks, eraser ghosts, bleed-through, stains, rings and foxing.

Each function takes random numbers, sheets (B, 3, H, W) from 0 to 1 and their resolutions (B,), and returns damaged
copies.
"""

import math

import torch
from torch import Tensor

from pochade.training.augment.random_fields import (
    cloud_noise,
    constant,
    enlarge,
    ink_coverage,
    log_uniform,
    pixel_centres,
    reduce_size,
    smear,
    smooth_noise,
    wide_blur,
)
from pochade.training.augment.random_numbers import RandomNumbers

BROWN_ABSORPTION = (0.25, 0.55, 1.0)  # of red, green and blue by a stain, relative to blue
MOST_FINGERS = 3
SPOTS_PER_PIXEL, FEWEST_SPOTS, MOST_SPOTS = 1 / 1000, 8, 400  # of foxing
SMEAR_FACTOR = 4  # a smear is computed at a quarter of the size
GHOST_MM, BLEED_MM = (0.05, 0.25), (0.1, 0.5)  # how blurred another drawing is
MOST_BLUR = 12.0  # pixels


def add_smears(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Smear ink or graphite in one direction, as a sleeve or a hand does."""
    ink, count, size = reduce_size(ink_coverage(x), SMEAR_FACTOR), len(x), _size(x)
    lengths = random.uniform((count,), 5, 25) * dots_per_mm / SMEAR_FACTOR
    smeared = enlarge(smear(ink, lengths, random.uniform((count,), 0, math.tau)), size)
    return _darken(x, smeared * cloud_noise(random, size, 8 * dots_per_mm) * random.per_picture(count, 0.04, 0.3))


def add_finger_marks(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Add grey marks of one to three fingers, on half of the sheets with the ridges of the skin."""
    count, scale = len(x), dots_per_mm.view(-1, 1, 1, 1)
    shape = (count, MOST_FINGERS, 1, 1)
    angle = random.uniform(shape, 0, math.pi)
    to_row, to_column = _way_from(x, random.uniform(shape), random.uniform(shape))
    u, v = (
        (to_row * angle.cos() + to_column * angle.sin()) / scale,
        (to_column * angle.cos() - to_row * angle.sin()) / scale,
    )
    width = random.uniform(shape, 3, 6)
    marks = torch.exp(-((u / width).square() + (v / (width * random.uniform(shape, 1.1, 1.6))).square()).square())
    ridges = torch.sin((v + u.square() / random.uniform(shape, 6, 14)) * (math.tau / random.uniform(shape, 0.4, 0.6)))
    marks = marks * (1 + random.mask(count, 0.5).view(-1, 1, 1, 1) * random.uniform(shape, 0.2, 0.6) * ridges)
    present = constant((0, 1, 2), x.device).view(1, -1, 1, 1) < random.integers((count, 1, 1, 1), 1, MOST_FINGERS + 1)
    total = (marks * present).sum(1, keepdim=True)
    clouds = 0.4 + 0.6 * cloud_noise(random, _size(x), 2 * dots_per_mm)
    return _darken(x, total * clouds * random.per_picture(count, 0.02, 0.1))


def add_eraser_ghosts(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Add the faint, blurred remains of an erased drawing: another drawing of the batch, shifted."""
    sigmas = (random.uniform((len(x),), *GHOST_MM) * dots_per_mm).clamp_(max=MOST_BLUR)
    ghost = wide_blur(_other_drawings(random, ink_coverage(x)), sigmas, MOST_BLUR, 2)
    return _darken(x, ghost * cloud_noise(random, _size(x), 12 * dots_per_mm) * random.per_picture(len(x), 0.03, 0.15))


def add_bleed_through(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Let the other side of the page show through, mirrored and blurred."""
    sigmas = (random.uniform((len(x),), *BLEED_MM) * dots_per_mm).clamp_(max=MOST_BLUR)
    other_side = wide_blur(1 - _other_drawings(random, x).flip(3), sigmas, MOST_BLUR, 2)
    return _darken(x, other_side * random.per_picture(len(x), 0.02, 0.12))


def add_stains(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Spill water or coffee: a brown area with a darker rim."""
    count = len(x)
    field = smooth_noise(random, _size(x), random.uniform((count,), 6, 30) * dots_per_mm)
    height = field - random.per_picture(count, 0.3, 1.2)
    inside = 0.5 + 0.5 * torch.tanh(height * random.per_picture(count, 4, 15))
    rim = torch.exp(-(height / 0.08).square()) * random.per_picture(count, 0, 0.8)
    return _absorb(x, (inside + rim) * random.per_picture(count, 0.03, 0.2))


def add_rings(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Put a wet cup on the sheet: a brown ring, uneven, with a sharp and a soft edge, that runs through any place."""
    count, size, scale = len(x), _size(x), dots_per_mm.view(-1, 1, 1, 1)
    radius, angle = random.per_picture(count, 20, 45) * scale, random.per_picture(count, 0, math.tau)
    to_row, to_column = _way_from(x, random.per_picture(count, 0, 1), random.per_picture(count, 0, 1))
    outward = torch.hypot(to_row + radius * angle.sin(), to_column + radius * angle.cos()) - radius
    outward = outward / scale + 0.3 * smooth_noise(random, size, 6 * dots_per_mm)  # mm
    width = random.per_picture(count, 0.6, 3)
    band = torch.sigmoid((outward + width) * random.per_picture(count, 2, 8)) * torch.sigmoid(-12 * outward)
    rim = torch.exp(-((outward + 0.2) / random.per_picture(count, 0.12, 0.35)).square())
    uneven = (2.2 * cloud_noise(random, size, 14 * dots_per_mm) - 0.4).clamp_(0.05, 1.2)
    return _absorb(x, (band * 0.5 + rim) * uneven * random.per_picture(count, 0.08, 0.4))


def add_foxing(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Add the small brown spots of old paper; a spot is a row times a column, so all are one product of matrices."""
    count, (height, width) = len(x), _size(x)
    slots = min(MOST_SPOTS, FEWEST_SPOTS + math.ceil(height * width * SPOTS_PER_PIXEL))
    area = height * width / (10 * dots_per_mm.view(-1, 1, 1)).square()  # square centimetres
    mean = 1 + area * log_uniform(random, (count, 1, 1), 0.02, 0.6)
    present = random.uniform((count, slots, 1)) < mean / slots
    radius = log_uniform(random, (count, slots, 1), 0.15, 1.5) * dots_per_mm.view(-1, 1, 1)
    down, across = (
        torch.exp(-((pixel_centres(side, x.device) - random.uniform((count, slots, 1), 0, side)) / radius).square())
        for side in (height, width)
    )
    spots = ((down * present).transpose(1, 2) @ across).unsqueeze(1).clamp_(0, 1)
    spots = spots * (0.5 + cloud_noise(random, (height, width), dots_per_mm)).clamp_(max=1)
    return _absorb(x, spots * random.per_picture(count, 0.1, 0.4))


def _size(x: Tensor) -> tuple[int, int]:
    return x.shape[2], x.shape[3]


def _way_from(x: Tensor, down: Tensor, across: Tensor) -> tuple[Tensor, Tensor]:
    """The way to each pixel, in rows (..., H, 1) and columns (..., 1, W), from places given as shares of the sides."""
    height, width = _size(x)
    rows, columns = pixel_centres(height, x.device).view(-1, 1), pixel_centres(width, x.device)
    return rows - down * height, columns - across * width


def _other_drawings(random: RandomNumbers, x: Tensor) -> Tensor:
    """Another drawing for each sheet: the next one, shifted with wrap-around, half of the time upside down."""
    shifts = 1, random.integer(0, x.shape[2]), random.integer(0, x.shape[3])
    rolled = x.roll(shifts, (0, 2, 3))
    return rolled.flip(2) if random.integer(0, 2) else rolled


def _darken(x: Tensor, share: Tensor) -> Tensor:
    """Remove a share (B, C, H, W) of the light from sheets (B, 3, H, W)."""
    return (x * (1 - share)).clamp_(0, 1)


def _absorb(x: Tensor, strength: Tensor) -> Tensor:
    """Remove light from sheets (B, 3, H, W) as something brown does."""
    return _darken(x, strength * constant(BROWN_ABSORPTION, x.device).view(1, 3, 1, 1))
