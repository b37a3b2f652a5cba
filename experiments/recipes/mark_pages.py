"""Pages full of small drawn marks, with dust among them: what the mark model learns from.

    letters, handwriting, faces, dots, hatches, drawings ──►── clean page ──►──┤add_flakes├──►── dusty page

Sizes are in millimetres, and every page has a resolution of its own, so that a mark of the same size has 2 pixels on
one page and 20 on another. `damage_scan` adds small dust, hairs and the rest of a scan's damage afterwards. The pages
on which the cleaner is measured are drawn by other code (`experiments/bench/cleaning_marks.py`).
"""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from experiments.recipes.drawing_primitives import Rng, log_uniform, pick, random_ink
from experiments.recipes.synthetic_drawings import draw_small_marks, draw_synthetic

Pixels = NDArray[np.uint8]
PickDrawing = Callable[[Rng], Pixels]
DrawPage = Callable[[PickDrawing, Rng, int, float], Pixels]
MM_PER_INCH = 25.4
RESOLUTIONS = (150, 200, 300, 300, 400, 600)  # dots per inch
SIDES = (512, 900)  # pixels of a page's side, from and to
SUPERSAMPLING = 2  # marks are drawn at twice the size and shrunk, for smooth edges
FONTS_FOLDER = Path("/usr/share/fonts/opentype/urw-base35")  # the pages of the bench are set in other fonts
TEXT = (
    "it is in this city; he said: 'I will.' - a big ship, i.e. 12.5 x 0.01 = 0.125 Fig. 3: light, shade! jump if... "
    "ink: 4 min. (p. 31) isn't \"ill\" * milk, tea; x' = y: vis-a-vis Nr. 7, 1.20 EUR; left: eye & chin? No. wait..."
)
FLAKE_MM = (0.1, 1.1)  # across
MAX_FLAKES = 45
MAX_ENLARGEMENT = 1.4  # of drawings, which would become soft


class MarkPage(NamedTuple):
    """A page with and without dust."""

    clean: Pixels  # (H, W, 3)
    dusty: Pixels  # (H, W, 3), with flakes of dust
    dots_per_inch: float


