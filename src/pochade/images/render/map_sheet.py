"""A map of many pictures on one page: thumbnails where there is room for them, a dot for every other, names of groups.

A name gets its place first, then thumbnails get theirs, then dots; each keeps clear of what came before, so that the
page can be read however full it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from PIL.ImageFont import FreeTypeFont

from pochade.images.base.picture import Array
from pochade.images.render.contact_sheet import FRAME, INK, PAPER, shortened, signed
from pochade.images.render.fonts import font_for, written

SIDE = 2400  # pixels of the page
EDGE = 40  # parts of the page's side: one is left free all around, and is the smallest a thumbnail gets
LARGEST = 10  # parts of the page's side: a thumbnail gets one at most
FILLED = 0.5  # of its share of the page, were the pieces spread evenly, that a thumbnail's side takes
GAP = 12  # parts of a thumbnail's side: one is left free around it
LETTERS = 52  # parts of the page's side: a name's height
SMALLEST_LETTERS = 11  # pixels
REGIONS = 24  # a side, in which a group's members are counted
DOTS = 28  # parts of a thumbnail's side: a dot's radius, less than the gap
DOT = (178, 176, 170)
FINER = 4  # times finer than pixels, dots are drawn: so small a circle would be a square

Thumbnail = Callable[[int], Array | None]


class Box(NamedTuple):
    """A rectangle of the page in pixels; right and bottom are outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def longer_side(self) -> int:
        """Its width or height, whichever is more."""
        return max(self.right - self.left, self.bottom - self.top)

    def grown(self, by: int) -> "Box":
        """It, with that many pixels more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: "Box") -> bool:
        """Whether the two share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: "Box") -> bool:
        """Whether all of it is in the other."""
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom


class Label(NamedTuple):
    """A name, and where it stands."""

    words: str
    box: Box


@dataclass(frozen=True)
class Atlas:
    """The page, and what can be pointed at on it."""

    png: bytes
    thumbnails: dict[int, Box]  # of each piece that is more than a dot
    names: dict[str, Box]  # of each group whose name found a place


