"""Marks of damaged pages, measured as the cleaner measures them, and which of them are dust.

    number ──►──┤draw_mark_page, damage_scan├──►── scan ──►──┤even light, predict_damage, measure_marks├──►── features
                          │                                                                                     │
                          └──────► stages of the damage ──►──┤what filling a mark removes: dust, or ink├──►── labels

A mark is dust if filling it from its surroundings would remove dust and hardly anything else.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack, pack_path, read_pack
from experiments.recipes.drawing_primitives import Rng, pick
from experiments.recipes.mark_pages import MarkPage, Pixels, draw_mark_page
from pochade.analysis.mark_features import FEATURES, MarkFeatures, measure_marks
from pochade.cleaning.damage_changes import predict_damage
from pochade.cleaning.page_light import interpolate_field, read_page
from pochade.cleaning.speck_choice import USUAL_DPI, find_marks
from pochade.cleaning.speck_fill import fill_specks
from pochade.models import weights
from pochade.models.model_configs import DenoiserConfig, PageConfig
from pochade.models.runnable_model import RunnableModel, load_runnable
from pochade.training.augment.scan_damage import MM_PER_INCH, DamagedScan, damage_scan

PAGE_SEED = 74
HELD_OUT_EVERY = 4  # a page in four is held out
UNKNOWN_SHARE = 0.25  # of the pages state no resolution
MIN_DUST, MIN_INK = 10, 24  # levels of 255 at the strongest pixel: what is fainter is neither dust nor drawn
MAX_DUST_SHARE, MIN_DRAWN_SHARE = 0.15, 0.4  # of ink in what filling removes: up to it dust, from it drawn
LARGEST_MARK = 1.2  # millimetres, of the drawn marks that are counted on a page
GROUND_MM = 3.0  # wider areas are no ink
MIDDLE = 110  # of 255: a page whose median is darker is dark
Floats = NDArray[np.float32]


class MarkExamples(NamedTuple):
    """Measured marks."""

    features: Tensor  # (M, F) float32
    is_dust: Tensor  # (M,) bool
    lengths: Tensor  # (M,) float32, millimetres
    pages: Tensor  # (M,) int64: the page that each is on
    drawn_marks: int  # how many small marks are drawn on the pages in all, found by the denoiser or not


class _PageMarks(NamedTuple):
    features: Floats
    is_dust: NDArray[np.bool_]
    lengths: Floats
    drawn_marks: int


def is_page_held_out(number: int) -> bool:
    """Whether the page of this number is never trained on."""
    return number % HELD_OUT_EVERY == 0


def mark_examples(pages: Sequence[int]) -> MarkExamples:
    """Draw, damage and measure pages.

    Args:
        pages: Their numbers, which decide all randomness.
    """
    parts = map_in_order(measure_page, pages, "measure marks")
    numbers = np.repeat(np.array(pages), [len(part.features) for part in parts])
    arrays = (np.concatenate(values) for values in ([part[place] for part in parts] for place in range(3)))
    features, is_dust, lengths = (torch.from_numpy(array) for array in arrays)
    return MarkExamples(features, is_dust, lengths, torch.from_numpy(numbers), sum(part.drawn_marks for part in parts))


def measure_page(number: int) -> _PageMarks:
    """Measure the marks of one page that are clearly dust or clearly drawn."""
    torch.set_num_threads(1)
    rng = np.random.default_rng([PAGE_SEED, number])
    page = draw_mark_page(lambda rng: _pick_drawing(rng, is_page_held_out(number)), rng)
    scan = damage_scan(page.dusty, page.dots_per_inch, number)
    features = measure_scan(scan.picture, USUAL_DPI if rng.random() < UNKNOWN_SHARE else page.dots_per_inch)
    dust, ink = dust_and_ink(page, scan, features)
    share = ink / (dust + ink).clip(min=1e-6)
    is_clear = ((share <= MAX_DUST_SHARE) | (share >= MIN_DRAWN_SHARE)) & (dust + ink > 0)
    is_clear &= ~_touches_edge(features, scan.picture.shape)
    chosen = features.table[is_clear].reshape(-1, FEATURES), share[is_clear] < MIN_DRAWN_SHARE
    return _PageMarks(*chosen, features.lengths[is_clear], count_drawn_marks(page.clean, page.dots_per_inch))


def _pick_drawing(rng: Rng, held_out: bool) -> Pixels:
    """A picture of the pack `pairs`, from one side of its split."""
    pack = _pairs_pack()
    rows = torch.nonzero(pack.extra["is_work"] & (pack.held_out == held_out)).flatten().tolist()
    return pack.picture(pick(rng, rows))


@cache
def _pairs_pack() -> Pack:
    return read_pack(pack_path("pairs"))


@cache
def _cleaning_models() -> tuple[RunnableModel[DenoiserConfig], RunnableModel[PageConfig]]:
    return (
        load_runnable(weights.FOLDER / weights.CLEANER_FILE, DenoiserConfig),
        load_runnable(weights.FOLDER / weights.PAGE_FILE, PageConfig),
    )


def measure_scan(picture: Pixels, dots_per_inch: float) -> MarkFeatures:
    """Measure the marks of a scan (H, W, 3) as the cleaner does at full strength."""
    denoiser, page_model = _cleaning_models()
    x = np.asarray(picture.transpose(2, 0, 1) / 255, np.float32)
    whole = (slice(0, x.shape[1]), slice(0, x.shape[2]))
    x *= np.exp(interpolate_field(-read_page(page_model, picture).field(1, 1), whole, picture.shape))
    change, defect = predict_damage(denoiser, x, grain=True, specks=True, smudges=False)
    return measure_marks(x, x + change, defect, find_marks(change, defect), dots_per_inch / MM_PER_INCH)


def dust_and_ink(page: MarkPage, scan: DamagedScan, features: MarkFeatures) -> tuple[Floats, Floats]:
    """How much dust and how much ink there is in each mark, (M,): sums over its pixels, 0 if it can't be seen.

    Ink is what would be lost if all marks were filled from their surroundings.
    """
    labels = features.regions.labels
    light = scan.light.transpose(2, 0, 1)
    clean = np.asarray(page.clean.transpose(2, 0, 1) / 255 * light, np.float32)
    specks = np.abs(scan.with_specks.astype(np.float32) - scan.with_stains).max(2) / 255
    flakes = (np.abs(page.dusty.astype(np.float32) - page.clean).transpose(2, 0, 1) / 255 * light).max(0)
    lost = np.abs(fill_specks(clean, labels > 0) - clean).max(0)
    return _visible_sums(np.maximum(specks, flakes), labels, MIN_DUST), _visible_sums(lost, labels, MIN_INK)


def _visible_sums(values: Floats, labels: NDArray[np.integer], least: int) -> Floats:
    """The sum of values (H, W) over each mark, (M,), or 0 where none of them can be seen."""
    inside = labels > 0
    numbers, inner = labels[inside] - 1, values[inside]
    count = int(labels.max(initial=0))
    sums, peaks = np.bincount(numbers, inner, count), np.zeros(count, np.float32)
    np.maximum.at(peaks, numbers, inner)
    return np.where(peaks >= least / 255, sums, 0).astype(np.float32)


def _touches_edge(features: MarkFeatures, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether each mark was cut off by the edge of the page, as no sheet of paper cuts it, (M,)."""
    top, left, height, width = features.regions.boxes.T
    return np.asarray((top == 0) | (left == 0) | (top + height == shape[0]) | (left + width == shape[1]))


def count_drawn_marks(page: Pixels, dots_per_inch: float) -> int:
    """How many small dark marks are drawn on a clean page (H, W, 3), or light ones if the page is dark."""
    scale = dots_per_inch / MM_PER_INCH
    kernel = np.ones((2 * round(GROUND_MM * scale / 2) + 1,) * 2, np.uint8)
    closing = cv2.MORPH_CLOSE if np.median(page) > MIDDLE else cv2.MORPH_OPEN
    is_ink = cv2.absdiff(cv2.morphologyEx(page, closing, kernel), page).max(2) > MIN_INK
    _, _, stats, _ = cv2.connectedComponentsWithStats(is_ink.astype(np.uint8), connectivity=8)
    is_small = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) <= LARGEST_MARK * scale
    return int((is_small & (stats[1:, cv2.CC_STAT_AREA] > 1)).sum())
