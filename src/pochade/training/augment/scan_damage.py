"""What happens to a drawing between the desk and the file: the damage that the cleaner learns to undo.

    clean ─►┤smudges├─►┤specks├─►┤paper's grain├─►┤paper's colour, light├─►┤scanner, JPEG├─► picture
      │          │           │
      └──────────┴───────────┴────────────────────►┤paper's colour, light├─► lit, smudged, specked: what each kind took

Lengths are in millimetres and dots per inch, amplitudes are drawn for each sheet; the figures come from scans and
from annotated dust (Ivanova et al., 2023), as do those in `training/augment/specks.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pochade.errors import UsageError
from pochade.images.codecs.coding_noise import through_jpeg
from pochade.images.geometry.gaussian_blur import blurred
from pochade.training.augment.random_fields import Floats, Generator, grain, ink_of, log_uniform, moved, smooth_noise
from pochade.training.augment.specks import folded, marked, shadowed, streaked
from pochade.training.augment.stains import bled_through, fingered, foxed, ghosted, smeared, stained

Bytes = NDArray[np.uint8]
INCH = 25.4  # millimetres
PAGE = 150.0  # millimetres over which light changes
SMUDGES = {  # how often, and what
    "smear": (0.3, smeared), "fingers": (0.2, fingered), "ghost": (0.2, ghosted), "bleed": (0.15, bled_through),
    "stain": (0.1, stained), "foxing": (0.07, foxed),
}  # fmt: skip
FOLDS, STREAKS, BANDS, GUTTER, SHADOW = 0.06, 0.08, 0.06, 0.12, 0.1
SOFT, SHIFTED, SHARPENED, JPEG, RAISED = 0.6, 0.25, 0.2, 0.5, 0.5
NEAR_WHITE, CREAM, FLATBED = 0.6, 0.9, 0.7  # shares of sheets: up to here
HIT, VISIBLE = 0.15, 4  # of full cover, and levels: what counts as a defect
MARKS = {"dust": 0.85, "hairs": 0.5, "lint": 0.1, "scratches": 0.15}
FAMILIES = frozenset({*SMUDGES, *MARKS, "folds", "streaks", "banding", "paper", "light", "grain", "scanner", "jpeg"})
UNSEEN = frozenset({"foxing", "lint", "banding"})  # kept from training, one of each kind, to test with


@dataclass(frozen=True)
class Damaged:
    """A scan, and what was done to it; pictures are (H, W, 3) uint8.

    Each of the five is the one before with one kind of damage more: `clean`, `lit` (the paper's colour and the light),
    `smudged`, `specked`, `picture` (grain of the paper and what the scanner did).
    """

    picture: Bytes
    specked: Bytes
    smudged: Bytes
    lit: Bytes
    clean: Bytes
    defects: NDArray[np.bool_]  # (H, W) where specks, folds and streaks are
    light: Floats  # (H, W, 3): what light and the paper's colour multiply the clean picture by


def damage(picture: Bytes, dpi: float, rng: Generator, families: frozenset[str] = FAMILIES) -> Damaged:
    """A drawing as a bad scan of it.

    Args:
        picture: The clean drawing (H, W, 3) uint8.
        dpi: Dots per inch of the scan, which decides how large dust is.
        rng: Decides everything; the same state gives the same damage.
        families: What may happen, a part of `FAMILIES`; each does or does not, by chance.

    Raises:
        UsageError: The picture is none, the resolution isn't positive, or a family is unknown.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004
        raise UsageError(f"a drawing is (H, W, 3) of uint8, not {picture.shape} of {picture.dtype}")
    if dpi <= 0 or families - FAMILIES:
        raise UsageError(f"{dpi} dots per inch and {sorted(families - FAMILIES)} can't be had")
    dots = dpi / INCH
    clean = picture.astype(np.float32) / np.float32(255)
    smudged = with_smudges(rng, clean, dots, families)
    specked, hit = with_marks(rng, smudged, dots, families)
    light = paper_colour(rng, families) * light_over(rng, clean.shape[:2], dots, families)[..., None]
    scan = grainy(rng, specked, dots, families) * light
    scan, streaks = scanned(rng, scan, families)
    ready = eight_bit(scan)
    if rng.random() < JPEG and "jpeg" in families:
        ready = through_jpeg(ready, int(rng.integers(60, 96)), full_colour=bool(rng.integers(2)))
    layers = [eight_bit(layer * light) for layer in (specked, smudged, clean)]
    seen = np.abs(layers[0].astype(np.int16) - layers[1]).max(2) >= VISIBLE  # light dust on white is none
    defects = ((hit > HIT) & seen) | (streaks > HIT)
    return Damaged(ready, layers[0], layers[1], layers[2], picture, defects, light)


def eight_bit(x: Floats) -> Bytes:
    """From 0 to 1 to whole levels."""
    return (np.clip(x, 0, 1) * 255 + 0.5).astype(np.uint8)


def with_smudges(rng: Generator, x: Floats, dots: float, families: frozenset[str]) -> Floats:
    """Some of the smudges, one after the other."""
    for family, (share, change) in SMUDGES.items():
        if rng.random() < share and family in families:
            x = change(rng, x, dots)
    return x


def with_marks(rng: Generator, x: Floats, dots: float, families: frozenset[str]) -> tuple[Floats, Floats]:
    """Some folds and specks, and where they are (H, W), 0 to 1."""
    hit = np.zeros(x.shape[:2], np.float32)
    if rng.random() < FOLDS and "folds" in families:
        x, hit = folded(rng, x, dots)
    for family, share in MARKS.items():
        if rng.random() < share and family in families:
            x, cover = marked(rng, x, dots, family)
            hit = np.maximum(hit, cover)
    return (shadowed(x, hit) if rng.random() < RAISED else x), hit


def paper_colour(rng: Generator, families: frozenset[str]) -> Floats:
    """What the paper makes of white (3,): nearly white, cream, or toned."""
    if "paper" not in families:
        return np.ones(3, np.float32)
    kind = rng.random()
    if kind < NEAR_WHITE:
        return (rng.uniform(0.92, 1.0) + rng.normal(0, 0.006, 3)).clip(0.85, 1.02).astype(np.float32)
    yellow = np.array([0.0, 0.35, 1.0]) * (rng.uniform(0.03, 0.2) if kind < CREAM else rng.uniform(0.1, 0.45))
    return (rng.uniform(0.8, 0.98) - yellow + rng.normal(0, 0.01, 3)).clip(0.3, 1).astype(np.float32)


def light_over(rng: Generator, size: tuple[int, int], dots: float, families: frozenset[str]) -> Floats:
    """How bright each place is lit (H, W): a scanner's lamp or a camera's window, a book's gutter, a hand's shadow."""
    light = np.ones(size, np.float32)
    if "light" not in families:
        return light
    light = light * lamp(rng, size, max(size) / dots)
    if rng.random() < GUTTER:
        light = light * gutter(rng, size, max(size) / dots)
    if rng.random() < SHADOW:
        shade = smooth_noise(rng, size, 60 * dots)
        light = light * (1 - rng.uniform(0.05, 0.3) / (1 + np.exp(-4 * (shade - 0.5))))
    return light.astype(np.float32)


def lamp(rng: Generator, size: tuple[int, int], millimetres: float) -> Floats:
    """A slow change over the sheet; light changes over centimetres, so a small sheet is lit more evenly."""
    rows, columns = np.linspace(-1, 1, size[0])[:, None], np.linspace(-1, 1, size[1])[None, :]
    slopes, bends = rng.normal(0, 1, 2), rng.normal(0, 0.6, 3)
    field = slopes[0] * rows + slopes[1] * columns
    field = field + bends[0] * rows**2 + bends[1] * columns**2 + bends[2] * rows * columns
    fall = rng.uniform(0, 0.15) if rng.random() < FLATBED else rng.uniform(0.15, 0.5)
    reach = max(float(field.max() - field.min()), 1e-6)
    return np.exp(-fall * min(1, millimetres / PAGE) * (field.max() - field) / reach).astype(np.float32)


def gutter(rng: Generator, size: tuple[int, int], millimetres: float) -> Floats:
    """Darker towards one edge, which stands off the glass."""
    rows, columns = np.linspace(0, 1, size[0])[:, None], np.linspace(0, 1, size[1])[None, :]
    away = (rows, columns, 1 - rows, 1 - columns)[int(rng.integers(4))] * millimetres
    dark = 1 - rng.uniform(0.1, 0.6) * np.exp(-away / rng.uniform(3, 12))
    return np.broadcast_to(dark, size).astype(np.float32)


def grainy(rng: Generator, x: Floats, dots: float, families: frozenset[str]) -> Floats:
    """On paper of two grains, fine and coarse, a little of it coloured; ink hides it."""
    if "grain" not in families:
        return x
    size, strength = x.shape[:2], log_uniform(rng, 0.5, 8) / 255
    fine, coarse = rng.uniform(0.3, 1.3), rng.uniform(0.06, 0.25) * dots
    share = rng.uniform(0, 0.7)
    tooth = (1 - share) * grain(rng, size, fine) + share * grain(rng, size, coarse)
    tooth = tooth / max(float(tooth.std()), 1e-6)
    colour = np.stack([grain(rng, size, fine) for _ in range(3)], 2) * rng.uniform(0.1, 0.4)
    bare = (1 - ink_of(x)) ** 0.7
    return np.asarray(x + strength * bare[..., None] * (tooth[..., None] + colour), np.float32)


def scanned(rng: Generator, x: Floats, families: frozenset[str]) -> tuple[Floats, Floats]:
    """What the scanner adds; and where its streaks are (H, W)."""
    streaks = np.zeros(x.shape[:2], np.float32)
    if "scanner" in families:
        x = through_optics(rng, x)
        x = x + rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(0.3, 3) / 255)
    if rng.random() < BANDS and "banding" in families:
        rows = np.sin(np.arange(x.shape[0]) * rng.uniform(0.1, 1.2)) * rng.uniform(0.003, 0.02)
        x = (x * (1 + rows[:, None, None])).astype(np.float32)
    if rng.random() < STREAKS and "streaks" in families:
        x, streaks = streaked(rng, x)
    return x, streaks


def through_optics(rng: Generator, x: Floats) -> Floats:
    """Softness, colours that don't meet, halos of sharpening: each now and then."""
    if rng.random() < SOFT:
        x = blurred(x, rng.uniform(0.3, 0.9))
    if rng.random() < SHIFTED:
        channel, (down, across) = int(rng.choice([0, 2])), rng.uniform(-0.6, 0.6, 2)
        x = x.copy()
        x[..., channel] = moved(np.ascontiguousarray(x[..., channel]), down, across)
    if rng.random() < SHARPENED:
        x = np.clip(x + np.float32(rng.uniform(0.1, 0.8)) * (x - blurred(x, 1.2)), 0, 1)
    return x
