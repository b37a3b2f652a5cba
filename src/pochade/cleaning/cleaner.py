"""The cleaner: one model estimates the light and paper of a page, another one cleans the page tile by tile.

    picture ─┬─►┤read_page├─► light, paper ──────┐
             │                                   ▼
             └─► tiles with a margin ─►┤divide by light, paper├─┬─►┤predict_damage├─►┤choose_specks├─► marks
                                                                ├─►┤grain, smudges├─►┤fill_specks├──► clean picture
                                                                └───────────────────────────►─────────────┘

Each kind of damage has a change of its own (`damage_changes.py`), so strengths are exact. A mark is removed as a whole
or not at all.
"""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.cleaning.damage_changes import grain_change, predict_damage, smudge_change, smudge_step
from pochade.cleaning.page_light import PageLight, interpolate_field, read_page
from pochade.cleaning.speck_choice import SpeckRule, choose_specks
from pochade.cleaning.speck_fill import fill_specks
from pochade.images.geometry.tiles import Region, Tile, tile_grid
from pochade.images.io.input_arrays import InputImage, open_input_image
from pochade.models.mark_classifier import MarkClassifier
from pochade.models.model_configs import DenoiserConfig, PageConfig
from pochade.models.runnable_model import RunnableModel

Floats = NDArray[np.float32]
CleanTile = tuple[NDArray[Any], NDArray[np.uint8]]  # the core (h, w, 3), and its defects (h, w)
TILES_AT_ONCE = 2  # each takes about 200 MB per megapixel
MIN_TILE_SIDE, MAX_TILE_SIDE = 768, 1152  # pixels, without the margin
TILE_ALIGNMENT = 16  # pixels: padded tiles begin at multiples of it
MIN_TILE_MARGIN = 96  # pixels; what is further away changes the model's result by less than a fifth of a level
MARGIN_MM = 6.0  # millimetres: marks are judged by what is so near
MAX_TILE_MARGIN = 256
DEFECT_LEVEL = 127  # of 255: a pixel with a higher probability is a defect
MAX_IGNORED_DEFECTS = 4  # pixels in a picture that counts as clean
MIN_CHANGE = (
    0.5  # levels of 8 bits, root mean square over a tile, of each kind at full strength; less counts as no change
)
CLEAN_NOTE = "it is clean already"


