"""Marks with sharp edges, drawn by the thousand over a batch of sheets: specks and threads.

A sheet has a random number of marks. So all marks of a batch are drawn as one list of fixed length, and a Poisson
process says on which layer each one lies:

    mean number of each layer (L,) ─►┤Poisson process├─► layer of each mark (N,) ─►┤small stamps├─► canvas (L, H, W)

A canvas holds how much of each pixel is covered, from 0 to 1; where marks overlap, the stronger one counts, whatever
their order.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from pochade.training.augment.random_numbers import RandomNumbers

CHUNK_PIXELS = 2**21  # pixels of stamps at once: about 100 MB
UNITS = 2.0**20  # of the Poisson process: sums of integers are the same on every device
FULL_SHARE = 0.9  # share of the list that is filled at most, so that no layer is cut off
POINT_DISTANCE = 1.5  # pixels between the points of a thread
THREAD_REACH = 2  # pixels: a thread is at most 3 pixels wide
WAVES = (1, 2, 3)  # how often a thread bends to and fro along its length


@dataclass(frozen=True)
class Specks:
    """Specks (N,): irregular discs, given in pixels."""

    layers: Tensor  # int64
    radii: Tensor  # 0: nothing
    opacities: Tensor
    reach: int  # the same for all: no speck reaches further from its centre


@dataclass(frozen=True)
class Threads:
    """Threads (N,): bent lines, given in pixels and radians."""

    layers: Tensor  # int64
    lengths: Tensor  # 0: nothing
    radii: Tensor  # half of the width
    bends: Tensor  # the mean turn over the length
    opacities: Tensor


def spread_marks(random: RandomNumbers, means: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Spread marks over layers at random, so that each layer has a Poisson-distributed number of them.

    Args:
        random: The source of all randomness.
        means: The mean number of marks on each layer (L,). If their sum is too large for `count`, all shrink alike.
        count: How many marks there are at most, N.

    Returns:
        The layer of each mark (N,), and which marks there are (N,) bool.
    """
    waits = random.uniform((count,)).neg_().add_(1).log_().neg_()
    arrivals = (waits * UNITS).long().cumsum(0)
    share = (FULL_SHARE * count / means.sum().clamp(min=1e-6)).clamp(max=1)
    ends = (means * share * UNITS).long().cumsum(0)
    layers = torch.searchsorted(ends, arrivals, right=True)
    return layers.clamp_(max=len(means) - 1), arrivals < ends[-1]


