"""Computes parts of a scan for the page: as scanned, cleaned, or only what cleaning removes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pochade.errors import NotAllowed
from pochade.images.base.picture import Array, to_8_bit
from pochade.web.render.scan_decoding import ScanHeader

if TYPE_CHECKING:  # onnxruntime, which is only loaded when a scan is cleaned
    from pochade.cleaning.page_light import PageLight
    from pochade.images.geometry.tiles import Tile

MAX_PREVIEW_PIXELS = 1_600_000  # of one part, about as many as a screen shows
TILE_ALIGNMENT = 16  # pixels: padded tiles begin at multiples of it
MID_GREY = 128  # shown where nothing was removed
DIFFERENCE_GAIN = 4  # how many times stronger the removed damage is shown
Region = tuple[slice, slice]  # rows and columns


@dataclass(frozen=True)
class ScanArea:
    """A part of a scan, in pixels of the scan."""

    left: int
    top: int
    width: int
    height: int


@dataclass
class DecodedScan:
    """A scan with its pixels."""

    header: ScanHeader
    colour: Array  # (H, W, 3), a memory map
    page: "PageLight | None" = None  # light and paper, once they were estimated


def crop_scan(scan: DecodedScan, area: ScanArea) -> Array:
    """Return a part of a scan without cleaning, (h, w, 3) uint8."""
    return to_8_bit(scan.colour[_region(area, scan.colour)])


def clean_crop(
    scan: DecodedScan, mask: Path | None, area: ScanArea, percents: dict[str, int], *, show_removed: bool
) -> Array:
    """Clean a part of a scan.

    Args:
        scan: The scan; its `page` is estimated and stored if cleaning needs it.
        mask: An array file (H, W) uint8 with 255 where nothing may change.
        area: The part.
        percents: Strength for each kind of damage, 0 to 100.
        show_removed: Return what cleaning removes instead, amplified around mid grey.

    Returns:
        Pixels (h, w, 3) uint8.
    """
    from pochade.cleaning.clean_picture import FULL_STRENGTH, shipped_cleaner  # noqa: PLC0415  onnxruntime
    from pochade.cleaning.clean_record import usual_scan_dpi  # noqa: PLC0415
    from pochade.cleaning.cleaner import Strengths, tile_margin  # noqa: PLC0415
    from pochade.cleaning.page_light import read_page  # noqa: PLC0415
    from pochade.cleaning.speck_choice import MM_PER_INCH, SpeckRule  # noqa: PLC0415

    strengths = Strengths(**{name: percent / FULL_STRENGTH for name, percent in percents.items()})
    core = _region(area, scan.colour)
    before = scan.colour[core]
    cleaner = shipped_cleaner()
    needs_page = bool(strengths.light or strengths.paper)
    if scan.page is None and needs_page:
        scan.page = read_page(cleaner.page_model, scan.colour)
    after = before
    if strengths.strongest:
        dpi = usual_scan_dpi(scan.header.dpi)
        rule = SpeckRule(dpi / MM_PER_INCH) if dpi else SpeckRule()
        tile = _padded_tile(core, scan.colour, tile_margin(rule.dots_per_mm))
        change_share = _change_share(mask, tile.padded, scan.colour)
        page = scan.page if needs_page else None
        after, _ = cleaner.clean_tile(scan.colour, tile, strengths, page, change_share, rule)
    return _amplified_difference(to_8_bit(before), to_8_bit(after)) if show_removed else to_8_bit(after)


def _amplified_difference(before: Array, after: Array) -> Array:
    """Return what was removed, (h, w, 3); the gain is constant, so that parts can be compared."""
    return (MID_GREY + DIFFERENCE_GAIN * (before.astype(np.int16) - after)).clip(0, 255).astype(np.uint8)


def _region(area: ScanArea, colour: Array) -> Region:
    """Return the rows and columns of an area, cut off at the edges of the scan (H, W, 3).

    Raises:
        NotAllowed: The area is empty, outside the scan, or more than a screen shows.
    """
    height, width = colour.shape[:2]
    rows = slice(min(area.top, height), min(area.top + area.height, height))
    columns = slice(min(area.left, width), min(area.left + area.width, width))
    pixels = (rows.stop - rows.start) * (columns.stop - columns.start)
    if not 0 < pixels <= MAX_PREVIEW_PIXELS:
        hint = f"ask for 1 to {MAX_PREVIEW_PIXELS:,} pixels inside the picture"
        raise NotAllowed(f"a part of {pixels:,} pixels can't be shown", hint)
    return rows, columns


def _padded_tile(core: Region, colour: Array, margin: int) -> "Tile":
    """Return the tile for a region, padded on each side by `margin` pixels for the model's receptive field."""
    from pochade.images.geometry.tiles import Tile  # noqa: PLC0415

    rows, columns = (
        slice(max(0, (span.start - margin) // TILE_ALIGNMENT * TILE_ALIGNMENT), min(side, span.stop + margin))
        for span, side in zip(core, colour.shape[:2], strict=True)
    )
    core_rows, core_columns = (
        slice(span.start - padded.start, span.stop - padded.start)
        for span, padded in zip(core, (rows, columns), strict=True)
    )
    return Tile((rows, columns), core, (core_rows, core_columns))


def _change_share(mask: Path | None, region: Region, colour: Array) -> NDArray[np.float32] | None:
    """Return how much each pixel may change (H, W), 0 to 1; only the region is filled in, to save memory."""
    if mask is None:
        return None
    share = np.zeros(colour.shape[:2], np.float32)
    share[region] = 1 - np.load(mask, mmap_mode="r")[region].astype(np.float32) / 255
    return share
