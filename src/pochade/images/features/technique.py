"""How a picture was made and how it looks, measured, and described in words: pencil on paper, light, mostly blue.

Everything is measured on copies of at most 96 pixels, so that a large and a small file of a picture give similar
measures. Most measures use only the luma, which JPEG preserves better than colour. The measures alone don't name a
technique; `embedding/technique_classifier.py` does, with their help.
"""

import colorsys
import math
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.features.colour_name import colour_word
from pochade.images.features.colour_words import COLOUR_WORDS

MEASURED_SIDE = 96  # pixels of the longer side on which everything is measured
NEIGHBOURHOOD_REACH = 2  # pixels on each side: neighbourhoods are 5 x 5, and wider shapes are not strokes
BORDER_PIXELS = 2  # along the edges of the picture, from which the background colour is estimated
MIN_EVEN_BORDER = 0.5  # share of the border that must have the background colour if it is paper
BACKGROUND_TOLERANCE = 24  # of 255: how much the background may vary, because the light on a scan falls off
MIN_PAPER_LEVEL = 140  # of 255, in every channel, of white or tinted paper
MAX_CALM_RANGE = 40  # of 255; a neighbourhood with a larger range of levels is near an edge
FLAT_TONES = 3  # a picture is flat if so many tones cover most of it
TONE_REACH = (1, 8)  # of 255: how far levels may be from a tone to count as it; at least (JPEG), at most (scans)
MAX_GRAIN = 8.0  # levels between a pixel and the mean around it at which the grain is 1
MAX_COLOURFULNESS = 109.0  # "extremely colourful" on the scale of Hasler & Süsstrunk
FLATNESS_PRIOR = 0.02  # share of the picture; so much paint has as much weight as the whole picture's flatness
PALETTE_COLOURS = 4
MIN_PALETTE_SHARE = 0.05  # of the painted part

TECHNIQUES = ("flat colour", "line art", "painted", "pencil", "photo")  # what a picture can be called

# Thresholds of the words for a group
MIN_AGREEMENT = 0.6  # share of the group for which a word must hold
MIN_LIGHT, MAX_DARK = 0.8, 0.35  # mean luma of light and of dark pictures
MIN_BUSY, MAX_CALM = 0.55, 0.25  # share near edges of pictures with many and with few details
MIN_PAPER = 0.3  # share of bare paper in pictures on paper
MIN_COLOUR_SHARE = 0.2  # of the paint, for a colour to be named
MIN_COLOURS_SHARE = 0.5  # of the paint, for the named colours together
GREY_WORDS = {"black", "grey", "white"}


class TechniqueMeasures(NamedTuple):
    """Measures of a picture's technique; all except the palette are in [0, 1]."""

    light: float  # mean luma: 0 is black, 1 is white
    contrast: float  # standard deviation of luma: 0 is even, 1 is half black and half white
    colourful: float  # after Hasler & Süsstrunk, "Measuring Colourfulness in Natural Images", 2003: 0 is grey
    paper: float  # share with the colour of the border, if that is even and pale
    edges: float  # share near an edge: few to many details
    flat: float  # share of the three commonest tones in the paint away from edges: shaded to flat
    soft: float  # how gradual the edges are: ink and vector mostly below 0.1, pencil and paint above
    grain: float  # fine texture away from edges: smooth to rough
    line: float  # share of the ink in strokes thinner than a twentieth of the painted part
    transparent: float  # 1 when the original has transparency, else 0
    palette: tuple[tuple[str, float], ...]  # up to four colour words and their shares of the paint, largest first


VECTOR_MEASURES = ("light", "contrast", "colourful", "paper", "edges", "flat", "soft", "grain", "line")


def measure_technique(pixels: Array, transparent: bool) -> TechniqueMeasures:
    """Measure the technique of a picture.

    Args:
        pixels: The picture on white paper, (h, w, 3) uint8.
        transparent: Whether the original has transparency.
    """
    picture = Image.fromarray(pixels)
    colours = _shrink(picture, (0, 0, *picture.size))
    luma, (background, is_paper) = _luma(colours), _find_background(colours)
    ranges, painted = _local_range(luma), _distance(colours, background) > BACKGROUND_TOLERANCE
    return TechniqueMeasures(
        light=float(luma.mean() / 255),
        contrast=min(1.0, float(luma.std() / 127.5)),
        colourful=_colourfulness(colours),
        paper=1 - float(painted.mean()) if is_paper else 0.0,
        edges=float((ranges > MAX_CALM_RANGE).mean()),
        flat=_flatness(luma, ranges, painted, is_paper),
        soft=_softness(luma, ranges),
        grain=_graininess(luma, ranges),
        line=_stroke_share(_distance(_shrink(picture, _subject_box(painted, picture)), background)),
        transparent=float(transparent),
        palette=_palette(colours, painted if is_paper and painted.any() else np.ones_like(painted)),
    )


def technique_vector(measures: TechniqueMeasures) -> list[float]:
    """The nine measures by which techniques are told apart, in [0, 1].

    Transparency is left out, because a flattened copy of a picture was made in the same technique.
    """
    return [getattr(measures, name) for name in VECTOR_MEASURES]