def draw_specks(random: RandomNumbers, canvas: Tensor, specks: Specks) -> None:
    """Draw specks at random places of a canvas (L, H, W), in place."""
    count, (height, width) = len(specks.radii), canvas.shape[1:]
    down, across = random.uniform((count,), 0, height), random.uniform((count,), 0, width)
    shape = torch.stack([random.normal((count,), deviation) for deviation in (0.18, 0.18, 0.07, 0.07)])
    shape = shape.clamp_(-0.3, 0.3)
    side = 2 * specks.reach + 1
    chunk = max(1, CHUNK_PIXELS // side**2)
    for start in range(0, count, chunk):
        part = slice(start, start + chunk)
        rows, columns, to_row, to_column = _stamp(down[part], across[part], specks.reach)
        radii = specks.radii[part, None, None]
        distance = torch.hypot(to_row, to_column)
        sine, cosine = to_row / distance.clamp(min=1e-3), to_column / distance.clamp(min=1e-3)
        edge = radii * (1 + _lobes(shape[:, part, None, None], sine, cosine))
        cover = (edge + 0.5 - distance).clamp_(0, 1) * (2 * radii).clamp(max=1) * specks.opacities[part, None, None]
        _put(canvas, specks.layers[part], rows, columns, cover)


def draw_threads(random: RandomNumbers, canvas: Tensor, threads: Threads, points: int) -> None:
    """Draw threads that start at random places of a canvas (L, H, W), in place.

    Args:
        random: The source of all randomness.
        canvas: (L, H, W).
        threads: What to draw.
        points: A thread ends after so many points at the latest.
    """
    count, (height, width) = len(threads.lengths), canvas.shape[1:]
    start = random.uniform((2, count, 1))
    turns = [random.uniform((count, 1), -torch.pi, torch.pi) for _ in range(2 + len(WAVES))]
    chunk = max(1, CHUNK_PIXELS // (points * (2 * THREAD_REACH + 1) ** 2))
    for first in range(0, count, chunk):
        part = slice(first, first + chunk)
        lengths = threads.lengths[part, None]
        travelled = torch.arange(points, dtype=torch.float32, device=canvas.device) * POINT_DISTANCE
        angles = _thread_angles(travelled / lengths.clamp(min=1), threads.bends[part, None], [x[part] for x in turns])
        down, across = (_sum_up(steps) * POINT_DISTANCE for steps in (angles.sin(), angles.cos()))
        down, across = down + start[0, part] * height, across + start[1, part] * width
        visible = (travelled < lengths) * threads.opacities[part, None]
        radii = threads.radii[part, None].expand_as(down)
        layers = threads.layers[part, None].expand_as(down)
        _draw_segments(canvas, layers, (down, across, angles), radii, visible)


def _thread_angles(share: Tensor, bends: Tensor, turns: list[Tensor]) -> Tensor:
    """The direction of a thread (n, P) at each share of its length: a steady turn, and waves."""
    angles = turns[0] + share * bends * turns[1] / torch.pi
    for wave, turn in zip(WAVES, turns[2:], strict=True):
        angles = angles + bends * 0.35 / wave * torch.sin(2 * torch.pi * wave * share + turn)
    return angles


def _sum_up(steps: Tensor) -> Tensor:
    """Running sums of each row (n, P); by a product of matrices, because it is the same each time on a GPU too."""
    return steps @ torch.ones(steps.shape[1], steps.shape[1], device=steps.device).triu_()


def _draw_segments(
    canvas: Tensor, layers: Tensor, line: tuple[Tensor, Tensor, Tensor], radii: Tensor, opacities: Tensor
) -> None:
    """Draw the short straight segments of threads, given by their centres and directions, all of shape (n, P)."""
    down, across, angles = (values.flatten() for values in line)
    rows, columns, to_row, to_column = _stamp(down, across, THREAD_REACH)
    sine, cosine = angles.sin()[:, None, None], angles.cos()[:, None, None]
    along = (to_row * sine + to_column * cosine).abs_().sub_(POINT_DISTANCE / 2).clamp_(min=0)
    distance = torch.hypot(along, to_column * sine - to_row * cosine)
    radii = radii.flatten()[:, None, None]
    cover = (radii + 0.5 - distance).clamp_(0, 1) * (2 * radii).clamp(max=1) * opacities.flatten()[:, None, None]
    _put(canvas, layers.flatten(), rows, columns, cover)


def _stamp(down: Tensor, across: Tensor, reach: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The pixels around places (n,): their rows (n, S, 1), columns (n, 1, S), and the way to their centres."""
    offsets = torch.arange(-reach, reach + 1, device=down.device)
    rows = down.floor().long()[:, None, None] + offsets[:, None]
    columns = across.floor().long()[:, None, None] + offsets
    return rows, columns, rows + 0.5 - down[:, None, None], columns + 0.5 - across[:, None, None]


def _lobes(shape: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
    """How much further the edge of a speck is in each direction, as a share of its radius: two and three lobes."""
    two = shape[0] * (cosine.square() - sine.square()) + shape[1] * 2 * sine * cosine
    three = shape[2] * cosine * (4 * cosine.square() - 3) + shape[3] * sine * (3 - 4 * sine.square())
    return two + three


def _put(canvas: Tensor, layers: Tensor, rows: Tensor, columns: Tensor, cover: Tensor) -> None:
    """Let each pixel of stamps (n, S, S) cover its pixel of the canvas, unless it is outside or covered more."""
    height, width = canvas.shape[1:]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    places = (layers[:, None, None] * height + rows.clamp(0, height - 1)) * width + columns.clamp(0, width - 1)
    canvas.view(-1).scatter_reduce_(0, places.flatten(), (cover * inside).flatten(), "amax")
