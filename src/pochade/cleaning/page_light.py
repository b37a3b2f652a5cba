"""The light on a page and the colour of its paper, estimated from a thumbnail of the whole page.

                        ┌───────────────────┐
    page ─►┤downscale├──┤                   ├─►┤PageModel, correct by bare paper├─► two readings ─► the better one
                        └►┤expose as white├─┘

Both are estimated from bare paper. If a page shows hardly any, both are left as they are. On toned paper with
highlights brighter than the paper, the paper keeps its colour. A note says so.

The model knows paper from .8 of white on. Yellow paper and photographs by a phone are darker in some channel, so the
page is read a second time, exposed such that its bright parts are nearly white. The reading with more bare paper is
used; the second one must find much of it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pochade.analysis.regions import regions_inside
from pochade.cleaning.light_surface import tell_light
from pochade.images.geometry.gaussian_blur import blur
from pochade.models.page_model import PageModel

Floats = NDArray[np.float32]
PREREDUCTION = 4  # whole blocks of pixels are first averaged, to at least so many times the thumbnail's size
MIN_BARE_SHARE = 0.12  # share of the page that must be bare paper
BARE_PROBABILITY = 0.5  # above it a pixel counts as bare paper
CORRECTION_SIGMA = 5.0  # pixels of the thumbnail: the range over which bare paper corrects the estimate
ESTIMATE_WEIGHT = 0.02  # of the model's estimate, relative to bare paper
CERTAIN_PROBABILITY = 0.9  # above it a pixel is certainly bare paper
PURE_WHITE, MIN_PURE_SHARE = 0.995, 0.9  # if most of the bare paper is pure white, the page is not a scan
HIGHLIGHT_EXCESS, MIN_HIGHLIGHT_SHARE = 0.15, 0.005  # paper is toned if so large a share is so much brighter
BORDER_SHARE = 0.1  # of an edge of the page: a brighter region along so much of it is not on the paper, but beside it
WHITE_QUANTILE, WHITE_LEVEL = 0.95, 0.97  # of each channel, and the level that it gets in the second reading
MIN_EXPOSED_SHARE = 0.3  # of the page that the second reading must find bare; paintings reach .28
MIN_WHITE = 0.2  # a channel whose quantile is darker is not paper, and stays so
PAPER_QUANTILE = 0.9  # of the light over the page, which is the paper's colour
EVEN_LIMIT = 0.004  # natural logarithm; light and paper count as white below it
NO_PAPER_NOTE = "there is too little bare paper to tell its light and colour, which were left as they are"
TONED_PAPER_NOTE = "the paper is darker than lights drawn on it, and keeps its colour"


@dataclass(frozen=True)
class PageLight:
    """The light on a page and the colour of its paper, as natural logarithms: 0 is even and white."""

    light: Tensor  # (3, h, w), a coarse field over the page, mostly below 0
    paper: Tensor  # (3,)
    notes: tuple[str, ...] = ()

    @property
    def is_even(self) -> bool:
        """Whether light and paper are white already."""
        return float(self.light.abs().max()) < EVEN_LIMIT and float(self.paper.abs().max()) < EVEN_LIMIT

    def field(self, light: float, paper: float) -> Tensor:
        """The field (1, 3, h, w) to subtract from the logarithm of the page, for strengths from 0 to 1."""
        return (self.light * light + self.paper.view(3, 1, 1) * paper)[None]


def downscale(pixels: NDArray[np.generic], side: int) -> Tensor:
    """Resize a page to a thumbnail.

    Args:
        pixels: (H, W, C) uint8, uint16 or float.
        side: The longer side of the thumbnail in pixels.

    Returns:
        The thumbnail (1, C, h, w), float32 in the units of the page.
    """
    size = [max(1, round(length * side / max(pixels.shape[:2]))) for length in pixels.shape[:2]]
    steps = [max(1, length // (PREREDUCTION * target)) for length, target in zip(pixels.shape[:2], size, strict=True)]
    rows, columns = (length // step for length, step in zip(pixels.shape[:2], steps, strict=True))
    whole_blocks = pixels[: rows * steps[0], : columns * steps[1]]  # less than a quarter of a thumbnail's pixel is lost
    small = whole_blocks.reshape(rows, steps[0], columns, steps[1], -1).mean((1, 3), dtype=np.float32)
    reduced = torch.from_numpy(small).permute(2, 0, 1)[None]
    is_smaller = size[0] <= rows and size[1] <= columns
    return functional.interpolate(reduced, size=size, mode="area" if is_smaller else "bilinear")


def pad_to_square(x: Tensor, side: int) -> Tensor:
    """Pad (1, C, h, w) to a square (1, C, side, side) by repeating its right and lower edges."""
    return functional.pad(x, (0, side - x.shape[3], 0, side - x.shape[2]), mode="replicate")


class PageReading(NamedTuple):
    """What one reading of a page found."""

    page: PageLight
    bare_share: float  # of the page that is bare paper; 0 if it is too little, or if the paper is toned


@torch.inference_mode()
def read_page(model: PageModel, pixels: NDArray[np.uint8 | np.uint16]) -> PageLight:
    """Estimate the light on a page and the colour of its paper.

    Args:
        model: The model that estimates light and bare paper.
        pixels: The page (H, W, 3), uint8 or uint16.
    """
    small = downscale(pixels, model.config.side) / np.iinfo(pixels.dtype).max
    white = small.flatten(2).quantile(WHITE_QUANTILE, dim=2).view(1, 3, 1, 1)
    exposure = torch.where(white > MIN_WHITE, white / WHITE_LEVEL, 1.0).clamp(max=1)
    plain, exposed = (_read_thumbnail(model, small, divisor) for divisor in (torch.ones_like(exposure), exposure))
    is_better = exposed.bare_share > max(plain.bare_share, MIN_EXPOSED_SHARE)
    return exposed.page if is_better else plain.page


def _read_thumbnail(model: PageModel, small: Tensor, exposure: Tensor) -> PageReading:
    """Read a thumbnail (1, 3, h, w) after division by an exposure (1, 3, 1, 1)."""
    side, (height, width) = model.config.side, small.shape[2:]
    exposed = (small / exposure).clamp(max=1)
    coarse, logits = model(pad_to_square(exposed, side))
    bare = torch.sigmoid(logits)[:, :, :height, :width]
    bare_share = float((bare > BARE_PROBABILITY).float().mean())
    if bare_share < MIN_BARE_SHARE:
        return PageReading(PageLight(torch.zeros(3, 1, 1), torch.zeros(3), (NO_PAPER_NOTE,)), 0.0)
    paper_levels = small.amin(1, keepdim=True)[bare > CERTAIN_PROBABILITY]
    if len(paper_levels) and float((paper_levels > PURE_WHITE).float().mean()) > MIN_PURE_SHARE:
        return PageReading(PageLight(torch.zeros(3, 1, 1), torch.zeros(3)), bare_share)
    estimate = functional.interpolate(coarse, size=side, mode="bicubic")[:, :, :height, :width] + exposure.log()
    field = _tell_light(estimate, small.clamp(min=1 / 255).log(), bare)  # (3, h, w)
    paper = field.flatten(1).quantile(PAPER_QUANTILE, dim=1)  # (3,)
    light = field - paper.view(3, 1, 1)
    if _has_highlights(small[0] / field.exp()):
        return PageReading(PageLight(light, torch.zeros(3), (TONED_PAPER_NOTE,)), 0.0)
    return PageReading(PageLight(light, paper), bare_share)


def _has_highlights(evenly_lit: Tensor) -> bool:
    """Whether a page (3, h, w), with bare paper at 1, has lights that are brighter than its paper and lie on it."""
    bright = (evenly_lit.mean(0) > 1 + HIGHLIGHT_EXCESS).numpy()
    return float(regions_inside(bright, BORDER_SHARE).mean()) > MIN_HIGHLIGHT_SHARE


def _tell_light(estimate: Tensor, levels: Tensor, bare: Tensor) -> Tensor:
    """The light (3, h, w) without soft shading; the arguments are those of `_correct_by_bare_paper`."""
    local = _correct_by_bare_paper(estimate, levels, bare)
    page, paper, expected, near = (x[0].permute(1, 2, 0).numpy() for x in (levels, bare.pow(4), estimate, local))
    return torch.from_numpy(tell_light(page, paper[..., 0], expected, near)).permute(2, 0, 1)


def _correct_by_bare_paper(estimate: Tensor, levels: Tensor, bare: Tensor) -> Tensor:
    """Correct the model's estimate by its error on bare paper nearby, a local mean weighted by bareness.

    Args:
        estimate: The model's estimate of the light (1, 3, h, w), as natural logarithms.
        levels: The page (1, 3, h, w), as natural logarithms.
        bare: The probability of bare paper (1, 1, h, w).

    Returns:
        The corrected light (1, 3, h, w), as natural logarithms.
    """
    weight = bare.pow(4)
    stacked = torch.cat([(levels - estimate) * weight, weight], 1)[0].permute(1, 2, 0).numpy()  # (h, w, 4)
    means = torch.from_numpy(blur(np.ascontiguousarray(stacked), CORRECTION_SIGMA)).permute(2, 0, 1)[None]
    return estimate + means[:, :3] / (means[:, 3:] + ESTIMATE_WEIGHT)


def interpolate_field(field: Tensor, part: tuple[slice, slice], size: tuple[int, ...]) -> Tensor:
    """Interpolate a coarse field over a page at the pixels of a part of the page.

    Args:
        field: The field over the whole page (1, 3, a, b).
        part: The rows and columns of the part.
        size: Height and width of the page.

    Returns:
        The field at the part's pixels (1, 3, h, w).
    """
    rows, columns = (
        (torch.arange(span.start, span.stop) + 0.5) / length * 2 - 1
        for span, length in zip(part, size[:2], strict=True)
    )
    grid = torch.stack([columns.expand(len(rows), -1), rows.unsqueeze(1).expand(-1, len(columns))], 2)[None]
    return functional.grid_sample(field, grid, padding_mode="border", align_corners=False)
