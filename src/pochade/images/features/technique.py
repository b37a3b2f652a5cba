"""What a person would say of a picture before knowing what it shows: line art or painted, light, calm, mostly blue.

Everything is measured on copies of 96 pixels at most, so that a large and a small file of one piece measure alike; and
mostly on their luma, which JPEG keeps better than colour.
"""

import colorsys
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.features.colour_name import COLOURS, named

SIDE = 96  # pixels of the longer side on which everything is measured
REACH = 2  # pixels on each side that make a pixel's neighbourhood, of 5 × 5: what is wider is no stroke
FRAME = 2  # pixels along the border that tell the ground
HALF = 0.5  # of them must be alike for a ground
LIKE = 24  # levels of 255 that the ground may differ from itself: the light on a scan falls off
PALE = 140  # of its darkest channel from which a ground is paper, tinted or not
EDGE = 40  # levels of 255 within a neighbourhood above which it holds an edge
TONES = 3  # that a flat picture is made of, mostly
TONE = (1, 8)  # levels of 255 about a tone that are still this tone: JPEG moves it by one, a scanner by some
COARSEST = 8.0  # levels between a pixel and the mean of those around it that count as all grain
MOST_COLOURFUL = 109.0  # "extremely colourful" on the scale of Hasler & Süsstrunk
DOUBT = 0.02  # of the picture: a painted area this small says no more of flatness than all the rest does
NAMED = 4  # colours of a palette
LEAST = 0.05  # of the painted part that a colour must have to be named

# Which technique; chosen by eye on openclipart, on game art and on pencil drawings made of both
ONE_INK = 0.3  # colourfulness up to which lines are drawn with one pen or two
LINES = 0.55  # share of thin strokes from which a drawing is lines, with hardly anything filled
STROKES = 0.3  # the same from which it may be strokes side by side, as hatching is
GRAINY = 0.05  # grain from which strokes lie on the tooth of paper
SOFT, SOFT_ON_GRAIN = 0.17, 0.1  # softness up to which a line is ink, and above which it is pencil
FLAT, FLATTER = 0.5, 2.0  # flatness from which colours are flat, and how much more of it soft edges ask for

# What is said of a group
AGREED = 0.6  # share of the group that must have it
LIGHT, DARK = 0.8, 0.35  # lightness
BUSY, CALM = 0.55, 0.25  # edges
PAPER = 0.3  # share of paper
PREVAILING = 0.2  # share of a colour
ENOUGH = 0.5  # share that one or two colours must have together
GREYS = {"black", "grey", "white"}


class TechniqueMeasures(NamedTuple):
    """How a picture looks; all but the palette in [0, 1]."""

    light: float  # mean luma: 0 is black, 1 white
    contrast: float  # spread of luma: 0 is even, 1 half black and half white
    colourful: float  # after Hasler & Süsstrunk, "Measuring Colourfulness in Natural Images", 2003: 0 is grey
    paper: float  # share that is even, pale ground, as found along the border
    edges: float  # share that is near an edge: calm to busy
    flat: float  # share of the paint away from edges that is in its three commonest tones: shaded to flat
    soft: float  # how gradual the edges are: ink and vector mostly below 0.1, pencil and paint above
    grain: float  # fine texture away from edges: smooth to rough
    line: float  # share of the ink that is in strokes, thinner than a twentieth of all that is painted
    transparent: float  # 1 when the original has transparency, else 0
    palette: tuple[tuple[str, float], ...]  # up to four of COLOURS with their shares of the paint, the largest first


def measured(pixels: Array, transparent: bool) -> TechniqueMeasures:
    """Measure a picture.

    Args:
        pixels: The picture on white paper, (h, w, 3) uint8, as a preview is.
        transparent: Whether the original has transparency.
    """
    picture = Image.fromarray(pixels)
    colours = small(picture, (0, 0, *picture.size))
    luma, (ground, paper) = grey(colours), ground_of(colours)
    span, painted = spanned(luma), distance(colours, ground) > LIKE
    return TechniqueMeasures(
        light=float(luma.mean() / 255),
        contrast=min(1.0, float(luma.std() / 127.5)),
        colourful=colourfulness(colours),
        paper=1 - float(painted.mean()) if paper else 0.0,
        edges=float((span > EDGE).mean()),
        flat=flatness(luma, span, painted, paper),
        soft=softness(luma, span),
        grain=graininess(luma, span),
        line=thinness(distance(small(picture, subject(painted, picture)), ground)),
        transparent=float(transparent),
        palette=palette(colours, painted if paper and painted.any() else np.ones_like(painted)),
    )