@dataclass(frozen=True)
class Strengths:
    """How much of each kind of damage to remove, 0 to 1; for specks, how unsure a mark may be that is removed."""

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
    defects: NDArray[np.uint8]  # (H, W): 0, or where a speck was removed, how sure it is that it was one, 1 to 255
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
    """The three models that clean scans, and their application to pictures of any size.

    Args:
        denoiser: Removes grain, specks and smudges.
        page_model: Estimates light and paper.
        mark_classifier: Tells dust from drawn marks.
    """

    def __init__(
        self,
        denoiser: RunnableModel[DenoiserConfig],
        page_model: RunnableModel[PageConfig],
        mark_classifier: MarkClassifier,
    ) -> None:
        self.denoiser, self.page_model, self.mark_classifier = denoiser, page_model, mark_classifier

    def clean(
        self,
        image: InputImage,
        strengths: Strengths,
        where: NDArray[np.float32] | None = None,
        rule: SpeckRule | None = None,
    ) -> Cleaned:
        """Clean a picture.

        Args:
            image: The picture.
            strengths: How much of each kind of damage to remove.
            where: How much each pixel may change, (H, W) from 0 to 1; None if all may change freely.
            rule: Which marks may be specks.
        """
        colour, rule = image.colour, rule or SpeckRule()
        if not strengths.strongest:
            return _keep_unchanged(image, ())
        page = read_page(self.page_model, colour) if strengths.light or strengths.paper else None
        if strengths.grain or strengths.specks or strengths.smudges:
            self.denoiser.prepare("denoise")  # once; the threads below would both do it
        after, defects = np.empty_like(colour), np.empty(colour.shape[:2], np.uint8)
        changes = list[float]()
        (height, width), margin = colour.shape[:2], tile_margin(rule.dots_per_mm)
        tiles = list(tile_grid(height, width, tile_side(height, width, margin), margin))
        clean_tile = partial(self.clean_tile, colour, strengths=strengths, page=page, where=where, rule=rule)
        with closing(_map_in_threads(clean_tile, tiles)) as results:
            for tile, result in zip(tiles, results, strict=True):
                after[tile.core], defects[tile.core] = result
                changes.append(_rms_change(colour[tile.core], after[tile.core]))
        notes = page.notes if page else ()
        few_defects = int((defects > DEFECT_LEVEL).sum()) <= MAX_IGNORED_DEFECTS
        least_change = MIN_CHANGE * max(strengths.strongest, strengths.grain + strengths.smudges)
        if max(changes) < least_change and few_defects and (page is None or page.is_even):
            return _keep_unchanged(image, (*notes, CLEAN_NOTE))
        picture = image.rebuild(after)
        return Cleaned(picture, defects, colour, open_input_image(picture).colour, notes, already_clean=False)

    def clean_tile(
        self,
        colour: NDArray[Any],
        tile: Tile,
        strengths: Strengths,
        page: PageLight | None,
        where: NDArray[np.float32] | None,
        rule: SpeckRule,
    ) -> CleanTile:
        """Clean one tile.

        Args:
            colour: The whole picture (H, W, 3), uint8 or uint16.
            tile: The part to clean.
            strengths: How much of each kind of damage to remove.
            page: The light and paper of the whole picture; None leaves both unchanged.
            where: As for `clean`.
            rule: Which marks may be specks.

        Returns:
            The clean core of the tile (h, w, 3) in the picture's depth, and its defects (h, w) uint8 as in `Cleaned`.
        """
        share = None if where is None else where[tile.padded]  # (h, w)
        if share is not None and not share.any():
            return colour[tile.core], np.zeros(colour[tile.core].shape[:2], np.uint8)
        y, sureness = self._clean_planes(colour, tile, strengths, page, rule)  # (3, h, w), (h, w)
        if share is not None:
            x = _as_planes(colour, tile.padded)
            y, sureness = x + share * (y - x), sureness * (share > 0)
        core = _as_pixels(y[:, *tile.core_in_padded], colour.dtype)
        if share is not None:
            protected = share[tile.core_in_padded] == 0
            core[protected] = colour[tile.core][protected]
        return core, (sureness[tile.core_in_padded] * 255).round().astype(np.uint8)

    def _clean_planes(
        self, colour: NDArray[Any], tile: Tile, strengths: Strengths, page: PageLight | None, rule: SpeckRule
    ) -> tuple[Floats, Floats]:
        """A padded tile that is clean (3, h, w), and how sure it is that there were specks (h, w)."""
        step = smudge_step(rule.dots_per_mm) if strengths.smudges else 1
        wide, padded = _widen(tile.padded, (step - 1) * MIN_TILE_MARGIN, colour.shape)
        around = _evenly_lit(colour, wide, strengths, page)  # (3, H, W), with what the smudges are read from
        evenly_lit = around[:, *padded]  # (3, h, w)
        change, sureness = self._change_grain_and_specks(evenly_lit, tile, strengths, rule)
        if strengths.smudges:
            change += np.float32(strengths.smudges) * smudge_change(self.denoiser, around, step)[:, *padded]
        change += evenly_lit
        return fill_specks(change, sureness > 0) if sureness.any() else change, sureness

    def _change_grain_and_specks(
        self, x: Floats, tile: Tile, strengths: Strengths, rule: SpeckRule
    ) -> tuple[Floats, Floats]:
        """The change of the grain (3, h, w), and how sure it is that there are specks (h, w)."""
        if not strengths.grain and not strengths.specks:
            return np.zeros_like(x), np.zeros_like(x[0])
        kinds = {"grain": strengths.grain > 0, "specks": strengths.specks > 0, "smudges": False}
        change, defect = predict_damage(self.denoiser, x, **kinds)
        strength = 0 if rule.mask is not None else strengths.specks
        choice = choose_specks(self.mark_classifier, x, change, defect, strength, rule)
        sureness = choice.sureness
        if rule.mask is not None and strengths.specks:
            sureness = rule.mask[tile.padded].astype(np.float32)
        return np.float32(strengths.grain) * grain_change(change, choice), sureness


