"""Earlier stages of a work, simulated from the finished picture: line art, flat colours, a wash."""

import torch
from torch import Tensor
from torch.nn import functional

from pochade.models.model_input import LetterboxedBatch, frame_mask
from pochade.training.augment.colour_changes import luma
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.separable_filter import blur

DARKEST_SURROUNDINGS = 0.05  # keeps the quotient finite that shows lines on dark colours
LINE_KINDS = 4  # see `_ink`
FRAME_LINE_PIXELS = 1  # how far inside the frame an edge between picture and letterbox may be found
LEAST_WEIGHT = 1e-3  # keeps quotients finite far outside a frame


def simulate_work_stage(batch: LetterboxedBatch, random: RandomNumbers) -> Tensor:
    """Turn some of the pictures of a batch into earlier stages of their work, at random: (B, 3, S, S)."""
    x = random.apply(0.06, lambda pictures: to_flat_colours(pictures, random), batch.pictures)
    x = random.apply_(0.06, lambda pictures: to_wash(pictures, random), x)
    rows = random.rows(len(x), 0.11)
    if not len(rows):
        return x
    return x.index_copy_(0, rows, to_line_art(LetterboxedBatch(x, batch.frames)[rows], random))


def to_line_art(batch: LetterboxedBatch, random: RandomNumbers) -> Tensor:
    """Draw lines where pictures have edges: thick or thin, pale or black, sometimes in colour.

    Args:
        batch: The pictures.
        random: The random numbers.

    Returns:
        Lines on paper (B, 3, S, S), in [0, 1].
    """
    count = len(batch)
    ink = _ink(batch, random) * random.per_picture(count, 4, 14) - random.per_picture(count, 0.0, 0.4)
    is_black_and_white = random.mask(count, 0.3).view(-1, 1, 1, 1)
    ink = torch.where(is_black_and_white, ink * 4 - 1, ink).clamp_(0, 1)  # a steep ramp, as a reduced scan of it has
    is_thick = random.mask(count, 0.25).view(-1, 1, 1, 1)
    ink = torch.where(is_thick, _thicken(ink), ink) * random.occasional(count, 0.4, 0.4, 1.0, 1.0)
    line = random.uniform((count, 3, 1, 1), 0.0, 0.7) * random.occasional(count, 0.3, 0.5, 1.0, 0.0)
    paper = 1 - random.uniform((count, 3, 1, 1), 0.0, 0.25) * random.occasional(count, 0.2, 0.5, 1.0, 0.0)
    return torch.lerp(paper, line, ink)


def to_wash(x: Tensor, random: RandomNumbers) -> Tensor:
    """Reduce pictures (B, 3, S, S) to soft tones of grey or of another colour, sometimes to a few: a value study."""
    count = len(x)
    tone = blur(luma(x), random.per_picture(count, 0.5, 2.0))
    steps = random.per_picture(count, 2, 5).round_()
    tone = torch.where(random.mask(count, 0.3).view(-1, 1, 1, 1), (tone * steps).round_() / steps, tone)
    dark = random.per_picture(count, 0, 0.3)
    dark = dark + random.uniform((count, 3, 1, 1), 0, 0.3) * random.occasional(count, 0.4, 0.5, 1, 0)
    light = (dark + random.per_picture(count, 0.5, 1)).clamp_(max=1)
    return torch.lerp(dark, light, tone)


def to_flat_colours(x: Tensor, random: RandomNumbers) -> Tensor:
    """Reduce pictures (B, 3, S, S) to a few levels per channel, so that shading and, in some, dark lines disappear."""
    levels = random.per_picture(len(x), 2, 5).round_()
    without_lines = -_thicken(-_thicken(x))
    x = torch.where(random.mask(len(x), 0.5).view(-1, 1, 1, 1), without_lines, x)
    smooth = blur(x, random.per_picture(len(x), 0.7, 1.3))
    return (smooth * levels).round_().div_(levels)


def _ink(batch: LetterboxedBatch, random: RandomNumbers) -> Tensor:
    """Where pictures have lines or edges, (B, 1, S, S), in one of several ways for each picture.

    What stands out from its surroundings is a line. It may count only where it is darker than they are, in steps or in
    proportion. The strongest gradient of the channels counts too, or it alone. The frame is no line.
    """
    x, count, side = batch.pictures, len(batch), batch.pictures.shape[-1]
    grey, kind = luma(x), random.integers((count, 1, 1, 1), 0, LINE_KINDS)
    surroundings = _blur_inside(grey, frame_mask(batch.frames, side), random.per_picture(count, 0.6, 2.5))
    darker = (surroundings - grey).clamp(min=0)
    lines = torch.where(kind == 0, darker * 1.5, darker / surroundings.clamp(min=DARKEST_SURROUNDINGS))
    lines = torch.where(kind == 2, (grey - surroundings).abs_(), lines)  # noqa: PLR2004  edges of both signs
    share = torch.where(kind == LINE_KINDS - 1, 0.6, random.occasional(count, 0.7, 0.3, 0.6, 0.0))
    ink = torch.maximum(lines * (kind < LINE_KINDS - 1), _colour_edges(x) * share)
    return ink.mul_(frame_mask(batch.frames - 2 * FRAME_LINE_PIXELS / side, side))


def _blur_inside(x: Tensor, mask: Tensor, deviations: Tensor) -> Tensor:
    """Blur pictures (B, 1, S, S) as if nothing were outside their frame masks (B, 1, S, S)."""
    blurred, weight = blur(torch.cat([x * mask, mask], 1), deviations).split(1, 1)
    return blurred / weight.clamp(min=LEAST_WEIGHT)


def _colour_edges(x: Tensor) -> Tensor:
    """The strongest gradient of the three channels (B, 1, S, S)."""
    across = functional.pad(x.diff(dim=3), (0, 1)).abs_()
    down = functional.pad(x.diff(dim=2), (0, 0, 0, 1)).abs_()
    return torch.maximum(across, down).amax(1, keepdim=True)


def _thicken(x: Tensor) -> Tensor:
    """The largest number among each pixel and its eight neighbours (B, C, S, S)."""
    return _largest_of_three(_largest_of_three(x, 2), 3)


def _largest_of_three(x: Tensor, dim: int) -> Tensor:
    """The largest number among each pixel and its two neighbours; slices are many times as fast as pooling."""
    last = x.shape[dim] - 1
    largest = x.clone()
    without_last, without_first = largest.narrow(dim, 0, last), largest.narrow(dim, 1, last)
    torch.maximum(without_last, x.narrow(dim, 1, last), out=without_last)
    torch.maximum(without_first, x.narrow(dim, 0, last), out=without_first)
    return largest