def technique(measures: TechniqueMeasures) -> str:
    """How a picture seems to be made: "line art", "pencil", "flat colour" or "painted"."""
    grainy = measures.grain >= GRAINY
    soft = measures.soft > (SOFT_ON_GRAIN if grainy else SOFT)
    if measures.paper and measures.line >= LINES and measures.colourful <= ONE_INK:
        return "pencil" if soft else "line art"
    if measures.paper and measures.line >= STROKES and soft and grainy:
        return "pencil"
    return "flat colour" if measures.flat >= FLAT + FLATTER * measures.soft else "painted"


def described(many: Sequence[TechniqueMeasures]) -> str:
    """What pictures have in common, in a few words: "flat colour, mostly red and black, calm, transparent".

    A word is said when it holds for three in five of them; when there is none, they are "mixed".
    """
    techniques = Counter(map(technique, many)).items()
    made = next((name for name, count in techniques if count >= AGREED * len(many)), "")
    transparent = most(each.transparent == 1 for each in many)
    on_paper = not transparent and most(each.paper >= PAPER for each in many)
    words = (
        f"{made} on paper".strip() if on_paper else made,
        "light" if most(each.light >= LIGHT for each in many) else "",
        "dark" if most(each.light <= DARK for each in many) else "",
        coloured(many, drawn=made in {"line art", "pencil"}),
        "busy" if most(each.edges >= BUSY for each in many) else "",
        "calm" if most(each.edges <= CALM for each in many) else "",
        "transparent" if transparent else "",
    )
    return ", ".join(filter(None, words)) or "mixed"


# What a group has in common ------------------------------------------------------------------------------------------


def most(flags: Iterable[bool]) -> bool:
    """Whether it holds for enough to say it of all."""
    each = list(flags)
    return bool(each) and sum(each) >= AGREED * len(each)


def coloured(many: Sequence[TechniqueMeasures], *, drawn: bool) -> str:
    """The one or two colours with most of the paint; of drawings only a real colour, as all others are grey."""
    if not many:
        return ""
    shares = {word: math.fsum(dict(each.palette).get(word, 0.0) for each in many) / len(many) for word in COLOURS}
    chosen = [word for word in sorted(COLOURS, key=lambda word: -shares[word])[:2] if shares[word] >= PREVAILING]
    if sum(shares[word] for word in chosen) < ENOUGH:
        return "many colours"
    if set(chosen) <= GREYS and (drawn or len(chosen) > 1 or chosen == ["grey"]):
        return "" if drawn else "grey"
    return f"mostly {' and '.join(chosen)}"


# The measures --------------------------------------------------------------------------------------------------------


