"""Pages of notes, print and comics, full of small marks that must stay: dots of i, points, commas, stipple, freckles.

A compact mark is a connected part of the ink of at most 1.2 mm. The ground truth comes from the page before it is laid
on paper.
"""

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from experiments.bench.cleaning_rivals import Picture
from experiments.bench.cleaning_scans import load_papers, spread_paper
from experiments.bench.cleaning_spots import DustyScan, add_dust

MILLIMETRES_PER_INCH = 25.4
PAGE_WIDTH, PAGE_HEIGHT = 64.0, 48.0  # millimetres
LARGEST_MARK = 1.2  # millimetres
MIN_INK = 60  # of 255: how much darker than white a pixel of ink is
MIN_REMAINING_CONTRAST = 0.5  # of a mark's contrast; with less it counts as lost
MIN_VISIBLE = 12  # of 255: marks that stand out less on their scan are not counted
SUPERSAMPLING = 3
DOT_CHANCE = 0.35  # of a letter
RESOLUTIONS = (150, 200, 300, 400, 600)  # dots per inch
KINDS = ("print", "notes", "comic", "stipple")
FONT_FOLDERS = "/usr/share/fonts/truetype/dejavu/"
FONTS = (
    "DejaVuSans",
    "DejaVuSerif",
    "DejaVuSansMono",
    "DejaVuSans-ExtraLight",
    "DejaVuSans-Oblique",
    "DejaVuSerif-Bold",
)
SENTENCES = (
    "in 1: i = 0.10; j = 3.75 - it is, in time, difficult.",
    'He said: "I will." - ... a big ship; 12.5 x 0.01 = 0.125',
    "Fig. 2. Light, shade: see p. 31, i.e. the girl's left eye.",
    "x' = y'' + 0.5 (cf. eq. 7); it's an ink wash, isn't it?",
    "* milk, * tea: 1.20 / 3.40; * nails ... min. 8 mm.",
)


class MarksPage(NamedTuple):
    """A page, its scan, and the small marks that must stay."""

    clean: Picture
    scan: Picture
    marks: list[NDArray[np.int64]]  # the pixels (n, 2) of each mark
    dust: DustyScan


def draw_marks_page(kind: str, dpi: float, seed: int, *, with_dust: bool = True) -> MarksPage:
    """Draw a page of a kind, and scan it: real paper, light that falls off, noise, and dust."""
    rng = np.random.default_rng(seed)
    clean = _draw_page(kind, dpi, rng)
    dust = add_dust(clean, dpi, rng, count=24 if with_dust else 0)
    return MarksPage(clean, _scan_page(dust.scan, dpi, rng), find_marks(clean, dpi), dust)


def _draw_page(kind: str, dpi: float, rng: np.random.Generator) -> Picture:
    scale = dpi / MILLIMETRES_PER_INCH * SUPERSAMPLING  # pixels of the large picture for a millimetre
    large = Image.new("RGB", (round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)), "white")
    ink = tuple(int(tone) for tone in rng.uniform(0, 70, 3))
    draw = ImageDraw.Draw(large)
    {"print": _print_text, "notes": _write_notes, "comic": _draw_comic, "stipple": _stipple}[kind](
        draw, scale, ink, rng
    )
    return np.asarray(large.reduce(SUPERSAMPLING))


def _print_text(draw: ImageDraw.ImageDraw, scale: float, ink: tuple[int, ...], rng: np.random.Generator) -> None:
    height, y = rng.uniform(2.6, 4.2), 3.0  # millimetres of a line of 7 to 12 points
    font = ImageFont.truetype(f"{FONT_FOLDERS}{rng.choice(FONTS)}.ttf", round(height * scale))
    while y < PAGE_HEIGHT - 5:
        draw.text((3 * scale, y * scale), str(rng.choice(SENTENCES)), ink, font)
        y += 1.5 * height


