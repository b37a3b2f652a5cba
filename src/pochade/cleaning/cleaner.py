"""The cleaner: a net that reads the page, one that restores tile after tile, and what comes of them.

picture ─►┤read_page├─► light, paper ─┐
│                                  ▼
└──────► tiles with a margin ─►┤evened out├─►┤Restorer, told the strengths├─►┤specks filled├─► clean picture, defects
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pochade.cleaning.page_light import PageLight, page_part, read_page
from pochade.cleaning.speck_fill import REACH, filled
from pochade.images.geometry.tiles import Tile, tiles
from pochade.images.io.input_arrays import InputImage, taken_apart
from pochade.models import Denoiser, PageModel

TILE = 768  # pixels a side of what is kept of a tile
FOUND = 127  # of 255: how sure the net is that a pixel is a defect
FEW = 4  # pixels: so few defects are none
SLIGHT = 0.5  # levels of 8 bits, root mean square over a tile, at full strength: so small a change is none
CLEAN = "it is clean already"


@dataclass(frozen=True)
class Strengths:
    """How much of each kind of damage to undo, 0 to 1."""

    light: float
    paper: float
    grain: float
    specks: float
    smudges: float

    @property
    def most(self) -> float:
        """The strongest of them; 0 when nothing is to be done."""
        return max(self.light, self.paper, self.grain, self.specks, self.smudges)


@dataclass(frozen=True)
class Cleaned:
    """A clean picture, and what was taken for damage."""

    picture: Any  # of the type, the mode or shape, and the depth that was given
    defects: NDArray[np.uint8]  # (H, W): how sure the net is of a speck, a hair, a scratch or a fold, up to 255
    before: NDArray[Any]  # (H, W, 3) uint8 or uint16: the colours that were given
    after: NDArray[Any]  # (H, W, 3): the colours of the result
    notes: tuple[str, ...]  # what a person should know: each a clause
    already_clean: bool  # nothing was changed because there was nothing to do

    @property
    def removed(self) -> NDArray[np.float32]:
        """What was taken away (H, W, 3), in levels of 8 bits: before less after."""
        scale = np.float32(255 / np.iinfo(self.before.dtype).max)
        return (self.before.astype(np.float32) - self.after.astype(np.float32)) * scale

    @property
    def changed(self) -> float:
        """The share of the pixels that changed by more than one level of 8 bits."""
        level = np.iinfo(self.before.dtype).max // 255
        rows = zip(self.before, self.after, strict=True)
        count = sum(int((np.abs(one.astype(np.int32) - other) > level).any(1).sum()) for one, other in rows)
        return count / max(1, self.before.shape[0] * self.before.shape[1])


class Cleaner:
    """The two nets that clean.

    Args:
        restorer: Undoes grain, specks and smudges.
        page: Reads light and paper.
    """

    def __init__(self, restorer: Denoiser, page: PageModel) -> None:
        self.restorer = restorer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.page = page

    def clean(self, given: InputImage, strengths: Strengths, where: NDArray[np.float32] | None = None) -> Cleaned:
        """Clean a picture, told how much of what, and where (H, W) from 0 to 1."""
        colour = given.colour
        if not strengths.most:
            return unchanged(given, ())
        page = read_page(self.page, colour) if strengths.light or strengths.paper else None
        after, defects = np.empty_like(colour), np.empty(colour.shape[:2], np.uint8)
        most = 0.0
        for tile in tiles(colour.shape[0], colour.shape[1], TILE, halo(self.restorer)):
            after[tile.kept], defects[tile.kept] = self.restored(colour, tile, strengths, page, where)
            most = max(most, distance(colour[tile.kept], after[tile.kept]))
        notes = page.notes if page else ()
        slight = most < SLIGHT * strengths.most and int((defects > FOUND).sum()) <= FEW
        if slight and (page is None or page.even):
            return unchanged(given, (*notes, CLEAN))
        picture = given.put_together(after)
        return Cleaned(picture, defects, colour, taken_apart(picture).colour, notes, already_clean=False)

    @torch.inference_mode()
    def restored(
        self,
        colour: NDArray[Any],
        tile: Tile,
        strengths: Strengths,
        page: PageLight | None,
        where: NDArray[np.float32] | None,
    ) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """One tile, clean (h, w, 3) in the depth that was given, and its defects (h, w)."""
        most = np.iinfo(colour.dtype).max
        x = torch.from_numpy(colour[tile.read].astype(np.float32) / most).permute(2, 0, 1)[None]  # (1, 3, h, w)
        share = torch.ones(1, 1, *x.shape[2:]) if where is None else torch.from_numpy(where[tile.read])[None, None]
        even = x
        if page is not None:
            field = page_part(page.field(strengths.light, strengths.paper), tile.read, colour.shape[:2])
            even = x * (-field * share).exp()
        wanted = torch.tensor([strengths.smudges, strengths.specks, strengths.grain]).view(1, 3, 1, 1)
        y, found = even, torch.zeros(x.shape[2:])
        if wanted.any() and share.any():
            told = share * wanted
            change, logits = self.run(even.clamp(0, 1), told)
            sure = torch.sigmoid(logits) * (share > 0) * (strengths.specks > 0)
            y = torch.where(share > 0, filled(even, change, sure, told[:, 1:2]), even)
            found = sure[0, 0]
        clean = y.clamp(0, 1)[0].permute(1, 2, 0).numpy()[tile.inner]  # (h, w, 3)
        part = (clean * np.float32(most) + np.float32(0.5)).astype(colour.dtype)
        kept = share[0, 0].numpy()[tile.inner] == 0
        part[kept] = colour[tile.kept][kept]
        return part, (found.numpy()[tile.inner] * 255).round().astype(np.uint8)

    def run(self, x: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """The restorer over any size (1, 3, h, w): it wants multiples, so edges are repeated and cut off again."""
        height, width = x.shape[2:]
        multiple = self.restorer.config.multiple
        pad = (0, -width % multiple, 0, -height % multiple)
        x, told = (functional.pad(each, pad, mode="replicate") for each in (x, told))
        change, logits = self.restorer(x, told)
        return change[:, :, :height, :width], logits[:, :, :height, :width]


def halo(restorer: Denoiser) -> int:
    """Pixels that are read about each tile: as far as the net sees and specks are filled from, in whole multiples."""
    multiple = restorer.config.multiple
    return -(-(restorer.config.reach + REACH) // multiple) * multiple


def distance(before: NDArray[Any], after: NDArray[Any]) -> float:
    """The root mean square of a change, in levels of 8 bits."""
    change = (before.astype(np.float32) - after) * np.float32(255 / np.iinfo(before.dtype).max)
    return float(np.sqrt(np.mean(change**2)))


def unchanged(given: InputImage, notes: tuple[str, ...]) -> Cleaned:
    """What was given, to the pixel."""
    empty = np.zeros(given.colour.shape[:2], np.uint8)
    same = given.put_together(given.colour)
    return Cleaned(same, empty, given.colour, given.colour, notes, already_clean=bool(notes))
