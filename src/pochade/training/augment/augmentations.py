"""Damaged views of pictures: what happens to a piece of art between two meetings with it.

    sources (B, 3, S, S) ──►──┤stage of work├──►──┤geometry├──►──┤colour├──►──┤scan, stamp├──►── views (B, 4, s, s)

A net that gives all views of one piece the same look finds its copies. Every step draws its own numbers for each
picture of the batch. Views are white where there is no paper; their fourth channel is 1 inside the picture's frame.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import gaussian
from pochade.images.geometry.letterbox import FAINT, ROOM, SHARE, STRONGEST
from pochade.models.model_input import LetterboxedBatch, framed, model_input

GLYPH = (5, 40)  # strokes in a row of letters, down and across
TRIMMED = 0.9  # share of the views whose paper is found and trimmed, as it is from most files
COARSE = 48  # pixels a side on which the paper is looked for
GREY = (0.299, 0.587, 0.114)  # Rec. 601 luma, which JPEG uses too


def uniform(count: int, low: float, high: float) -> Tensor:
    """One random number for each picture, (B, 1, 1, 1)."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def picked(count: int, share: float) -> Tensor:
    """For each picture whether it is among that share of the batch, (B,) bool."""
    return torch.rand(count) < share


def sometimes(share: float, change: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Change a random part of the batch; only that part is computed."""
    chosen = torch.nonzero(picked(len(x), share)).flatten()
    return x.index_copy(0, chosen, change(x[chosen])) if len(chosen) else x


def augment(sources: LetterboxedBatch, side: int) -> Tensor:
    """One random view of each picture, (B, 4, side, side) in [0, 1]."""
    x = staged(sources.pictures)
    x = turned_and_cropped(x, sources.frames, side)
    colour, frame = x[:, :3], x[:, 3:]
    colour = sometimes(0.2, stamped, scanned(softened(coloured(colour))))
    return torch.cat([colour.clamp(0, 1) * frame + (1 - frame), frame], 1)


def recomposed(sources: LetterboxedBatch, side: int) -> Tensor:
    """Turned, mirrored, some of them cut, in other colours, but unharmed: more of the same kind, (B, 4, side, side)."""
    x = model_input(sources, side)
    cut = torch.nonzero(picked(len(x), 0.3)).flatten()
    if len(cut):
        x = x.index_copy(0, cut, turned_and_cropped(sources.pictures[cut], sources.frames[cut], side))
    x = sometimes(0.5, lambda part: part.flip(3), sometimes(0.5, lambda part: part.mT, x))
    colour, frame = sometimes(0.3, hue_turned, x[:, :3]), x[:, 3:]
    colour = sometimes(0.2, lambda part: part[:, torch.randperm(3)], colour)
    return torch.cat([colour * frame + (1 - frame), frame], 1)


# Stages of work ------------------------------------------------------------------------------------------------------


def staged(x: Tensor) -> Tensor:
    """A part of the pictures as they were before: line art, a sketch, flat colours, a grey wash; (B, 3, S, S)."""
    return sometimes(0.11, line_art, sometimes(0.06, wash, sometimes(0.06, flat, x)))


def line_art(x: Tensor) -> Tensor:
    """Dark lines on white where the picture has edges, with a random reach, weight and threshold."""
    grey = luma(x)
    around = gaussian(grey, float(torch.empty(1).uniform_(0.8, 2.5)))
    difference = torch.where(
        picked(len(x), 0.5).view(-1, 1, 1, 1), (grey - around).abs(), (around - grey).clamp(min=0) * 1.5
    )
    edges = torch.maximum(difference, colour_edges(x) * 0.5)
    weight = uniform(len(x), 4, 14)
    return (1 - (edges * weight - uniform(len(x), 0.0, 0.4)).clamp(0, 1)).expand_as(x)


def colour_edges(x: Tensor) -> Tensor:
    """The strongest gradient of the three channels, (B, 1, S, S)."""
    across = functional.pad(x[..., 1:] - x[..., :-1], (0, 1)).abs()
    down = functional.pad(x[..., 1:, :] - x[..., :-1, :], (0, 0, 0, 1)).abs()
    return torch.maximum(across, down).amax(1, keepdim=True)


def wash(x: Tensor) -> Tensor:
    """Grey tones that run a little, as a value study in ink."""
    grey = gaussian(luma(x), float(torch.empty(1).uniform_(0.5, 2.0)))
    return (grey * uniform(len(x), 0.5, 1) + uniform(len(x), 0, 0.3)).clamp(0, 1).expand_as(x)


def flat(x: Tensor) -> Tensor:
    """A few levels a channel, without shading."""
    levels = uniform(len(x), 2, 5).round()
    return (gaussian(x, 1.0) * levels).round() / levels


# Geometry ------------------------------------------------------------------------------------------------------------


def turned_and_cropped(x: Tensor, frames: Tensor, side: int) -> Tensor:
    """Turned, mirrored, cut and padded at random, then fitted into the square again; (B, 4, side, side)."""
    count = len(x)
    tilt = torch.where(picked(count, 0.5), torch.randn(count) * 0.05, torch.zeros(count))  # radians, 3 degrees
    tilt = torch.where(picked(count, 0.06), (torch.rand(count) - 0.5) * 0.9, tilt)  # now and then 25 degrees
    quarter = torch.where(picked(count, 0.3), torch.randint(1, 4, (count,)), torch.zeros(count, dtype=torch.long))
    angle = tilt + quarter * (math.pi / 2)
    cosine, sine = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cosine, -sine], 1), torch.stack([sine, cosine], 1)], 1)  # (B, 2, 2)
    mirror = torch.where(picked(count, 0.25), -1.0, 1.0)
    turn = turn * torch.stack([mirror, torch.ones(count)], 1).unsqueeze(2)
    upright = torch.where((quarter % 2 == 1).unsqueeze(1), frames.flip(1), frames)
    grown = upright + tilt.abs().sin().unsqueeze(1) * upright.flip(1) * picked(count, 0.5).unsqueeze(1)
    size, centre = cut_and_padded(grown)
    tight, middle = to_the_subject(x, size, turn, centre)
    trimmed = picked(count, TRIMMED).unsqueeze(1)
    return seen(x, torch.where(trimmed, tight, size), turn, torch.where(trimmed, middle, centre), side)


def to_the_subject(x: Tensor, frames: Tensor, turns: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Frames (B, 2) and centres (B, 2) without the even paper inside those given, as `images/geometry/letterbox.py` trims it.

    A picture without edges keeps its frame. The arguments are those of `seen`.
    """
    view = seen(x, frames, turns, centres, COARSE)
    rough, frame = view[:, :3], view[:, 3]
    across = rough.diff(dim=3).abs().amax(1) * frame[:, :, 1:] * frame[:, :, :-1]  # the frame's rim is no edge
    down = rough.diff(dim=2).abs().amax(1) * frame[:, 1:] * frame[:, :-1]
    edges = torch.maximum(functional.pad(across, (1, 0)), functional.pad(across, (0, 1)))
    edges = torch.maximum(edges, torch.maximum(functional.pad(down, (0, 0, 1, 0)), functional.pad(down, (0, 0, 0, 1))))
    strongest = edges.flatten(1).topk(round(COARSE**2 * (1 - STRONGEST))).values[:, -1]
    there = edges >= (SHARE * strongest).clamp(min=FAINT / 255).view(-1, 1, 1)
    reaches = [reach_of(there.any(1)), reach_of(there.any(2))]  # left and right, top and bottom
    low, high = (torch.stack([reach[end] for reach in reaches], 1) for end in (0, 1))  # (B, 2) each, -1 to 1
    longest = frames.amax(1, keepdim=True)
    some = there.flatten(1).any(1, keepdim=True)
    size = torch.where(some, (high - low) / 2 * longest, frames)
    return size, torch.where(some, centres + (high + low) / 2 * longest, centres)


def reach_of(there: Tensor) -> tuple[Tensor, Tensor]:
    """The ends of what is there along one side, (B, COARSE) bool, with some room: from -1 to 1, each (B,)."""
    steps = torch.arange(COARSE)
    first = torch.where(there, steps, COARSE).amin(1)
    last = torch.where(there, steps, -1).amax(1) + 1
    scale = 2 / COARSE
    return (first * scale - 1 - 2 * ROOM).clamp(min=-1), (last * scale - 1 + 2 * ROOM).clamp(max=1)


def cut_and_padded(frames: Tensor) -> tuple[Tensor, Tensor]:
    """New frames (B, 2) and their centres (B, 2): each side moved in by up to a fifth, or out by up to a quarter."""
    count = len(frames)
    even, each = torch.rand(count, 1).expand(count, 4), torch.rand(count, 4)
    cut = torch.where(picked(count, 0.75).unsqueeze(1), even, each).sqrt() * 0.2
    pad = torch.where(picked(count, 0.7).unsqueeze(1), even, each) * -0.25
    kept = torch.where(picked(count, 0.5).unsqueeze(1), pad, torch.zeros(count, 4))
    moved = torch.where(picked(count, 0.5).unsqueeze(1), cut, kept)  # left, top, right, bottom
    size = frames * (1 - moved[:, :2] - moved[:, 2:])
    centre = frames * (moved[:, :2] - moved[:, 2:])
    return size, centre


def seen(x: Tensor, frames: Tensor, turns: Tensor, centres: Tensor, side: int) -> Tensor:
    """What lies in a frame of the source, fitted into the square; outside the source is white.

    Args:
        x: Sources (B, 3, S, S) in [0, 1].
        frames: Width and height of the frames (B, 2), as parts of S; may exceed 1.
        turns: From the view's coordinates to the source's (B, 2, 2).
        centres: Where the frames lie, (B, 2), in halves of S from the middle, before the turn.
        side: Pixels a side of the views.

    Returns:
        Views (B, 4, side, side): colour, and 1 inside the frame.
    """
    longest = frames.amax(1)  # (B,)
    matrix = turns * longest.view(-1, 1, 1)
    shift = torch.einsum("bij,bj->bi", turns, centres).unsqueeze(2)
    grid = functional.affine_grid(torch.cat([matrix, shift], 2), [len(x), 3, side, side], align_corners=False)
    colour = 1 - functional.grid_sample(1 - x, grid, align_corners=False)  # zeros outside are white
    frame = framed(frames / longest.unsqueeze(1), side)
    return torch.cat([colour * frame + (1 - frame), frame], 1)


# Colour --------------------------------------------------------------------------------------------------------------


def luma(x: Tensor) -> Tensor:
    """Grey (B, 1, S, S) of colour (B, 3, S, S)."""
    return (x * torch.tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)


def coloured(x: Tensor) -> Tensor:
    """Other hues, greys, gamma, contrast."""
    x = sometimes(0.3, hue_turned, x)
    x = sometimes(0.15, lambda part: part[:, torch.randperm(3)], x)
    x = sometimes(0.2, lambda part: luma(part).expand_as(part), x)
    x = sometimes(0.4, lambda part: part.clamp(1e-3, 1) ** torch.exp(uniform(len(part), -0.7, 0.7)), x)
    return sometimes(0.3, lambda part: part * uniform(len(part), 0.6, 1.0) + uniform(len(part), -0.05, 0.25), x)


def hue_turned(x: Tensor) -> Tensor:
    """Turned about the grey axis by any angle, with more or less saturation."""
    return torch.einsum("bij,bjhw->bihw", hue_turns(len(x)), x).clamp(0, 1)


def hue_turns(count: int) -> Tensor:
    """Turns about the grey axis, (B, 3, 3), by any angle, with more or less saturation."""
    angle, saturation = torch.rand(count) * 2 * math.pi, torch.empty(count).uniform_(0.4, 1.3)
    third = 1 / 3
    cosine, sine = angle.cos() * saturation, angle.sin() * saturation * math.sqrt(third)
    a, b, c = third + 2 * third * cosine, third - third * cosine - sine, third - third * cosine + sine
    return torch.stack([torch.stack(row, 1) for row in ((a, b, c), (c, a, b), (b, c, a))], 1)


# Scans, blur, stamps -------------------------------------------------------------------------------------------------


def softened(x: Tensor) -> Tensor:
    """Blurred, or made coarse by a passage through fewer pixels."""
    x = sometimes(0.3, lambda part: gaussian(part, float(torch.empty(1).uniform_(0.4, 1.3))), x)
    return sometimes(0.15, coarse, x)


def coarse(x: Tensor) -> Tensor:
    """Through fewer pixels and back."""
    side = int(torch.randint(x.shape[-1] * 2 // 5, x.shape[-1], (1,)))
    small = functional.interpolate(x, size=side, mode="bilinear", antialias=True)
    return functional.interpolate(small, size=x.shape[-2:], mode="bilinear")


def scanned(x: Tensor) -> Tensor:
    """Tinted paper, light that falls off, and noise."""
    x = sometimes(0.25, lambda part: part * torch.empty(len(part), 3, 1, 1).uniform_(0.75, 1.0), x)
    x = sometimes(0.25, unevenly_lit, x)
    return sometimes(0.3, noisy, x)


def unevenly_lit(x: Tensor) -> Tensor:
    """Darker towards one side."""
    ramp = torch.linspace(-1, 1, x.shape[-1])
    slope = ramp.view(1, 1, 1, -1) * uniform(len(x), -1, 1) + ramp.view(1, 1, -1, 1) * uniform(len(x), -1, 1)
    return x * (1 - uniform(len(x), 0, 0.25) * (slope + 1).clamp(0, 2))


def noisy(x: Tensor) -> Tensor:
    """The grain of a scanner or of paper."""
    return x + torch.randn(len(x), 1, *x.shape[-2:]) * uniform(len(x), 0.0, 0.06)


def stamped(x: Tensor) -> Tensor:
    """With a watermark: a row of letters across it, more or less transparent."""
    colour = torch.rand(len(x), 3, 1, 1).round() * uniform(len(x), 0.6, 1)
    cover = words(len(x), x.shape[-1]) * uniform(len(x), 0.2, 0.8)
    return x * (1 - cover) + colour * cover


def words(count: int, side: int) -> Tensor:
    """A row of blocky letters somewhere in each picture, (B, 1, side, side) in {0, 1}."""
    letters = picked(count * GLYPH[0] * GLYPH[1], 0.5).float().view(count, 1, *GLYPH)
    steps = torch.linspace(0, 1, side)
    rows = (steps.view(1, -1) - uniform(count, 0.0, 0.85).view(-1, 1)) / uniform(count, 0.06, 0.25).view(-1, 1)
    columns = (steps.view(1, -1) - uniform(count, 0.0, 0.4).view(-1, 1)) / uniform(count, 0.4, 1.0).view(-1, 1)
    grid = (
        torch.stack(torch.broadcast_tensors(columns.unsqueeze(1), rows.unsqueeze(2)), 3) * 2 - 1
    )  # (B, side, side, 2)
    return functional.grid_sample(letters, grid, mode="nearest", align_corners=False)
