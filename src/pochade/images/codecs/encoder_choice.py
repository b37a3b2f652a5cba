"""Chooses the lossless encoders that are tried for a picture, and how hard they work.

    values ──► size, flatness, number of colours ──► one or two encoders

Every encoder at its slowest takes ten seconds of processor time per megapixel. At effort `normal`, a look at some rows
says which encoder can win, and it works only as hard as that pays: about a second per megapixel, and files that are two
to four percent larger. The thresholds were chosen on one half of 71 varied pictures, and checked on the other
(docs/log.md, 2026-12-01).
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.codecs.lossless import (
    JPEG_XL_EFFORTS,
    LOSSLESS_CODECS,
    encode_jpeg_xl_at,
    encode_jpeg_xl_quickly,
    encode_webp_at,
)

NORMAL, BEST = "normal", "best"
EFFORTS = (NORMAL, BEST)
Encoder = Callable[[Array], bytes]

MAX_JPEG_XL_PIXELS = JPEG_XL_EFFORTS[-1][0]  # more would take too much memory
SMALL_PIXELS = 2**14  # 128 x 128: effort 8 takes less than a tenth of a second
SMALL_FLAT_PIXELS = 2**18  # 512 x 512: effort 10 takes half a second to 1.5 for clip art, and saves a fifth
FLAT = 0.9  # of `flatness`: clip art. Encoders are fast here, so JPEG XL may search at effort 8, and WebP often wins
MOSTLY_FLAT = 0.75  # screens, outlined drawings
FEW_COLOURS = 700  # in the sampled rows; with more, WebP has never won
MANY_COLOURS = 4000  # grain and noise: a newer libjxl takes half the time, and makes hardly anything larger
SAMPLED_ROWS = 64
ROWS_PER_COLOUR_ROW = 4  # every fourth of these rows is also searched for colours
JPEG_TRANSCODING_EFFORTS = {NORMAL: 7, BEST: 9}  # 9 takes eight times as long and saves 0.4 percent


class PictureLook(NamedTuple):
    """What some rows of a picture say about all of it."""

    flatness: float  # the share of pixels that equal their left neighbour
    colours: int  # how many different ones every fourth of the rows has


def choose_encoders(values: Array, effort: str) -> list[tuple[str, Encoder]]:
    """Choose the encoders to try for a picture.

    Args:
        values: (H, W, C) uint8 or uint16, as `drop_redundancy` returns them.
        effort: `normal` or `best`.

    Returns:
        For each encoder, the name of its codec and a function that encodes the values.
    """
    if effort == BEST:
        return list(LOSSLESS_CODECS.items())
    pixels, channels = values.shape[0] * values.shape[1], values.shape[2]
    webp = ("webp", partial(encode_webp_at, quality=75, method=4))
    if pixels > MAX_JPEG_XL_PIXELS:
        return [webp]
    look = measure_look(values)
    if values.dtype == np.uint16:
        return [_jpeg_xl(3 if channels == 1 and look.flatness < MOSTLY_FLAT else 7)]  # grey grain: 7 predicts no more
    if look.flatness >= MOSTLY_FLAT and pixels <= (SMALL_FLAT_PIXELS if look.flatness >= FLAT else SMALL_PIXELS):
        return [_jpeg_xl(10), webp]
    if pixels <= SMALL_PIXELS or look.flatness >= FLAT:
        return [_jpeg_xl(8), webp]
    suits_newer = channels == 4 or (channels == 3 and look.colours > MANY_COLOURS)  # noqa: PLR2004  RGB
    jpeg_xl = ("jpeg-xl", partial(encode_jpeg_xl_quickly, effort=7)) if suits_newer else _jpeg_xl(7)
    return [jpeg_xl, webp] if channels > 1 and look.colours <= FEW_COLOURS else [jpeg_xl]


def _jpeg_xl(effort: int) -> tuple[str, Encoder]:
    return "jpeg-xl", partial(encode_jpeg_xl_at, effort=effort)


def measure_look(values: Array) -> PictureLook:
    """Measure flatness and colours on evenly spaced rows.

    Args:
        values: (H, W, C) uint8 or uint16.
    """
    rows = values[:: max(1, len(values) // SAMPLED_ROWS)]  # (N, W, C)
    is_repeated = (rows[:, 1:] == rows[:, :-1]).all(axis=-1)
    weights = np.uint64(2**16) ** np.arange(values.shape[2], dtype=np.uint64)
    colours = np.unique(rows[::ROWS_PER_COLOUR_ROW].astype(np.uint64) @ weights)
    return PictureLook(float(is_repeated.mean()) if is_repeated.size else 1.0, len(colours))
