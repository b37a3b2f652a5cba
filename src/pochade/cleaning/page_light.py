"""The page as a whole: how it is lit and what colour its paper has, read once from a thumbnail of it.

Light and paper are told from bare paper only. Where a sheet shows hardly any, or was drawn on a toned ground with
lights brighter than it, they are left alone, and that is said.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import blurred
from pochade.models import PageModel

Floats = NDArray[np.float32]
FINER = 4  # times the thumbnail's size: pixels are first averaged in whole blocks down to about that
LEAST_BARE = 0.12  # share of the sheet that must be bare paper
SURE = 0.5  # of a pixel's being bare
NEAR = 5.0  # pixels of the thumbnail: bare paper so near corrects what the net read
DOUBT = 0.02  # weight of the net's reading beside that of bare paper
CERTAIN, WHITE, PURE = 0.9, 0.995, 0.9  # of what is bare beyond doubt, so much is as white as white can be: no scan
BRIGHTER, LIGHTS = 0.15, 0.005  # a toned ground: so much brighter than paper is so large a share of the sheet
BRIGHTEST = 0.9  # the paper's colour is read where it is lit best: this quantile
EVEN = 0.004  # natural logarithm: a light or a colour that is closer to even white is
NO_PAPER = "there is too little bare paper to tell its light and colour, which were left as they are"
TONED = "the paper is darker than lights drawn on it, and keeps its colour"


@dataclass(frozen=True)
class PageLight:
    """How a sheet is lit, and its paper's colour; natural logarithms, 0 for even and white."""

    light: Tensor  # (3, h, w) over the sheet, at most about 0
    paper: Tensor  # (3,)
    notes: tuple[str, ...] = ()

    @property
    def even(self) -> bool:
        """Whether there is nothing to even out."""
        return float(self.light.abs().max()) < EVEN and float(self.paper.abs().max()) < EVEN

    def field(self, light: float, paper: float) -> Tensor:
        """What to take from the logarithm of the sheet (1, 3, h, w), given strengths of 0 to 1."""
        return (self.light * light + self.paper.view(3, 1, 1) * paper)[None]


def thumbnail(pixels: NDArray[np.generic], side: int) -> Tensor:
    """A sheet (H, W, C) of uint8, uint16 or float as (1, C, h, w) in its own units, its longer side as given."""
    size = [max(1, round(length * side / max(pixels.shape[:2]))) for length in pixels.shape[:2]]
    steps = [max(1, length // (FINER * wanted)) for length, wanted in zip(pixels.shape[:2], size, strict=True)]
    rows, columns = (length // step for length, step in zip(pixels.shape[:2], steps, strict=True))
    cut = pixels[: rows * steps[0], : columns * steps[1]]  # less than a quarter of a thumbnail's pixel is cut off
    small = cut.reshape(rows, steps[0], columns, steps[1], -1).mean((1, 3), dtype=np.float32)
    whole = torch.from_numpy(small).permute(2, 0, 1)[None]
    down = size[0] <= rows and size[1] <= columns
    return functional.interpolate(whole, size=size, mode="area" if down else "bilinear")


def square(x: Tensor, side: int) -> Tensor:
    """(1, C, h, w) in a square (1, C, side, side), its right and lower edges repeated."""
    return functional.pad(x, (0, side - x.shape[3], 0, side - x.shape[2]), mode="replicate")


@torch.inference_mode()
def read_page(net: PageModel, pixels: NDArray[np.uint8 | np.uint16]) -> PageLight:
    """How a sheet is lit, and its paper's colour.

    Args:
        net: That reads pages.
        pixels: The sheet (H, W, 3), uint8 or uint16.
    """
    side, most = net.config.side, np.iinfo(pixels.dtype).max
    small = thumbnail(pixels, side) / most
    height, width = small.shape[2:]
    coarse, logits = net(square(small, side))
    bare = torch.sigmoid(logits)[:, :, :height, :width]
    if float((bare > SURE).float().mean()) < LEAST_BARE:
        return PageLight(torch.zeros(3, 1, 1), torch.zeros(3), (NO_PAPER,))
    sure = small.amin(1, keepdim=True)[bare > CERTAIN]
    if len(sure) and float((sure > WHITE).float().mean()) > PURE:
        return PageLight(torch.zeros(3, 1, 1), torch.zeros(3))
    read = functional.interpolate(coarse, size=side, mode="bicubic")[:, :, :height, :width]
    field = corrected(read, small.clamp(min=1 / 255).log(), bare)[0]  # (3, h, w)
    flat = small[0] / field.exp()
    paper = field.flatten(1).quantile(BRIGHTEST, dim=1)  # (3,)
    if float((flat.mean(0) > 1 + BRIGHTER).float().mean()) > LIGHTS:
        return PageLight(field - paper.view(3, 1, 1), torch.zeros(3), (TONED,))
    return PageLight(field - paper.view(3, 1, 1), paper)


def corrected(read: Tensor, seen: Tensor, bare: Tensor) -> Tensor:
    """The light that the net read (1, 3, h, w), moved to what bare paper nearby shows: a mean weighted by bareness."""
    weight = bare.pow(4)
    both = torch.cat([(seen - read) * weight, weight], 1)[0].permute(1, 2, 0).numpy()  # (h, w, 4)
    soft = torch.from_numpy(blurred(np.ascontiguousarray(both), NEAR)).permute(2, 0, 1)[None]
    return read + soft[:, :3] / (soft[:, 3:] + DOUBT)


def page_part(field: Tensor, read: tuple[slice, slice], size: tuple[int, ...]) -> Tensor:
    """The part (1, 3, h, w) of a small field over the whole sheet (1, 3, a, b), smoothly enlarged."""
    rows, columns = (
        (torch.arange(span.start, span.stop) + 0.5) / whole * 2 - 1 for span, whole in zip(read, size[:2], strict=True)
    )
    grid = torch.stack([columns.expand(len(rows), -1), rows.unsqueeze(1).expand(-1, len(columns))], 2)[None]
    return functional.grid_sample(field, grid, padding_mode="border", align_corners=False)
