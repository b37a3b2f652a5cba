"""Map sheets: a map of many pictures, with names of groups, thumbnails where there is room, and dots elsewhere.

Names are placed first, then thumbnails, then dots. Nothing overlaps what was placed before it, so that even a full
sheet stays readable.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from PIL.ImageFont import FreeTypeFont

from pochade.images.base.picture import Array
from pochade.images.render.contact_sheet import FRAME_COLOUR, INK_COLOUR, PAPER_COLOUR, encode_sheet, shorten_name
from pochade.images.render.fonts import choose_font, drawable_text

SHEET_SIDE = 2400  # pixels
MARGIN_DIVISOR = 40  # the sheet's side over this is the margin, and the smallest side of thumbnails
LARGEST_DIVISOR = 10  # the sheet's side over this is the largest side of thumbnails
FILLED_SHARE = 0.5  # a thumbnail's side, relative to its cell if the pictures were spread evenly
GAP_DIVISOR = 12  # a thumbnail's side over this is the gap around it
LETTER_DIVISOR = 52  # the sheet's side over this is the height of names
MIN_LETTER_HEIGHT = 11  # pixels
REGIONS_PER_SIDE = 24  # of the grid in which a group's members are counted
DOT_DIVISOR = 28  # a thumbnail's side over this is the radius of dots, less than the gap
DOT_COLOUR = (178, 176, 170)
SUPERSAMPLING = 4  # dots are drawn so many times larger and then reduced, for smooth edges

Thumbnail = Callable[[int], Array | None]  # index of a picture -> its pixels (h, w, 3) uint8, or None


class SheetBox(NamedTuple):
    """A rectangle of the sheet in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def longer_side(self) -> int:
        """The larger of width and height."""
        return max(self.right - self.left, self.bottom - self.top)

    def grow(self, margin: int) -> "SheetBox":
        """Return the box with a margin added on every side."""
        return SheetBox(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def overlaps(self, other: "SheetBox") -> bool:
        """Whether the boxes share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def is_within(self, other: "SheetBox") -> bool:
        """Whether the other box contains this one."""
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom


class NameLabel(NamedTuple):
    """The name of a group, and its place on the sheet."""

    text: str
    box: SheetBox


@dataclass(frozen=True)
class MapSheet:
    """The sheet, and the places of what was drawn on it."""

    png: bytes
    thumbnails: dict[int, SheetBox]  # by the index of the picture; no other picture has a thumbnail
    names: dict[str, SheetBox]  # by name, of the groups whose names had room


def draw_map_sheet(
    positions: Array, thumbnail: Thumbnail, order: Array, groups: Mapping[str, Array], side: int = SHEET_SIDE
) -> MapSheet:
    """Draw pictures at their positions on a map.

    Args:
        positions: (N, 2) of any range; the second coordinate grows downwards.
        thumbnail: Returns the pixels (h, w, 3) uint8 of the picture with an index. Where it returns None, the picture
            becomes a dot. It is called only for pictures that have room.
        order: Indices of the pictures, the most important first.
        groups: The indices of each group's members, by the group's name.
        side: The sheet's longer side in pixels; the shorter one follows from the map.
    """
    cell = _thumbnail_side(len(positions), side)
    spots, page = _layout_positions(positions, side, cell)
    font = choose_font(groups, max(MIN_LETTER_HEIGHT, side // LETTER_DIVISOR))
    labels = dict(_place_names({name: spots[members] for name, members in groups.items()}, font, page))
    names = {name: label.box for name, label in labels.items()}
    sheet = Image.new("RGB", (page.right, page.bottom), PAPER_COLOUR)
    thumbnails: dict[int, SheetBox] = {}
    for picture, middle in _place_thumbnails(spots, order, [*names.values()], page, cell):
        pixels = thumbnail(picture)
        if pixels is not None:
            thumbnails[picture] = _draw_thumbnail(sheet, pixels, middle, cell)
    for label in labels.values():
        _draw_name(sheet, label, font)
    _draw_dots(sheet, _uncovered_spots(spots, [*thumbnails.values(), *names.values()], page, cell), cell)
    return MapSheet(encode_sheet(sheet), thumbnails, names)


def _thumbnail_side(count: int, side: int) -> int:
    """The longer side of thumbnails in pixels, for a number of pictures."""
    cell = FILLED_SHARE * side / max(count, 1) ** 0.5
    return int(np.clip(cell, side // MARGIN_DIVISOR, side // LARGEST_DIVISOR))


def _layout_positions(positions: Array, side: int, cell: int) -> tuple[Array, SheetBox]:
    """Scale positions (N, 2) to pixels (N, 2) of a page with room for a thumbnail around each of them."""
    border = _border(side, cell)
    low, extent = np.zeros(2), np.zeros(2)
    if len(positions):
        low, extent = positions.min(0), np.ptp(positions, axis=0)
    scale = (side - 1 - 2 * border) / max(float(extent.max()), 1e-12)
    spots: Array = np.rint((positions - low) * scale).astype(np.int64) + border
    width, height = np.rint(extent * scale).astype(int) + 1 + 2 * border
    return spots, SheetBox(0, 0, int(width), int(height))


def _border(side: int, cell: int) -> int:
    """The least distance of a thumbnail's middle from the edge of the page, in pixels."""
    return side // MARGIN_DIVISOR + cell // 2


def _place_names(groups: Mapping[str, Array], font: FreeTypeFont, page: SheetBox) -> Iterator[tuple[str, NameLabel]]:
    """Place each group's name where its members (n, 2) are densest, or at the next dense place that is free.

    The largest groups come first. A name without a free place is left out.
    """
    inner, occupied = page.grow(-(page.longer_side // MARGIN_DIVISOR // 2)), list[SheetBox]()
    for name in sorted(groups, key=lambda name: -len(groups[name])):
        text = drawable_text(shorten_name(name), font)
        for centre in _dense_places(groups[name], page):
            box = _name_box(text, centre, font, inner)
            if box.is_within(inner) and not any(box.overlaps(other) for other in occupied):
                occupied.append(box)
                yield name, NameLabel(text, box)
                break


def _dense_places(spots: Array, page: SheetBox) -> Array:
    """The mean position (r, 2) of the members (n, 2) in each occupied region, the densest neighbourhood first."""
    regions = spots * REGIONS_PER_SIDE // page.longer_side  # (n, 2)
    counts = np.zeros((REGIONS_PER_SIDE + 2, REGIONS_PER_SIDE + 2))
    np.add.at(counts, tuple(regions.T + 1), 1)
    around = np.lib.stride_tricks.sliding_window_view(counts, (3, 3)).sum((2, 3))  # (REGIONS, REGIONS)
    occupied, region_of_spot = np.unique(regions, axis=0, return_inverse=True)
    in_region = [region_of_spot.ravel() == region for region in range(len(occupied))]
    middles = np.array([spots[members].mean(0) for members in in_region]).reshape(-1, 2)
    places: Array = middles[np.argsort(-around[tuple(occupied.T)], kind="stable")]
    return places


def _name_box(text: str, centre: Array, font: FreeTypeFont, page: SheetBox) -> SheetBox:
    """The box of a text around a centre, moved onto the page where necessary."""
    left, top, right, bottom = font.getbbox(text, anchor="lt")
    pad = _text_padding(font)
    width, height = int(right - left) + 2 * pad, int(bottom - top) + 2 * pad
    x = max(page.left, min(int(centre[0]) - width // 2, page.right - width))
    y = max(page.top, min(int(centre[1]) - height // 2, page.bottom - height))
    return SheetBox(x, y, x + width, y + height)


def _text_padding(font: FreeTypeFont) -> int:
    """The space around a name in pixels."""
    return max(2, round(font.size / 6))


def _place_thumbnails(
    spots: Array, order: Array, names: list[SheetBox], page: SheetBox, cell: int
) -> Iterator[tuple[int, Array]]:
    """Place the thumbnails that have room beside names and earlier thumbnails.

    A thumbnail may be moved as long as it covers its spot. Around each placed thumbnail, the pixels that can't be the
    middle of another one are marked. Placing a thumbnail is then a search for the nearest unmarked pixel.

    Args:
        spots: (N, 2), each with room around it on the page.
        order: Indices of the pictures, the most important first.
        names: Boxes that must stay free.
        page: The whole page.
        cell: A thumbnail's side in pixels.

    Yields:
        The index of a picture, and the middle of its thumbnail (2,).
    """
    reach = cell + _thumbnail_gap(cell)
    middles = page.grow(-_border(page.longer_side, cell))
    occupied = np.ones((middles.bottom, middles.right), bool)
    occupied[middles.top :, middles.left :] = False
    for name in names:
        _mark(occupied, name.grow(reach // 2))
    for picture in order:
        middle = _nearest_free(occupied, spots[picture], cell // 2 - 1)
        if middle is not None:
            _mark(occupied, SheetBox(*middle, *middle + 1).grow(reach - 1))
            yield int(picture), middle


def _nearest_free(occupied: Array, spot: Array, reach: int) -> Array | None:
    """Find the free pixel nearest to a spot (2,), at most `reach` pixels away along each axis."""
    if not occupied[spot[1], spot[0]]:
        return spot
    corner = np.maximum(spot - reach, 0)
    free = np.argwhere(~occupied[corner[1] : spot[1] + reach + 1, corner[0] : spot[0] + reach + 1])[:, ::-1] + corner
    if not len(free):
        return None
    nearest: Array = free[np.square(free - spot).sum(1).argmin()]
    return nearest


def _mark(occupied: Array, box: SheetBox) -> None:
    occupied[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = True


def _thumbnail_gap(cell: int) -> int:
    """The space around a thumbnail in pixels."""
    return max(2, cell // GAP_DIVISOR)


def _uncovered_spots(spots: Array, boxes: list[SheetBox], page: SheetBox, cell: int) -> Array:
    """Select the spots (N, 2) whose dots touch no box; half a dot beside a thumbnail would look like dirt."""
    covered = np.zeros((page.bottom, page.right), bool)
    for box in boxes:
        _mark(covered, box.grow(_thumbnail_gap(cell)))
    uncovered: Array = spots[~covered[spots[:, 1], spots[:, 0]]]
    return uncovered


def _draw_dots(sheet: Image.Image, spots: Array, cell: int) -> None:
    """Draw a round dot at each spot (n, 2)."""
    radius = max(1.0, cell / DOT_DIVISOR)
    mask = Image.new("L", (sheet.width * SUPERSAMPLING, sheet.height * SUPERSAMPLING))
    pen = ImageDraw.Draw(mask)
    for x, y in spots.tolist():
        centre = ((x + 0.5) * SUPERSAMPLING, (y + 0.5) * SUPERSAMPLING)
        pen.circle(centre, radius * SUPERSAMPLING, fill=255)
    sheet.paste(DOT_COLOUR, mask=mask.reduce(SUPERSAMPLING))


def _draw_thumbnail(sheet: Image.Image, pixels: Array, middle: Array, cell: int) -> SheetBox:
    """Draw a picture, fitted into a square, around its middle (2,), with a thin frame."""
    small = ImageOps.contain(Image.fromarray(pixels), (cell, cell), Image.Resampling.LANCZOS)
    left, top = int(middle[0]) - small.width // 2, int(middle[1]) - small.height // 2
    sheet.paste(small, (left, top))
    box = SheetBox(left, top, left + small.width, top + small.height)
    ImageDraw.Draw(sheet).rectangle((box.left - 1, box.top - 1, box.right, box.bottom), outline=FRAME_COLOUR)
    return box


def _draw_name(sheet: Image.Image, label: NameLabel, font: FreeTypeFont) -> None:
    pad = _text_padding(font)
    place = label.box.left + pad, label.box.top + pad
    ImageDraw.Draw(sheet).text(place, label.text, INK_COLOUR, font, anchor="lt")
