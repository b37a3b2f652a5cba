"""Synthetic paper and light: the paper's colour, uneven light on a sheet, its exposure, and grain."""

import torch
from torch import Tensor

from pochade.training.augment.random_fields import (
    change_some,
    constant,
    convolve,
    gaussian_kernels,
    ink_coverage,
    log_uniform,
    pixel_centres,
    shifted_channels,
    smooth_noise,
)
from pochade.training.augment.random_numbers import RandomNumbers

WHITE_PAPER_SHARE = 0.6  # share of the sheets that are nearly white
CREAM_PAPER_LIMIT = 0.9  # share of the sheets that are nearly white or cream; the others are toned
YELLOWING = (0.0, 0.35, 1.0)  # of red, green and blue by cream and by old paper
ANY_HUE_SHARE = 0.4  # share of the toned papers that have any hue; the others are yellow or brown
FLATBED_SHARE = 0.7  # share of the sheets lit by a scanner's lamp; the others are lit less evenly, as by a window
GUTTER_CHANCE = 0.12  # of the dark gutter of a book at one edge
SHADOW_CHANCE = 0.1  # of a shadow, like that of a hand
EXPOSURE_CHANCE, EXPOSURES = 0.25, (0.35, 1.12)  # too dark, or so light that pale strokes fade
FULL_FALL_OFF_MM = 150.0  # longer side of a sheet with the full fall-off of light; smaller sheets are lit more evenly
FINE_GRAIN, COARSE_GRAIN_MM = (0.3, 1.3), (0.06, 0.25)  # deviations of the blur, in pixels and in mm
GRAIN_REACH, FINEST_COARSE = 4, 2.5  # pixels: of the widest fine blur, and between the knots of the coarse grain
SPLINE_SIGMA = 3**-0.5  # deviation of a cubic B-spline, relative to the distance of its knots


def random_paper_colour(random: RandomNumbers, count: int) -> Tensor:
    """The colours (B, 3, 1, 1) of papers, by which they multiply white: nearly white, cream, or toned."""
    kind, shape = random.per_picture(count, 0, 1), (count, 3, 1, 1)
    white = (random.per_picture(count, 0.92, 1.0) + random.normal(shape, 0.006)).clamp_(0.85, 1.02)
    cream, toned = random.per_picture(count, 0.03, 0.2), random.per_picture(count, 0.1, 0.45)
    strength = torch.where(kind < CREAM_PAPER_LIMIT, cream, toned)
    any_hue = (kind >= CREAM_PAPER_LIMIT) & (random.per_picture(count, 0, 1) < ANY_HUE_SHARE)
    yellow = constant(YELLOWING, kind.device).view(1, 3, 1, 1)
    tint = strength * torch.where(any_hue, random.uniform(shape), yellow)
    coloured = (random.per_picture(count, 0.8, 0.98) - tint + random.normal(shape, 0.01)).clamp_(0.3, 1)
    return torch.where(kind < WHITE_PAPER_SHARE, white, coloured)


def random_exposure(random: RandomNumbers, count: int) -> Tensor:
    """By how much scans (B, 1, 1, 1) are too dark or too light: a factor, mostly 1."""
    wrong = log_uniform(random, (count, 1, 1, 1), *EXPOSURES)
    return torch.where(random.mask(count, EXPOSURE_CHANCE).view(-1, 1, 1, 1), wrong, torch.ones_like(wrong))


def random_light(random: RandomNumbers, size: tuple[int, int], dots_per_mm: Tensor) -> Tensor:
    """Random light (B, 1, H, W): a lamp or a window, sometimes darkened by a book's gutter or a shadow."""
    light = _lamp_light(random, size, dots_per_mm)
    change_some(random, GUTTER_CHANCE, _darken_gutters, light, dots_per_mm)
    change_some(random, SHADOW_CHANCE, _add_shadows, light, dots_per_mm)
    return light