def _write_notes(draw: ImageDraw.ImageDraw, scale: float, ink: tuple[int, ...], rng: np.random.Generator) -> None:
    """Write lines of loops with dots above, "=" signs, bullets and points, in strokes of a pen."""
    pen = rng.uniform(0.2, 0.5) * scale
    for line in np.arange(6, PAGE_HEIGHT - 4, 6.5):
        x = 4.0
        _dot(draw, x * scale, (line - 0.8) * scale, pen * rng.uniform(0.6, 1.0), ink)
        while x < PAGE_WIDTH - 8:
            x += 2.0
            letters = int(rng.integers(2, 7))
            _loops(draw, x, line, letters, scale, pen, ink, rng)
            x += 1.7 * letters
            _write_sign(draw, x, line, scale, pen, ink, rng)


def _loops(
    draw: ImageDraw.ImageDraw, x: float, line: float, letters: int, scale: float, pen: float, ink: tuple[int, ...],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    phase = np.linspace(0, letters * math.tau, letters * 14)
    along = x + 1.5 * phase / math.tau + 0.5 * np.sin(phase)
    up = line - 0.9 + 0.9 * np.cos(phase) * rng.uniform(0.7, 1.2)
    draw.line([(float(a * scale), float(b * scale)) for a, b in zip(along, up, strict=True)], ink, round(pen), "curve")
    for letter in range(letters):
        if rng.random() < DOT_CHANCE:  # of an i
            place = (x + 1.5 * letter + rng.uniform(0.4, 1), line - rng.uniform(2.8, 3.4))
            _dot(draw, place[0] * scale, place[1] * scale, pen * rng.uniform(0.5, 0.8), ink)


def _write_sign(
    draw: ImageDraw.ImageDraw, x: float, line: float, scale: float, pen: float, ink: tuple[int, ...],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    kind = rng.choice(["=", "-", ".", ":", ","])
    if kind == "=":
        for shift in (0.5, 1.3):
            draw.line(
                [(x * scale, (line - shift) * scale), ((x + 1.1) * scale, (line - shift) * scale)], ink, round(pen)
            )
    elif kind == "-":
        draw.line([(x * scale, (line - 0.9) * scale), ((x + 1) * scale, (line - 1) * scale)], ink, round(pen))
    elif kind == ".":
        _dot(draw, (x + 0.4) * scale, line * scale, pen * 0.6, ink)
    elif kind == ":":
        for shift in (0.0, 1.2):
            _dot(draw, (x + 0.4) * scale, (line - shift) * scale, pen * 0.6, ink)
    else:
        draw.line([((x + 0.5) * scale, line * scale), ((x + 0.2) * scale, (line + 0.7) * scale)], ink, round(pen))


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: tuple[int, ...]) -> None:
    draw.ellipse([x - radius, y - radius, x + radius, y + radius], ink)


def _draw_comic(draw: ImageDraw.ImageDraw, scale: float, ink: tuple[int, ...], rng: np.random.Generator) -> None:
    """A face with freckles and pupils, a panel's frame, drops and lettering."""
    pen = round(rng.uniform(0.3, 0.6) * scale)
    draw.rectangle([2 * scale, 2 * scale, 62 * scale, 46 * scale], outline=ink, width=pen)
    draw.ellipse([8 * scale, 8 * scale, 34 * scale, 42 * scale], outline=ink, width=pen)
    for x in (15.0, 26.0):
        draw.ellipse([x * scale, 18 * scale, (x + 4) * scale, 22 * scale], outline=ink, width=pen)
        _dot(draw, (x + 2) * scale, 20 * scale, rng.uniform(0.3, 0.55) * scale, ink)
    for _ in range(26):
        place = (rng.choice([15, 27]) + rng.normal(0, 1.8), 27 + rng.normal(0, 1.2))
        _dot(draw, place[0] * scale, place[1] * scale, rng.uniform(0.15, 0.35) * scale, ink)
    draw.arc([15 * scale, 28 * scale, 27 * scale, 36 * scale], 10, 170, ink, pen)
    font = ImageFont.truetype(f"{FONT_FOLDERS}DejaVuSans-Bold.ttf", round(3 * scale))
    for number, words in enumerate(("It's 10.30!", "I... I think", "it is: him.")):
        draw.text((38 * scale, (8 + 5 * number) * scale), words, ink, font)
    for _ in range(14):  # rain: short strokes, all alike
        x, y = rng.uniform(38, 60), rng.uniform(26, 43)
        draw.line([(x * scale, y * scale), ((x - 0.3) * scale, (y + 0.9) * scale)], ink, max(1, pen // 2))


def _stipple(draw: ImageDraw.ImageDraw, scale: float, ink: tuple[int, ...], rng: np.random.Generator) -> None:
    """A ball shaded with dots, which lie closer where it is dark."""
    radius = rng.uniform(0.1, 0.28)
    taken = np.empty((0, 2))
    for dart in rng.uniform(4, [PAGE_WIDTH - 4, PAGE_HEIGHT - 4], (2500, 2)):
        x, y = (dart - (32, 24)) / 19
        if (inside := 1 - x * x - y * y) > 0:
            light = np.clip(0.55 * math.sqrt(inside) - 0.6 * x - 0.55 * y, 0, 1)
            if (np.hypot(*(taken - dart).T) > 2 * radius + 0.15 + 1.6 * light).all():
                taken = np.vstack([taken, dart])
                _dot(draw, dart[0] * scale, dart[1] * scale, radius * rng.uniform(0.8, 1.25) * scale, ink)


@cache
def _papers() -> list[Picture]:
    return [paper for paper in load_papers().values() if paper.mean() > 190]  # noqa: PLR2004  pale ones


def _scan_page(page: Picture, dpi: float, rng: np.random.Generator) -> Picture:
    papers = _papers()
    values = page.astype(np.float32)
    if papers:
        paper = papers[int(rng.integers(len(papers)))]
        size = (round(paper.shape[1] * dpi / 300), round(paper.shape[0] * dpi / 300))
        interpolation = cv2.INTER_AREA if dpi < 300 else cv2.INTER_LINEAR  # noqa: PLR2004
        resized = np.asarray(cv2.resize(paper, size, interpolation=interpolation), np.uint8)
        values *= spread_paper(resized, page.shape) / 255
    light = np.linspace(1, rng.uniform(0.8, 1), page.shape[1], dtype=np.float32)[:, None]
    lit = values * light * rng.uniform(0.85, 1)
    values = np.asarray(cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.4, 0.8)), np.float32)
    return (values + rng.normal(0, rng.uniform(0.5, 2.5), values.shape)).clip(0, 255).round().astype(np.uint8)


def find_marks(clean: Picture, dpi: float) -> list[NDArray[np.int64]]:
    """Find the pixels of every compact mark of a page without damage."""
    ink = (255 - clean.min(2) > MIN_INK).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    longest = LARGEST_MARK / MILLIMETRES_PER_INCH * dpi
    return [
        np.argwhere(labels[y : y + h, x : x + w] == label) + np.array([y, x])
        for label, (x, y, w, h, area) in zip(range(1, count), stats[1:], strict=True)
        if max(w, h) <= longest and area > 1
    ]


def lost_marks(page: MarksPage, cleaned: Picture) -> list[bool]:
    """For each visible mark that no dust touches: whether less than half of its contrast remains."""
    before, after = (picture.astype(np.float32).mean(2) for picture in (page.scan, cleaned))
    dusty = (np.abs(page.dust.scan.astype(np.float32) - page.dust.clean).max(2) > 30).astype(np.uint8)  # noqa: PLR2004
    dusty = cv2.dilate(dusty, np.ones((5, 5), np.uint8))
    ink_and_rim = cv2.dilate((page.clean.min(2) < 250).astype(np.uint8), np.ones((3, 3), np.uint8))  # noqa: PLR2004
    ink = np.asarray(ink_and_rim, np.uint8)
    flags = []
    for mark in page.marks:
        if dusty[tuple(mark.T)].any():
            continue
        contrast = _contrast(before, mark, ink)
        if contrast > MIN_VISIBLE:
            flags.append(bool(_contrast(after, mark, ink) < MIN_REMAINING_CONTRAST * contrast))
    return flags


def _contrast(grey: NDArray[np.float32], mark: NDArray[np.int64], ink: NDArray[np.uint8]) -> float:
    """How much darker a mark is than the paper around it."""
    (top, left), (bottom, right) = np.maximum(mark.min(0) - 6, 0), mark.max(0) + 7
    window, paper = grey[top:bottom, left:right], ink[top:bottom, left:right] == 0
    ground = float(np.median(window[paper])) if paper.any() else 255.0
    return ground - float(grey[tuple(mark.T)].mean())