def describe_techniques(group: Sequence[TechniqueMeasures], techniques: Sequence[str]) -> str:
    """Describe what pictures have in common in a few words, such as "flat colour, mostly red and black, few details".

    A word is used if it holds for at least three in five of the pictures. If there is no such word, they are "mixed".

    Args:
        group: The measures of the pictures.
        techniques: The names of their techniques; an empty one is not known.
    """
    technique = next((name for name in TECHNIQUES if _most(other == name for other in techniques)), "")
    transparent = _most(measures.transparent == 1 for measures in group)
    on_paper = not transparent and technique != "photo" and _most(measures.paper >= MIN_PAPER for measures in group)
    words = (
        f"{technique} on paper".strip() if on_paper else technique,
        "light" if _most(measures.light >= MIN_LIGHT for measures in group) else "",
        "dark" if _most(measures.light <= MAX_DARK for measures in group) else "",
        _describe_colours(group, is_drawing=technique in {"line art", "pencil"}),
        "many details" if _most(measures.edges >= MIN_BUSY for measures in group) else "",
        "few details" if _most(measures.edges <= MAX_CALM for measures in group) else "",
        "transparent" if transparent else "",
    )
    return ", ".join(filter(None, words)) or "mixed"


# Words for a group ---------------------------------------------------------------------------------------------------


def _most(flags: Iterable[bool]) -> bool:
    values = list(flags)
    return bool(values) and sum(values) >= MIN_AGREEMENT * len(values)


def _describe_colours(group: Sequence[TechniqueMeasures], *, is_drawing: bool) -> str:
    """Name the one or two colours with most of the paint. Greys of drawings are not named: most drawings are grey."""
    if not group:
        return ""
    palettes = [dict(measures.palette) for measures in group]
    shares = {word: math.fsum(palette.get(word, 0.0) for palette in palettes) / len(group) for word in COLOUR_WORDS}
    largest = sorted(COLOUR_WORDS, key=lambda word: -shares[word])[:2]
    chosen = [word for word in largest if shares[word] >= MIN_COLOUR_SHARE]
    if sum(shares[word] for word in chosen) < MIN_COLOURS_SHARE:
        return "many colours"
    if set(chosen) <= GREY_WORDS and (is_drawing or len(chosen) > 1 or chosen == ["grey"]):
        return "" if is_drawing else "grey"
    return f"mostly {' and '.join(chosen)}"


# Measures ------------------------------------------------------------------------------------------------------------