def small(picture: Image.Image, box: tuple[int, int, int, int]) -> Array:
    """What is in the box, at most 96 pixels on its longer side; never enlarged; (h, w, 3) uint8."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.BOX, box))


def subject(painted: Array, picture: Image.Image) -> tuple[int, int, int, int]:
    """The box in a picture outside of which nothing is painted, as seen on its small copy (h, w): left to bottom."""
    rows, columns = np.flatnonzero(painted.any(1)), np.flatnonzero(painted.any(0))
    if not rows.size:
        return 0, 0, *picture.size
    across, down = picture.width / painted.shape[1], picture.height / painted.shape[0]
    left, right = math.floor(columns[0] * across), math.ceil((columns[-1] + 1) * across)
    top, bottom = math.floor(rows[0] * down), math.ceil((rows[-1] + 1) * down)
    return left, top, min(right, picture.width), min(bottom, picture.height)


def grey(colours: Array) -> Array:
    """Luma, (h, w) uint8."""
    return np.asarray(Image.fromarray(colours).convert("L"))


def ground_of(colours: Array) -> tuple[Array, bool]:
    """The colour (3,) of the border, and whether it is paper: pale, and on at least half of the border."""
    sides = colours[:FRAME], colours[-FRAME:], colours[:, :FRAME], colours[:, -FRAME:]
    border = np.concatenate([side.reshape(-1, 3) for side in sides])
    ground = np.median(border, axis=0).astype(np.uint8)
    even = (distance(border, ground) <= LIKE).mean() >= HALF
    return ground, bool(even and ground.min() >= PALE)


def distance(colours: Array, ground: Array) -> Array:
    """How far each pixel is from one colour in the channel where it is furthest, (h, w) uint8."""
    return reduce(np.maximum, (apart(colours[..., channel], ground[channel]) for channel in range(3)))


def apart(one: Array, other: Array) -> Array:
    """The distance of uint8 values, as uint8."""
    return np.maximum(one, other) - np.minimum(one, other)


def nearby(values: Array, chosen: np.ufunc) -> Array:
    """The largest value of each neighbourhood, or the smallest, as `np.maximum` or `np.minimum` is given; (h, w)."""
    for _ in ("down", "across"):
        lines, values = values, values.copy()
        for shift in range(1, REACH + 1):
            chosen(values[shift:], lines[:-shift], out=values[shift:])
            chosen(values[:-shift], lines[shift:], out=values[:-shift])
        values = np.ascontiguousarray(values.T)
    return values


def spanned(luma: Array) -> Array:
    """How many levels lie between the darkest and the lightest of each neighbourhood, (h, w) uint8."""
    return nearby(luma, np.maximum) - nearby(luma, np.minimum)


def colourfulness(colours: Array) -> float:
    """How strong and how varied the colours are, from grey to what people called extremely colourful."""
    red, green, blue = (colours[..., channel].astype(np.float32) for channel in range(3))
    reddish, yellowish = red - green, (red + green) / 2 - blue
    spread, strength = np.hypot(reddish.std(), yellowish.std()), np.hypot(reddish.mean(), yellowish.mean())
    return min(1.0, float(spread + 0.3 * strength) / MOST_COLOURFUL)


def flatness(luma: Array, span: Array, painted: Array, paper: bool) -> float:
    """Of what is painted and no edge, the share of its three commonest tones, each as wide as the paper's.

    A scan's paper has many levels for one tone, and so have the colours on it. Where next to nothing is painted but
    edges, as in a drawing of lines, the ground speaks for the picture.
    """
    calm, little = span <= EDGE, DOUBT * span.size
    bare, paint = luma[calm & ~painted], luma[calm & painted]
    quarters = np.quantile(bare, (0.25, 0.75)) if paper and bare.size else np.zeros(2)
    reach = round(float(np.clip(np.ptp(quarters) / 2, *TONE)))
    overall = commonest(luma[calm], reach) / max(little, float(calm.sum()))
    return min(1.0, (commonest(paint, reach) + little * overall) / (paint.size + little))


def commonest(luma: Array, reach: int) -> float:
    """How many of these pixels (n,) are within so many levels of the three tones that together have most."""
    counts, found = np.bincount(luma, minlength=256), 0.0
    for _ in range(TONES):
        near = np.convolve(counts, np.ones(2 * reach + 1), "same")
        tone = int(near.argmax())
        found += float(near[tone])
        counts[max(0, tone - reach) : tone + reach + 1] = 0
    return found


def softness(luma: Array, span: Array) -> float:
    """How much of an edge's height is left when its steepest step is taken away; the mean over all edges."""
    edge = span > EDGE
    if not edge.any():
        return 0.0
    step = np.zeros_like(luma)
    across, down = apart(luma[:, 1:], luma[:, :-1]), apart(luma[1:], luma[:-1])
    step[:, 1:], step[:, :-1] = across, np.maximum(step[:, :-1], across)
    step[1:], step[:-1] = np.maximum(step[1:], down), np.maximum(step[:-1], down)
    return max(0.0, 1 - float((nearby(step, np.maximum)[edge] / span[edge]).mean()))


def graininess(luma: Array, span: Array) -> float:
    """How far pixels away from edges are from the mean of the nine around them; all grain when there are only edges."""
    height, width = luma.shape
    around = np.pad(luma.astype(np.float32), 1, mode="edge")
    rows = around[:height] + around[1:-1] + around[2:]
    rough = np.abs(luma - (rows[:, :width] + rows[:, 1:-1] + rows[:, 2:]) / 9)[span <= EDGE]
    return min(1.0, float(rough.mean()) / COARSEST) if rough.size else 1.0


def thinness(ink: Array) -> float:
    """The share of the ink (h, w) that goes when all that is narrower than a neighbourhood is wiped away."""
    if ink.max() <= LIKE:
        return 0.0
    wide = nearby(nearby(ink, np.minimum), np.maximum)
    return float((ink - wide).sum()) / float(ink.sum())


def palette(colours: Array, painted: Array) -> tuple[tuple[str, float], ...]:
    """The words that most of the painted pixels go by, each with its share."""
    red, green, blue = (colours[..., channel].astype(np.uint16) >> 4 for channel in range(3))
    counts = np.bincount((red << 8 | green << 4 | blue)[painted], minlength=4096)
    shares = (np.bincount(places(), counts, len(COLOURS)) / counts.sum()).tolist()
    largest = sorted(zip(shares, COLOURS, strict=True), key=lambda pair: -pair[0])[:NAMED]
    return tuple((word, share) for share, word in largest if share >= LEAST)


@cache
def places() -> Array:
    """For each of 16 levels of red, of green and of blue, where in COLOURS its word is; (4096,)."""
    levels = [(level + 0.5) / 16 for level in range(16)]
    words = [named(*colorsys.rgb_to_hsv(red, green, blue)) for red in levels for green in levels for blue in levels]
    return np.array([COLOURS.index(word) for word in words])