def _map_in_threads(clean_tile: Callable[[Tile], CleanTile], tiles: list[Tile]) -> Generator[CleanTile, None, None]:
    """Clean tiles in order, two at a time: the model uses all cores, but what follows it only one."""
    pool = ThreadPoolExecutor(TILES_AT_ONCE)
    try:
        yield from pool.map(clean_tile, tiles)
    finally:
        pool.shutdown(cancel_futures=True)  # after an error, only tiles in work are finished


def tile_side(height: int, width: int, margin: int) -> int:
    """The side of tiles in pixels, without the margin, for which the fewest pixels are computed twice."""

    def pixels(side: int) -> int:
        return (height + 2 * margin * (-(-height // side) - 1)) * (width + 2 * margin * (-(-width // side) - 1))

    return min(range(MIN_TILE_SIDE, MAX_TILE_SIDE + 1, TILE_ALIGNMENT), key=pixels)


def tile_margin(dots_per_mm: float) -> int:
    """The margin of a tile in pixels, a multiple of 16: as far as marks are judged by their surroundings."""
    pixels = min(MAX_TILE_MARGIN, max(MIN_TILE_MARGIN, MARGIN_MM * dots_per_mm))
    return int(-(-pixels // TILE_ALIGNMENT) * TILE_ALIGNMENT)


def _widen(region: Region, margin: int, shape: tuple[int, ...]) -> tuple[Region, Region]:
    """A region with a margin that ends at the edges of a picture (H, W, 3), and where the region lies in it."""
    rows, columns = (
        slice(max(0, span.start - margin), min(side, span.stop + margin))
        for span, side in zip(region, shape[:2], strict=True)
    )
    inner_rows, inner_columns = (
        slice(span.start - around.start, span.stop - around.start)
        for span, around in zip(region, (rows, columns), strict=True)
    )
    return (rows, columns), (inner_rows, inner_columns)


def _as_planes(colour: NDArray[Any], region: Region) -> Floats:
    """A region of a picture as planes (3, h, w), 0 to 1."""
    planes = colour[region].transpose(2, 0, 1)
    return np.divide(planes, np.float32(np.iinfo(colour.dtype).max), dtype=np.float32, order="C")


def _as_pixels(x: Floats, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Planes (3, h, w), 0 to 1, as pixels (h, w, 3)."""
    values = x.clip(0, 1)
    values *= np.iinfo(dtype).max
    values += 0.5
    return np.stack([plane.astype(dtype) for plane in values], -1)


def _evenly_lit(colour: NDArray[Any], region: Region, strengths: Strengths, page: PageLight | None) -> Floats:
    """A region of a picture as planes (3, h, w), divided by its light and the colour of its paper."""
    planes = _as_planes(colour, region)
    if page is not None:
        planes *= np.exp(interpolate_field(-page.field(strengths.light, strengths.paper), region, colour.shape))
    return planes


def _rms_change(before: NDArray[Any], after: NDArray[Any]) -> float:
    """The root mean square of the change, in levels of 8 bits."""
    change = before.astype(np.float32)
    change -= after
    return 255 / np.iinfo(before.dtype).max * float(np.sqrt(np.vdot(change, change) / change.size))


def _keep_unchanged(image: InputImage, notes: tuple[str, ...]) -> Cleaned:
    no_defects = np.zeros(image.colour.shape[:2], np.uint8)
    copy = image.rebuild(image.colour)
    return Cleaned(copy, no_defects, image.colour, image.colour, notes, already_clean=bool(notes))