def _shrink(picture: Image.Image, box: tuple[int, int, int, int]) -> Array:
    """Shrink a box of a picture to at most 96 pixels on its longer side, without enlarging it: (h, w, 3) uint8."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, MEASURED_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.BOX, box))


def _subject_box(painted: Array, picture: Image.Image) -> tuple[int, int, int, int]:
    """The bounding box of the painted part in a picture: left, top, right, bottom.

    Args:
        painted: Where the shrunk picture is painted (h, w).
        picture: The picture before shrinking.
    """
    rows, columns = np.flatnonzero(painted.any(1)), np.flatnonzero(painted.any(0))
    if not rows.size:
        return 0, 0, *picture.size
    across, down = picture.width / painted.shape[1], picture.height / painted.shape[0]
    left, right = math.floor(columns[0] * across), math.ceil((columns[-1] + 1) * across)
    top, bottom = math.floor(rows[0] * down), math.ceil((rows[-1] + 1) * down)
    return left, top, min(right, picture.width), min(bottom, picture.height)


def _luma(colours: Array) -> Array:
    return np.asarray(Image.fromarray(colours).convert("L"))


def _find_background(colours: Array) -> tuple[Array, bool]:
    """The median colour (3,) of the border, and whether it is paper: pale, and on at least half of the border."""
    sides = colours[:BORDER_PIXELS], colours[-BORDER_PIXELS:], colours[:, :BORDER_PIXELS], colours[:, -BORDER_PIXELS:]
    border = np.concatenate([side.reshape(-1, 3) for side in sides])
    background = np.median(border, axis=0).astype(np.uint8)
    is_even = (_distance(border, background) <= BACKGROUND_TOLERANCE).mean() >= MIN_EVEN_BORDER
    return background, bool(is_even and background.min() >= MIN_PAPER_LEVEL)


def _distance(colours: Array, colour: Array) -> Array:
    """The largest difference in any channel between each pixel and one colour, (h, w) uint8."""
    return reduce(np.maximum, (_difference(colours[..., channel], colour[channel]) for channel in range(3)))


def _difference(first: Array, second: Array) -> Array:
    """The absolute difference of uint8 values, as uint8."""
    return np.maximum(first, second) - np.minimum(first, second)


def _local_extreme(values: Array, extreme: np.ufunc) -> Array:
    """The maximum (`np.maximum`) or minimum (`np.minimum`) of each neighbourhood, (h, w)."""
    for _ in ("down", "across"):
        lines, values = values, values.copy()
        for shift in range(1, NEIGHBOURHOOD_REACH + 1):
            extreme(values[shift:], lines[:-shift], out=values[shift:])
            extreme(values[:-shift], lines[shift:], out=values[:-shift])
        values = np.ascontiguousarray(values.T)
    return values


def _local_range(luma: Array) -> Array:
    """The range of levels in each neighbourhood, (h, w) uint8."""
    return _local_extreme(luma, np.maximum) - _local_extreme(luma, np.minimum)


def _colourfulness(colours: Array) -> float:
    """How strong and varied the colours are: 0 is grey, 1 is what people call extremely colourful."""
    red, green, blue = (colours[..., channel].astype(np.float32) for channel in range(3))
    reddish, yellowish = red - green, (red + green) / 2 - blue
    spread, strength = np.hypot(reddish.std(), yellowish.std()), np.hypot(reddish.mean(), yellowish.mean())
    return min(1.0, float(spread + 0.3 * strength) / MAX_COLOURFULNESS)


def _flatness(luma: Array, ranges: Array, painted: Array, is_paper: bool) -> float:
    """The share of the three commonest tones in the paint away from edges.

    In a scan the levels of the paper vary, and those of each colour vary about as much, so a tone is as wide as the
    paper's. Where hardly anything is painted except edges, as in line drawings, the flatness of the whole picture
    counts.
    """
    calm, prior = ranges <= MAX_CALM_RANGE, FLATNESS_PRIOR * ranges.size
    bare, paint = luma[calm & ~painted], luma[calm & painted]
    quarters = np.quantile(bare, (0.25, 0.75)) if is_paper and bare.size else np.zeros(2)
    reach = round(float(np.clip(np.ptp(quarters) / 2, *TONE_REACH)))
    overall = _count_commonest(luma[calm], reach) / max(prior, float(calm.sum()))
    return min(1.0, (_count_commonest(paint, reach) + prior * overall) / (paint.size + prior))


def _count_commonest(luma: Array, reach: int) -> float:
    """Count the pixels (n,) within `reach` levels of the three commonest tones."""
    counts, total = np.bincount(luma, minlength=256), 0.0
    for _ in range(FLAT_TONES):
        near = np.convolve(counts, np.ones(2 * reach + 1), "same")
        tone = int(near.argmax())
        total += float(near[tone])
        counts[max(0, tone - reach) : tone + reach + 1] = 0
    return total


def _softness(luma: Array, ranges: Array) -> float:
    """How much of an edge's height lies outside its steepest step, as the mean share over all edges."""
    edge = ranges > MAX_CALM_RANGE
    if not edge.any():
        return 0.0
    step = np.zeros_like(luma)
    across, down = _difference(luma[:, 1:], luma[:, :-1]), _difference(luma[1:], luma[:-1])
    step[:, 1:], step[:, :-1] = across, np.maximum(step[:, :-1], across)
    step[1:], step[:-1] = np.maximum(step[1:], down), np.maximum(step[:-1], down)
    return max(0.0, 1 - float((_local_extreme(step, np.maximum)[edge] / ranges[edge]).mean()))


def _graininess(luma: Array, ranges: Array) -> float:
    """How far pixels away from edges differ from the mean of their 3 x 3 neighbourhood; 1 if there are only edges."""
    height, width = luma.shape
    around = np.pad(luma.astype(np.float32), 1, mode="edge")
    rows = around[:height] + around[1:-1] + around[2:]
    deviations = np.abs(luma - (rows[:, :width] + rows[:, 1:-1] + rows[:, 2:]) / 9)[ranges <= MAX_CALM_RANGE]
    return min(1.0, float(deviations.mean()) / MAX_GRAIN) if deviations.size else 1.0


def _stroke_share(ink: Array) -> float:
    """The share of the ink (h, w) in strokes narrower than a neighbourhood, which a morphological opening removes."""
    if ink.max() <= BACKGROUND_TOLERANCE:
        return 0.0
    wide = _local_extreme(_local_extreme(ink, np.minimum), np.maximum)
    return float((ink - wide).sum()) / float(ink.sum())


def _palette(colours: Array, painted: Array) -> tuple[tuple[str, float], ...]:
    """The most frequent colour words of the painted pixels, each with its share."""
    red, green, blue = (colours[..., channel].astype(np.uint16) >> 4 for channel in range(3))
    counts = np.bincount((red << 8 | green << 4 | blue)[painted], minlength=4096)
    shares = (np.bincount(_word_of_colour(), counts, len(COLOUR_WORDS)) / counts.sum()).tolist()
    largest = sorted(zip(shares, COLOUR_WORDS, strict=True), key=lambda pair: -pair[0])[:PALETTE_COLOURS]
    return tuple((word, share) for share, word in largest if share >= MIN_PALETTE_SHARE)


@cache
def _word_of_colour() -> Array:
    """The index in `COLOUR_WORDS` of each colour with 16 levels of red, green and blue, (4096,)."""
    levels = [(level + 0.5) / 16 for level in range(16)]
    words = [
        colour_word(*colorsys.rgb_to_hsv(red, green, blue)) for red in levels for green in levels for blue in levels
    ]
    return np.array([COLOUR_WORDS.index(word) for word in words])
