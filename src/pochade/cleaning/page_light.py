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
from numpy.typing import NDArray

from pochade.analysis.plane_filters import resize_bicubic, resize_bilinear, shrink_by_area, wide_blur
from pochade.analysis.regions import regions_inside
from pochade.cleaning.damage_changes import sigmoid
from pochade.cleaning.light_surface import tell_light
from pochade.models.model_configs import PageConfig
from pochade.models.runnable_model import RunnableModel

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

    light: Floats  # (3, h, w), a coarse field over the page, mostly below 0
    paper: Floats  # (3,)
    notes: tuple[str, ...] = ()

    @property
    def is_even(self) -> bool:
        """Whether light and paper are white already."""
        return float(np.abs(self.light).max()) < EVEN_LIMIT and float(np.abs(self.paper).max()) < EVEN_LIMIT

    def field(self, light: float, paper: float) -> Floats:
        """The field (3, h, w) to subtract from the logarithm of the page, for strengths from 0 to 1."""
        return self.light * np.float32(light) + self.paper[:, None, None] * np.float32(paper)


def downscale(pixels: NDArray[np.generic], side: int) -> Floats:
    """Resize a page to a thumbnail.

    Args:
        pixels: (H, W, C) uint8, uint16 or float.
        side: The longer side of the thumbnail in pixels.

    Returns:
        The thumbnail (C, h, w), in the units of the page.
    """
    size = tuple(max(1, round(length * side / max(pixels.shape[:2]))) for length in pixels.shape[:2])
    steps = [max(1, length // (PREREDUCTION * target)) for length, target in zip(pixels.shape[:2], size, strict=True)]
    rows, columns = (length // step for length, step in zip(pixels.shape[:2], steps, strict=True))
    blocks = pixels[: rows * steps[0]].reshape(rows, steps[0], -1)  # less than a quarter of a thumbnail's pixel is lost
    sums = blocks.sum(1, dtype=np.float32).reshape(rows, *pixels.shape[1:])[:, : columns * steps[1]]
    small = sums.reshape(rows, columns, steps[1], -1).mean(2) / np.float32(steps[0])
    resize = shrink_by_area if size[0] <= rows and size[1] <= columns else resize_bilinear
    return resize(small.transpose(2, 0, 1), (size[0], size[1]))


def pad_to_square(x: Floats, side: int) -> Floats:
    """Pad (C, h, w) to a square (C, side, side) by repeating its right and lower edges."""
    return np.pad(x, ((0, 0), (0, side - x.shape[1]), (0, side - x.shape[2])), mode="edge")


class PageReading(NamedTuple):
    """What one reading of a page found."""

    page: PageLight
    bare_share: float  # of the page that is bare paper; 0 if it is too little, or if the paper is toned


def read_page(model: RunnableModel[PageConfig], pixels: NDArray[np.uint8 | np.uint16]) -> PageLight:
    """Estimate the light on a page and the colour of its paper.

    Args:
        model: The model that estimates light and bare paper.
        pixels: The page (H, W, 3), uint8 or uint16.
    """
    small = downscale(pixels, model.config.side) / np.float32(np.iinfo(pixels.dtype).max)
    white = np.quantile(small, WHITE_QUANTILE, (1, 2), keepdims=True)  # (3, 1, 1)
    exposure = np.where(white > MIN_WHITE, white / np.float32(WHITE_LEVEL), 1).clip(max=1).astype(np.float32)
    plain, exposed = (_read_thumbnail(model, small, divisor) for divisor in (np.ones_like(exposure), exposure))
    is_better = exposed.bare_share > max(plain.bare_share, MIN_EXPOSED_SHARE)
    return exposed.page if is_better else plain.page


def _read_thumbnail(model: RunnableModel[PageConfig], small: Floats, exposure: Floats) -> PageReading:
    """Read a thumbnail (3, h, w) after division by an exposure (3, 1, 1)."""
    (height, width), side = small.shape[1:], max(small.shape[1:])
    exposed = (small / exposure).clip(max=1)
    coarse, logits = model.run("estimate_page", pad_to_square(exposed, side)[None])
    bare = sigmoid(logits[0, 0, :height, :width])
    bare_share = float((bare > BARE_PROBABILITY).mean())
    unchanged = np.zeros((3, 1, 1), np.float32)
    if bare_share < MIN_BARE_SHARE:
        return PageReading(PageLight(unchanged, unchanged[:, 0, 0], (NO_PAPER_NOTE,)), 0.0)
    paper_levels = small.min(0)[bare > CERTAIN_PROBABILITY]
    if len(paper_levels) and float((paper_levels > PURE_WHITE).mean()) > MIN_PURE_SHARE:
        return PageReading(PageLight(unchanged, unchanged[:, 0, 0]), bare_share)
    estimate = resize_bicubic(coarse[0], (side, side))[:, :height, :width] + np.log(exposure)
    field = _tell_light(estimate, np.log(small.clip(min=1 / 255)), bare)  # (3, h, w)
    paper = np.quantile(field, PAPER_QUANTILE, (1, 2)).astype(np.float32)  # (3,)
    light = field - paper[:, None, None]
    if _has_highlights((small / np.exp(field)).astype(np.float32)):
        return PageReading(PageLight(light, unchanged[:, 0, 0], (TONED_PAPER_NOTE,)), 0.0)
    return PageReading(PageLight(light, paper), bare_share)


def _has_highlights(evenly_lit: Floats) -> bool:
    """Whether a page (3, h, w), with bare paper at 1, has lights that are brighter than its paper and lie on it."""
    bright = evenly_lit.mean(0) > 1 + HIGHLIGHT_EXCESS
    return float(regions_inside(bright, BORDER_SHARE).mean()) > MIN_HIGHLIGHT_SHARE


def _tell_light(estimate: Floats, levels: Floats, bare: Floats) -> Floats:
    """The light (3, h, w) without soft shading; the arguments are those of `_correct_by_bare_paper`."""
    local = _correct_by_bare_paper(estimate, levels, bare)
    page, expected, near = (x.transpose(1, 2, 0) for x in (levels, estimate, local))  # (h, w, 3)
    return tell_light(page, bare**4, expected, near).transpose(2, 0, 1)


def _correct_by_bare_paper(estimate: Floats, levels: Floats, bare: Floats) -> Floats:
    """Correct the model's estimate by its error on bare paper nearby, a local mean weighted by bareness.

    Args:
        estimate: The model's estimate of the light (3, h, w), as natural logarithms.
        levels: The page (3, h, w), as natural logarithms.
        bare: The probability of bare paper (h, w).

    Returns:
        The corrected light (3, h, w), as natural logarithms.
    """
    weight = bare**4
    means = wide_blur(np.concatenate([(levels - estimate) * weight, weight[None]]), CORRECTION_SIGMA)
    return estimate + means[:3] / (means[3] + np.float32(ESTIMATE_WEIGHT))


def interpolate_field(field: Floats, part: tuple[slice, slice], size: tuple[int, ...]) -> Floats:
    """Interpolate a coarse field over a page bilinearly at the pixels of a part of the page.

    Args:
        field: The field over the whole page (C, a, b).
        part: The rows and columns of the part.
        size: Height and width of the page.

    Returns:
        The field at the part's pixels (C, h, w).
    """
    rows, columns = (_hat_weights(*along) for along in zip(part, size[:2], field.shape[1:], strict=True))
    return np.asarray(rows @ field @ columns.T, np.float32)


def _hat_weights(span: slice, length: int, count: int) -> Floats:
    """The weight of each of `count` values along a page of `length` pixels for each pixel of a span, (n, count)."""
    places = ((np.arange(span.start, span.stop) + 0.5) / length * count - 0.5).clip(0, count - 1)
    return (1 - np.abs(places[:, None] - np.arange(count))).clip(min=0).astype(np.float32)