def atlas(positions: Array, thumbnail: Thumbnail, order: Array, groups: Mapping[str, Array], side: int = SIDE) -> Atlas:
    """Draw pieces where a map has them.

    Args:
        positions: (N, 2), of any range; the second number grows downwards.
        thumbnail: Gives the pixels (h, w, 3) uint8 of a piece, or None where it has none and stays a dot. Asked only of
            pieces for which there is room.
        order: The pieces' numbers, those first that should rather be seen.
        groups: The members' numbers by the group's name, which may hold any letters.
        side: The page's longer side, in pixels; the other is as long as the map needs.
    """
    cell = cell_side(len(positions), side)
    spots, page = spots_on(positions, side, cell)
    font = font_for(groups, max(SMALLEST_LETTERS, side // LETTERS))
    labels = dict(placed_names({name: spots[members] for name, members in groups.items()}, font, page))
    names = {name: label.box for name, label in labels.items()}
    paper = Image.new("RGB", (page.right, page.bottom), PAPER)
    thumbnails: dict[int, Box] = {}
    for piece, middle in with_room(spots, order, [*names.values()], page, cell):
        pixels = thumbnail(piece)
        if pixels is not None:
            thumbnails[piece] = draw_thumbnail(paper, pixels, middle, cell)
    for label in labels.values():
        draw_name(paper, label, font)
    draw_dots(paper, lone(spots, [*thumbnails.values(), *names.values()], page, cell), cell)
    return Atlas(signed(paper), thumbnails, names)


def cell_side(count: int, side: int) -> int:
    """The longer side of thumbnails, in pixels, when there are so many pieces."""
    share = FILLED * side / max(count, 1) ** 0.5
    return int(np.clip(share, side // EDGE, side // LARGEST))


def spots_on(positions: Array, side: int, cell: int) -> tuple[Array, Box]:
    """Where positions (N, 2) are, (N, 2) whole pixels, and the page that has room for a thumbnail around each."""
    border = border_of(side, cell)
    low, extent = np.zeros(2), np.zeros(2)
    if len(positions):
        low, extent = positions.min(0), np.ptp(positions, axis=0)
    scale = (side - 1 - 2 * border) / max(float(extent.max()), 1e-12)
    spots: Array = np.rint((positions - low) * scale).astype(np.int64) + border
    width, height = np.rint(extent * scale).astype(int) + 1 + 2 * border
    return spots, Box(0, 0, int(width), int(height))


def border_of(side: int, cell: int) -> int:
    """The least distance of a thumbnail's middle from the page's end, in pixels."""
    return side // EDGE + cell // 2


def placed_names(groups: Mapping[str, Array], font: FreeTypeFont, page: Box) -> Iterator[tuple[str, Label]]:
    """Each group's name where its members (n, 2) are densest; elsewhere among them where another name stands already.

    The largest groups choose first. A name for which no place is left is left out.
    """
    inner, taken = page.grown(-(page.longer_side // EDGE // 2)), list[Box]()
    for name in sorted(groups, key=lambda name: -len(groups[name])):
        words = written(shortened(name), font)
        for centre in dense_places(groups[name], page):
            box = box_of(words, centre, font, inner)
            if box.within(inner) and not any(box.meets(other) for other in taken):
                taken.append(box)
                yield name, Label(words, box)
                break


def dense_places(spots: Array, page: Box) -> Array:
    """The middles of members (n, 2) in each region of the page that has any, the densest surroundings first: (r, 2)."""
    regions = spots * REGIONS // page.longer_side  # (n, 2)
    counts = np.zeros((REGIONS + 2, REGIONS + 2))
    np.add.at(counts, tuple(regions.T + 1), 1)
    around = np.lib.stride_tricks.sliding_window_view(counts, (3, 3)).sum((2, 3))  # (REGIONS, REGIONS)
    there, which = np.unique(regions, axis=0, return_inverse=True)
    middles = np.array([spots[which.ravel() == region].mean(0) for region in range(len(there))]).reshape(-1, 2)
    places: Array = middles[np.argsort(-around[tuple(there.T)], kind="stable")]
    return places


def box_of(words: str, centre: Array, font: FreeTypeFont, page: Box) -> Box:
    """Where words stand with their middle there, moved as far as they must be to stay on the page."""
    left, top, right, bottom = font.getbbox(words, anchor="lt")
    pad = clearance(font)
    wide, high = int(right - left) + 2 * pad, int(bottom - top) + 2 * pad
    x = max(page.left, min(int(centre[0]) - wide // 2, page.right - wide))
    y = max(page.top, min(int(centre[1]) - high // 2, page.bottom - high))
    return Box(x, y, x + wide, y + high)


def clearance(font: FreeTypeFont) -> int:
    """The space that is left around a name, in pixels."""
    return max(2, round(font.size / 6))


def with_room(spots: Array, order: Array, names: list[Box], page: Box, cell: int) -> Iterator[tuple[int, Array]]:
    """The pieces, in order, whose thumbnails have room beside earlier ones and names, and the middle of each (2,).

    A thumbnail may move as long as it covers its own spot. Where one lies, no middle of another may be nearer than its
    side; so all that is asked for a piece is which pixels about its spot are free.

    Args:
        spots: (N, 2), each with room around it on the page.
        order: The pieces' numbers, those first that come first.
        names: What must stay clear.
        page: All of it.
        cell: A thumbnail's side.
    """
    reach = cell + gap(cell)
    middles = page.grown(-border_of(page.longer_side, cell))
    taken = np.ones((middles.bottom, middles.right), bool)
    taken[middles.top :, middles.left :] = False
    for name in names:
        forbid(taken, name.grown(reach // 2))
    for piece in order:
        spot = spots[piece]
        middle = nearest_free(taken, spot, cell // 2 - 1)
        if middle is not None:
            forbid(taken, Box(*middle, *middle + 1).grown(reach - 1))
            yield int(piece), middle


def nearest_free(taken: Array, spot: Array, most: int) -> Array | None:
    """The pixel nearest to a spot (2,) that isn't taken, at most so many away in either direction."""
    if not taken[spot[1], spot[0]]:
        return spot
    corner = np.maximum(spot - most, 0)
    free = np.argwhere(~taken[corner[1] : spot[1] + most + 1, corner[0] : spot[0] + most + 1])[:, ::-1] + corner
    if not len(free):
        return None
    nearest: Array = free[np.square(free - spot).sum(1).argmin()]
    return nearest


def forbid(taken: Array, box: Box) -> None:
    """Take a rectangle of the page."""
    taken[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = True


def gap(cell: int) -> int:
    """The space that is left around a thumbnail of that side, in pixels."""
    return max(2, cell // GAP)


def lone(spots: Array, boxes: list[Box], page: Box, cell: int) -> Array:
    """The spots (N, 2) whose dots touch nothing else: half a dot between two thumbnails would be dirt."""
    covered = np.zeros((page.bottom, page.right), bool)
    for box in boxes:
        forbid(covered, box.grown(gap(cell)))
    lonely: Array = spots[~covered[spots[:, 1], spots[:, 0]]]
    return lonely


def draw_dots(paper: Image.Image, spots: Array, cell: int) -> None:
    """A round dot at each spot (n, 2), small beside thumbnails of that side."""
    radius = max(1.0, cell / DOTS)
    mask = Image.new("L", (paper.width * FINER, paper.height * FINER))
    pen = ImageDraw.Draw(mask)
    for x, y in spots.tolist():
        pen.circle(((x + 0.5) * FINER, (y + 0.5) * FINER), radius * FINER, fill=255)
    paper.paste(DOT, mask=mask.reduce(FINER))


def draw_thumbnail(paper: Image.Image, pixels: Array, middle: Array, cell: int) -> Box:
    """Put a picture, fitted into a square of that side, around its middle (2,); a thin line around it."""
    small = ImageOps.contain(Image.fromarray(pixels), (cell, cell), Image.Resampling.LANCZOS)
    left, top = int(middle[0]) - small.width // 2, int(middle[1]) - small.height // 2
    paper.paste(small, (left, top))
    box = Box(left, top, left + small.width, top + small.height)
    ImageDraw.Draw(paper).rectangle((box.left - 1, box.top - 1, box.right, box.bottom), outline=FRAME)
    return box


def draw_name(paper: Image.Image, label: Label, font: FreeTypeFont) -> None:
    """Write a name in its box."""
    pad = clearance(font)
    place = label.box.left + pad, label.box.top + pad
    ImageDraw.Draw(paper).text(place, label.words, INK, font, anchor="lt")