class _Sheet:
    """A page that is drawn on in millimetres."""

    def __init__(self, side: int, dots_per_inch: float, paper: tuple[int, ...]) -> None:
        self.scale = dots_per_inch / MM_PER_INCH * SUPERSAMPLING
        self.image = Image.new("RGB", (side * SUPERSAMPLING, side * SUPERSAMPLING), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.side_mm = side * SUPERSAMPLING / self.scale

    def line(self, points: NDArray[np.floating], width: float, ink: tuple[int, ...]) -> None:
        """Draw a line with round ends through points (N, 2)."""
        path = [(float(x), float(y)) for x, y in points * self.scale]
        self.draw.line(path, ink, max(1, round(width * self.scale)), "curve")
        for end in (points[0], points[-1]):
            self.dot(end, width / 2, ink)

    def dot(self, middle: NDArray[np.floating], radius: float, ink: tuple[int, ...], squeeze: float = 1) -> None:
        """Draw a disc or an ellipse."""
        (x, y), r = middle * self.scale, radius * self.scale
        self.draw.ellipse([x - r, y - r * squeeze, x + r, y + r * squeeze], ink)

    def pixels(self) -> Pixels:
        """The page (H, W, 3)."""
        return np.asarray(self.image.reduce(SUPERSAMPLING))


def draw_mark_page(pick_drawing: PickDrawing, rng: Rng) -> MarkPage:
    """Draw a page of any kind, and dust on it.

    Args:
        pick_drawing: Returns a random picture of somebody's (h, w, 3), for the pages that show such.
        rng: The source of all randomness.
    """
    dots_per_inch = float(pick(rng, RESOLUTIONS) * rng.uniform(0.9, 1.1))
    side = int(rng.integers(*SIDES))
    clean = pick(rng, PAGE_KINDS)(pick_drawing, rng, side, dots_per_inch)
    return MarkPage(clean, add_flakes(clean, dots_per_inch, rng), dots_per_inch)


def _marks_sheet(_: PickDrawing, rng: Rng, side: int, dots_per_inch: float) -> Pixels:
    """A page of one to three kinds of marks in one ink, on white, sometimes on toned paper or white on dark."""
    paper, ink = np.ones(3), random_ink(rng)
    if rng.random() < 0.2:
        paper = 1 - rng.uniform(0, 0.35) * rng.random(3)
    if rng.random() < 0.12:
        paper, ink = np.asarray(random_ink(rng)), np.full(3, rng.uniform(0.8, 1))
    sheet = _Sheet(side, dots_per_inch, _as_colour(paper))
    kinds = pick(rng, MARK_KINDS)  # nobody scatters dots over letters
    for _number in range(int(rng.integers(1, 4))):
        pick(rng, kinds)(sheet, rng, _as_colour(ink))
    return sheet.pixels()


def _enlarged_sheet(draw: Callable[[Rng, int], Pixels]) -> DrawPage:
    """Pages that a generator draws in pixels, enlarged as a scan of high resolution shows them."""

    def draw_enlarged(_: PickDrawing, rng: Rng, side: int, dots_per_inch: float) -> Pixels:
        factor = rng.uniform(1, max(1.0, dots_per_inch / 150))
        small = draw(rng, round(side / factor))
        enlarged = np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
        softened = np.asarray(cv2.GaussianBlur(enlarged, (0, 0), max(0.3, factor / 2)), np.float32)
        sharper = enlarged.astype(np.float32) + min(factor - 1, 2.0) * (enlarged - softened)
        return np.asarray(sharper.clip(0, 255).round(), np.uint8)

    return draw_enlarged


def _drawings_sheet(pick_drawing: PickDrawing, rng: Rng, side: int, _: float) -> Pixels:
    """A page with one to five drawings at random sizes, which may reach beyond its edges."""
    page = Image.new("RGB", (side, side), "white")
    for _number in range(int(rng.integers(1, 6))):
        drawing = Image.fromarray(pick_drawing(rng))
        scale = min(MAX_ENLARGEMENT, log_uniform(rng, 0.15, 1.3) * side / max(drawing.size))
        size = max(8, round(drawing.width * scale)), max(8, round(drawing.height * scale))
        place = rng.uniform(-0.15, 0.85, 2) * side
        page.paste(drawing.resize(size, Image.Resampling.LANCZOS), (round(place[0]), round(place[1])))
    return np.asarray(page)


def _write_letters(sheet: _Sheet, rng: Rng, ink: tuple[int, ...]) -> None:
    """Lines of text in one to three fonts and sizes, sometimes upright or slanted."""
    y = rng.uniform(1, 4)
    while y < sheet.side_mm:
        height = log_uniform(rng, 1.6, 9)  # millimetres
        font = _font(int(rng.integers(64)), max(5, round(height * sheet.scale)))
        for _ in range(int(rng.integers(1, 7))):
            words = " ".join(pick(rng, TEXT.split()) for _ in range(int(rng.integers(1, 12))))
            sheet.draw.text((rng.uniform(0, 0.3) * sheet.side_mm * sheet.scale, y * sheet.scale), words, ink, font)
            y += height * rng.uniform(1.1, 1.6)
        y += rng.uniform(0, 12)
    if rng.random() < 0.25:
        sheet.image = sheet.image.rotate(
            pick(rng, (90, 180, 270, rng.normal(0, 3))), fillcolor=sheet.image.getpixel((0, 0))
        )
        sheet.draw = ImageDraw.Draw(sheet.image)


@cache
def _font(number: int, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    files = sorted(FONTS_FOLDER.glob("*.otf"))
    files = [file for file in files if not file.name.startswith(("D050000L", "StandardSymbols"))]
    return ImageFont.truetype(str(files[number % len(files)]), size) if files else ImageFont.load_default(size)


def _write_by_hand(sheet: _Sheet, rng: Rng, ink: tuple[int, ...]) -> None:
    """Lines of joined random strokes with dots above and points, commas and signs between them."""
    size, pen = log_uniform(rng, 1, 3.5), rng.uniform(0.15, 0.5)  # millimetres: the height of an x, and the line
    slant, y = rng.normal(0, 0.3), rng.uniform(3, 8)
    while y < sheet.side_mm and rng.random() > 0.04:
        x = rng.uniform(0, 12)
        while x < sheet.side_mm - 5:
            letters = int(rng.integers(1, 8))
            knots = 3 * letters + 1
            up = np.tile([0.1, 1.0, 0.4], letters + 1)[:knots] * rng.uniform(0.6, 1.2, knots)
            up[rng.random(knots) < 0.08] *= 2.2
            along = x + np.arange(knots) * size * 0.3 + rng.normal(0, 0.15 * size, knots)
            sheet.line(_smooth(np.stack([along + slant * up * size, y - up * size], 1)), pen, ink)
            for letter in range(letters):
                if rng.random() < 0.3:
                    above = rng.uniform(1.4, 2.1)
                    place = np.array(
                        [x + (0.9 * letter + rng.uniform(0.2, 0.6) + slant * above) * size, y - above * size]
                    )
                    _write_dot(sheet, rng, place, pen, ink)
            x += (0.9 * letters + 0.5) * size
            _write_sign(sheet, rng, np.array([x, y]), size, pen, ink)
            x += rng.uniform(0.4, 1.6) * size
        y += size * rng.uniform(2.6, 4)


def _write_dot(sheet: _Sheet, rng: Rng, place: NDArray[np.floating], pen: float, ink: tuple[int, ...]) -> None:
    """A dot as a pen leaves it: round, or a short stroke."""
    if rng.random() < 0.7:
        sheet.dot(place, pen * rng.uniform(0.4, 0.9), ink, rng.uniform(0.7, 1.3))
    else:
        sheet.line(np.stack([place, place + rng.normal(0, 0.8 * pen, 2)]), pen * rng.uniform(0.6, 1), ink)


def _write_sign(
    sheet: _Sheet, rng: Rng, place: NDArray[np.floating], size: float, pen: float, ink: tuple[int, ...]
) -> None:
    """A point, comma, colon, dash, equals sign or apostrophe, or nothing."""
    dash = np.array([[0, -0.4], [rng.uniform(0.3, 0.8), -0.4]]) * size
    kind = int(rng.integers(8))
    for shift in {0: (0.0,), 1: (0.0, -0.7 * size), 2: (0.0, 0.0)}.get(kind, ()):
        _write_dot(sheet, rng, place + np.array([rng.normal(0, 0.05), shift]), pen, ink)
    if kind in {3, 4}:
        for shift in (0.0, 0.35 * size)[: kind - 2]:
            sheet.line(place + dash - (0, shift), pen, ink)
    if kind in {2, 5}:
        tail = np.array([[0, 0], [-0.15, 0.3]]) * size
        sheet.line(place + tail - (0, 1.6 * size if kind == 5 else 0), pen, ink)


def _draw_face(sheet: _Sheet, rng: Rng, ink: tuple[int, ...]) -> None:
    """Outlines with eyes, lashes, whiskers, freckles, stubble and drops in them."""
    for _ in range(int(rng.integers(1, 5))):
        middle, size, pen = rng.uniform(0, sheet.side_mm, 2), log_uniform(rng, 4, 25), rng.uniform(0.15, 0.6)
        sheet.line(middle + _smooth(_ring(rng, 9) * size), pen, ink)
        for turn in (-0.35, 0.35):
            eye, reach = middle + np.array([turn, -0.2]) * size, size * rng.uniform(0.06, 0.15)
            sheet.line(eye + _ring(rng, 24) * reach, pen * 0.8, ink)
            sheet.dot(eye, reach * rng.uniform(0.3, 0.8), ink)
            if rng.random() < 0.6:
                sheet.dot(eye + rng.normal(0, 0.2 * reach, 2), reach * rng.uniform(0.1, 0.3), (255, 255, 255))
            _draw_rays(sheet, rng, eye, (reach * 1.2, reach * rng.uniform(1.6, 2.5)), pen * 0.6, ink)
        if rng.random() < 0.5:
            _draw_rays(sheet, rng, middle + np.array([0, 0.2 * size]), (0.3 * size, 0.9 * size), pen * 0.5, ink)
        for _freckle in range(int(rng.integers(0, 40))):
            place = middle + rng.normal(0, 0.35, 2) * size * (1, 0.4)
            sheet.dot(place, min(0.5, 0.02 * size) * rng.uniform(0.6, 1.4), ink, rng.uniform(0.7, 1))


def _draw_rays(
    sheet: _Sheet, rng: Rng, middle: NDArray[np.floating], reach: tuple[float, float], pen: float, ink: tuple[int, ...]
) -> None:
    """Lashes or whiskers: a few strokes away from a point, bent a little."""
    start = rng.uniform(0, math.tau)
    for turn in start + np.arange(int(rng.integers(3, 9))) * rng.uniform(0.15, 0.6):
        radii = np.linspace(*reach, 5) * rng.uniform(0.8, 1.1)
        angles = turn + np.linspace(0, rng.normal(0, 0.3), 5)
        sheet.line(middle + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1), pen, ink)


def _draw_dots(sheet: _Sheet, rng: Rng, ink: tuple[int, ...]) -> None:
    """Dots: spread by a tone, in clusters, in rows, or few and far apart as stars are."""
    radius, kind = max(log_uniform(rng, 0.07, 0.5), 1.4 / sheet.scale), int(rng.integers(4))
    spread = rng.uniform(0.8, 1.25) if rng.random() < 0.5 else 2.5
    middle, reach = rng.uniform(0.2, 0.8, 2) * sheet.side_mm, rng.uniform(0.15, 0.5) * sheet.side_mm
    count = int(np.clip((reach / radius) ** 2 * log_uniform(rng, 0.003, 0.06), 12, 1500))
    places = rng.uniform(-1, 1, (count, 2))
    if kind == 0:
        places = places[rng.random(count) < (places[:, 0] + 1) / 2]
    elif kind == 1:
        places = rng.normal(0, 0.35, (count, 2))
    elif kind == 2:
        steps = np.arange(min(count, 80)) * radius * rng.uniform(3, 9)
        turn = pick(rng, (0.0, math.pi / 2, rng.uniform(0, math.pi)))
        rows = [np.stack([np.cos(turn) * steps - row * np.sin(turn), np.sin(turn) * steps + row * np.cos(turn)], 1)
                for row in np.arange(int(rng.integers(1, 5))) * rng.uniform(2, 8)]  # fmt: skip
        places = (np.concatenate(rows) - steps.mean() / 2) / reach
    for place in middle + places * reach:
        sheet.dot(place, radius * log_uniform(rng, 1 / spread, spread), ink, rng.uniform(0.75, 1.1))


def _draw_hatches(sheet: _Sheet, rng: Rng, ink: tuple[int, ...]) -> None:
    """Short strokes, all much alike: hatching, rain, grass, stubble."""
    for _ in range(int(rng.integers(1, 5))):
        middle, reach = rng.uniform(0, sheet.side_mm, 2), log_uniform(rng, 2, 20)
        length, pen, turn = log_uniform(rng, 0.4, 6), rng.uniform(0.08, 0.4), rng.uniform(0, math.tau)
        for _stroke in range(int(rng.integers(4, 70))):
            angle, start = turn + rng.normal(0, 0.15), middle + rng.uniform(-1, 1, 2) * reach
            end = start + length * rng.uniform(0.6, 1.3) * np.array([math.cos(angle), math.sin(angle)])
            bow = (start + end) / 2 + rng.normal(0, 0.05 * length, 2)
            sheet.line(_smooth(np.stack([start, bow, end])), pen, ink)


def _ring(rng: Rng, count: int) -> NDArray[np.floating]:
    """A closed path around the origin, about round, (count, 2)."""
    angles = np.linspace(0, math.tau, count)
    radii = 1 + 0.15 * np.sin(2 * angles + rng.uniform(0, 6)) * rng.random()
    return np.stack([radii * np.cos(angles), radii * np.sin(angles) * rng.uniform(0.7, 1.2)], 1)


def _smooth(points: NDArray[np.floating]) -> NDArray[np.floating]:
    """A path (M, 2) with rounded corners through about the same points (N, 2)."""
    for _ in range(2):  # Chaikin's corner cutting
        first, second = points[:-1], points[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], 1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def add_flakes(page: Pixels, dots_per_inch: float, rng: Rng) -> Pixels:
    """Put flakes of dust of all sizes on a page: dark ones, and light ones where the page is dark."""
    dusty, scale = page.astype(np.float32), dots_per_inch / MM_PER_INCH
    tone, strength = rng.uniform(0, 130), rng.uniform(0.4, 1)
    for _ in range(int(rng.integers(0, MAX_FLAKES))):
        radius = log_uniform(rng, *FLAKE_MM) * scale / 2
        cover = _flake(radius, rng)
        top, left = (int(rng.integers(0, length - side)) for length, side in zip(page.shape, cover.shape, strict=False))
        part = dusty[top : top + cover.shape[0], left : left + cover.shape[1]]
        colour = rng.uniform(200, 255) if part.mean() < 110 or rng.random() < 0.05 else tone * rng.uniform(0.6, 1.3)
        opacity = np.float32(strength * rng.uniform(0.6, 1))
        part += opacity * cover[..., None] * (np.float32(colour) * rng.uniform(0.93, 1, 3).astype(np.float32) - part)
    return np.asarray(dusty.clip(0, 255).round(), np.uint8)


def _flake(radius: float, rng: Rng) -> NDArray[np.float32]:
    """How much a flake covers of each pixel (h, w): lumps that overlap, with an uneven outline."""
    side = 2 * math.ceil(2 * radius) + 4
    large = np.zeros((4 * side, 4 * side), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        angles = np.sort(rng.uniform(0, math.tau, int(rng.integers(5, 14))))
        lump = radius * rng.uniform(0.5, 1) * rng.uniform(0.7, 1.1, len(angles))
        outline = np.stack([lump * np.cos(angles), lump * np.sin(angles) * rng.uniform(0.4, 1)], 1)
        middle = side / 2 + rng.normal(0, radius / 4, 2)
        cv2.fillPoly(large, [np.round(4 * (outline + middle)).astype(np.int32)], 255)
    return np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) / 255, np.float32)


def _as_colour(values: NDArray[np.floating]) -> tuple[int, ...]:
    return tuple(round(255 * float(value)) for value in values)


MARK_KINDS: tuple[tuple[Callable[[_Sheet, Rng, tuple[int, ...]], None], ...], ...] = (
    (_write_letters,),
    (_write_by_hand,),
    (_draw_face, _draw_dots, _draw_hatches),
)
PAGE_KINDS: tuple[DrawPage, ...] = (
    _marks_sheet,
    _marks_sheet,
    _marks_sheet,
    _enlarged_sheet(draw_small_marks),
    _enlarged_sheet(draw_synthetic),
    _drawings_sheet,
)
