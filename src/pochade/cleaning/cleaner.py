"""The cleaner: one model estimates the light and paper of a page, another one cleans the page tile by tile.

    picture ─┬─►┤read_page├─► light, paper ──────┐
             │                                   ▼
             └─► tiles with a margin ─►┤divide by light, paper├─►┤Denoiser├─►┤fill_specks├─► clean picture, defects
                                                                     ▲
                                                                 strengths

The margin is as wide as a pixel's influence reaches, so tiles give the same result as the whole picture would.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pochade.cleaning.page_light import PageLight, interpolate_field, read_page
from pochade.cleaning.speck_fill import FILL_REACH, fill_specks
from pochade.images.geometry.tiles import Tile, tile_grid
from pochade.images.io.input_arrays import InputImage, open_input_image
from pochade.models.denoiser import Denoiser
from pochade.models.page_model import PageModel

TILE_SIDE = 768  # pixels, without the margin
DEFECT_LEVEL = 127  # of 255: a pixel with a higher probability is a defect
MAX_IGNORED_DEFECTS = 4  # pixels in a picture that counts as clean
MIN_CHANGE = 0.5  # levels of 8 bits, root mean square over a tile at full strength; less counts as no change
CLEAN_NOTE = "it is clean already"


@dataclass(frozen=True)
class Strengths:
    """How much of each kind of damage to remove, 0 to 1."""

    light: float
    paper: float
    grain: float
    specks: float
    smudges: float

    @property
    def strongest(self) -> float:
        """The largest strength; at 0 there is nothing to do."""
        return max(self.light, self.paper, self.grain, self.specks, self.smudges)


@dataclass(frozen=True)
class Cleaned:
    """A clean picture, and what was removed as damage."""

    picture: Any  # with the type, mode or shape, and depth of the input
    defects: NDArray[np.uint8]  # (H, W): probability of a speck, hair, scratch or fold, as 0 to 255
    before: NDArray[Any]  # (H, W, 3) uint8 or uint16: the colours of the input
    after: NDArray[Any]  # (H, W, 3): the colours of the result
    notes: tuple[str, ...]  # for people, each a clause without a full stop
    already_clean: bool  # nothing was changed, because no damage was found

    @property
    def removed(self) -> NDArray[np.float32]:
        """What was removed (H, W, 3), in levels of 8 bits: before minus after."""
        scale = np.float32(255 / np.iinfo(self.before.dtype).max)
        return (self.before.astype(np.float32) - self.after.astype(np.float32)) * scale

    @property
    def changed(self) -> float:
        """The share of the pixels that changed by more than one level of 8 bits."""
        level = np.iinfo(self.before.dtype).max // 255
        rows = zip(self.before, self.after, strict=True)
        count = sum(int((np.abs(before.astype(np.int32) - after) > level).any(1).sum()) for before, after in rows)
        return count / max(1, self.before.shape[0] * self.before.shape[1])


class Cleaner:
    """The two models that clean scans, and their application to pictures of any size.

    Args:
        denoiser: Removes grain, specks and smudges.
        page_model: Estimates light and paper.
    """

    def __init__(self, denoiser: Denoiser, page_model: PageModel) -> None:
        self.denoiser = denoiser.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.page_model = page_model

    def clean(self, image: InputImage, strengths: Strengths, where: NDArray[np.float32] | None = None) -> Cleaned:
        """Clean a picture.

        Args:
            image: The picture.
            strengths: How much of each kind of damage to remove.
            where: How much each pixel may change, (H, W) from 0 to 1; None if all may change freely.
        """
        colour = image.colour
        if not strengths.strongest:
            return _keep_unchanged(image, ())
        page = read_page(self.page_model, colour) if strengths.light or strengths.paper else None
        after, defects = np.empty_like(colour), np.empty(colour.shape[:2], np.uint8)
        largest_change = 0.0
        for tile in tile_grid(colour.shape[0], colour.shape[1], TILE_SIDE, tile_margin(self.denoiser)):
            after[tile.core], defects[tile.core] = self.clean_tile(colour, tile, strengths, page, where)
            largest_change = max(largest_change, _rms_change(colour[tile.core], after[tile.core]))
        notes = page.notes if page else ()
        few_defects = int((defects > DEFECT_LEVEL).sum()) <= MAX_IGNORED_DEFECTS
        if largest_change < MIN_CHANGE * strengths.strongest and few_defects and (page is None or page.is_even):
            return _keep_unchanged(image, (*notes, CLEAN_NOTE))
        picture = image.rebuild(after)
        return Cleaned(picture, defects, colour, open_input_image(picture).colour, notes, already_clean=False)

    @torch.inference_mode()
    def clean_tile(
        self,
        colour: NDArray[Any],
        tile: Tile,
        strengths: Strengths,
        page: PageLight | None,
        where: NDArray[np.float32] | None,
    ) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """Clean one tile.

        Args:
            colour: The whole picture (H, W, 3), uint8 or uint16.
            tile: The part to clean.
            strengths: How much of each kind of damage to remove.
            page: The light and paper of the whole picture; None leaves both unchanged.
            where: As for `clean`.

        Returns:
            The clean core of the tile (h, w, 3) in the picture's depth, and its defects (h, w) uint8.
        """
        white = np.iinfo(colour.dtype).max
        x = torch.from_numpy(colour[tile.padded].astype(np.float32) / white).permute(2, 0, 1)[None]  # (1, 3, h, w)
        share = torch.ones(1, 1, *x.shape[2:]) if where is None else torch.from_numpy(where[tile.padded])[None, None]
        evenly_lit = x
        if page is not None:
            field = interpolate_field(page.field(strengths.light, strengths.paper), tile.padded, colour.shape[:2])
            evenly_lit = x * (-field * share).exp()
        amounts = torch.tensor([strengths.smudges, strengths.specks, strengths.grain]).view(1, 3, 1, 1)
        y, defects = evenly_lit, torch.zeros(x.shape[2:])
        if amounts.any() and share.any():
            conditioning = share * amounts  # (1, 3, h, w)
            change, logits = self._denoise(evenly_lit.clamp(0, 1), conditioning)
            defect = torch.sigmoid(logits) * (share > 0) * (strengths.specks > 0)
            y = torch.where(share > 0, fill_specks(evenly_lit, change, defect, conditioning[:, 1:2]), evenly_lit)
            defects = defect[0, 0]
        clean = y.clamp(0, 1)[0].permute(1, 2, 0).numpy()[tile.core_in_padded]  # (h, w, 3)
        core = (clean * np.float32(white) + np.float32(0.5)).astype(colour.dtype)
        protected = share[0, 0].numpy()[tile.core_in_padded] == 0
        core[protected] = colour[tile.core][protected]
        return core, (defects.numpy()[tile.core_in_padded] * 255).round().astype(np.uint8)

    def _denoise(self, x: Tensor, conditioning: Tensor) -> tuple[Tensor, Tensor]:
        """Run the denoiser on an input (1, 3, h, w) of any size, padded to its multiple, and crop the results."""
        height, width = x.shape[2:]
        multiple = self.denoiser.config.multiple
        pad = (0, -width % multiple, 0, -height % multiple)
        x, conditioning = (functional.pad(planes, pad, mode="replicate") for planes in (x, conditioning))
        change, logits = self.denoiser(x, conditioning)
        return change[:, :, :height, :width], logits[:, :, :height, :width]


def tile_margin(denoiser: Denoiser) -> int:
    """The margin of a tile in pixels: the reach of denoiser and speck filling, rounded up to a multiple."""
    multiple = denoiser.config.multiple
    return -(-(denoiser.config.reach + FILL_REACH) // multiple) * multiple


def _rms_change(before: NDArray[Any], after: NDArray[Any]) -> float:
    """The root mean square of the change, in levels of 8 bits."""
    change = (before.astype(np.float32) - after) * np.float32(255 / np.iinfo(before.dtype).max)
    return float(np.sqrt(np.mean(change**2)))


def _keep_unchanged(image: InputImage, notes: tuple[str, ...]) -> Cleaned:
    no_defects = np.zeros(image.colour.shape[:2], np.uint8)
    copy = image.rebuild(image.colour)
    return Cleaned(copy, no_defects, image.colour, image.colour, notes, already_clean=bool(notes))