def add_paper_grain(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Give sheets (B, 3, H, W) a fine and a coarse grain, slightly coloured; ink hides it."""
    count, size = len(x), (x.shape[2], x.shape[3])
    sigmas = random.uniform((count,), *FINE_GRAIN)
    kernels = gaussian_kernels(sigmas, torch.zeros_like(sigmas), GRAIN_REACH)
    fine = convolve(random.normal((count, 1, *size)), kernels, kernels)
    fine.div_(kernels.square().sum(1).view(-1, 1, 1, 1))  # the deviation becomes 1 again
    fine = shifted_channels(random, fine)
    coarse = smooth_noise(
        random, size, random.uniform((count,), *COARSE_GRAIN_MM) * dots_per_mm / SPLINE_SIGMA, FINEST_COARSE
    )
    share = random.per_picture(count, 0, 0.7)
    grey = fine.mean(1, keepdim=True).mul_(3**0.5).lerp_(coarse, share)
    grey.div_((share.square() + (1 - share).square()).sqrt())
    grain = fine.mul_(random.per_picture(count, 0.1, 0.4)).add_(grey)
    strength = log_uniform(random, (count, 1, 1, 1), 0.5, 8) / 255
    return grain.mul_((1 - ink_coverage(x)).pow_(0.7) * strength).add_(x)


def _places(size: tuple[int, int], like: Tensor) -> tuple[Tensor, Tensor]:
    """Where rows (H, 1) and columns (W) are on a sheet, from -1 to 1."""
    rows, columns = (pixel_centres(side, like.device) / side * 2 - 1 for side in size)
    return rows.view(-1, 1), columns


def _lamp_light(random: RandomNumbers, size: tuple[int, int], dots_per_mm: Tensor) -> Tensor:
    """A smooth quadratic change over each sheet, 1 at its brightest place; smaller sheets are lit more evenly."""
    rows, columns = _places(size, dots_per_mm)
    count = len(dots_per_mm)
    slopes, curves = random.normal((2, count, 1, 1, 1)), random.normal((3, count, 1, 1, 1), 0.6)
    field = (slopes[0] + curves[0] * rows) * rows + (slopes[1] + curves[1] * columns + curves[2] * rows) * columns
    brightest, darkest = field.amax((2, 3), keepdim=True), field.amin((2, 3), keepdim=True)
    flatbed = random.mask(count, FLATBED_SHARE).view(-1, 1, 1, 1)
    fall_off = torch.where(flatbed, random.per_picture(count, 0, 0.15), random.per_picture(count, 0.15, 0.5))
    fall_off = fall_off * (max(size) / dots_per_mm / FULL_FALL_OFF_MM).clamp(max=1).view(-1, 1, 1, 1)
    return field.sub_(brightest).mul_(fall_off / (brightest - darkest).clamp_(min=1e-6)).exp_()


def _darken_gutters(random: RandomNumbers, light: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Let light (b, 1, H, W) fall off towards one edge, where the page of a book does not touch the glass."""
    size, count = (light.shape[2], light.shape[3]), len(light)
    rows, columns = _places(size, dots_per_mm)
    upright = random.mask(count, 0.5).view(-1, 1, 1, 1)
    side = random.mask(count, 0.5).view(-1, 1, 1, 1) * 2.0 - 1
    place = torch.where(upright, rows, columns)
    distance = (1 - side * place) / 2 * (max(size) / dots_per_mm).view(-1, 1, 1, 1)  # mm
    fall_off = torch.exp(-distance / random.per_picture(count, 3, 12))
    return light * (1 - random.per_picture(count, 0.1, 0.6) * fall_off)


def _add_shadows(random: RandomNumbers, light: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Darken a part of the light (b, 1, H, W), with a soft or a hard edge."""
    count, size = len(light), (light.shape[2], light.shape[3])
    shade = smooth_noise(random, size, 60 * dots_per_mm) - 0.5
    return light * (
        1 - random.per_picture(count, 0.05, 0.3) * torch.sigmoid(shade * log_uniform(random, (count, 1, 1, 1), 4, 40))
    )
