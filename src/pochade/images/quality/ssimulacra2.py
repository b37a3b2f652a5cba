"""SSIMULACRA2, version 2.1: how much of a coding a person would see, learnt from what people said of coded pictures.

Two pictures are compared in XYB, colours as the eye's cones tell them apart, at six sizes, each half of the one before.
At each size and in each component three maps say how local structure differs (SSIM), where edges came that weren't
there, and where edges went. The mean and the 4-norm of each map, weighted, become one number: 100 for the same
picture, 90 where hardly anybody sees a difference, 70 where it takes a look from near.

Jon Sneyers, Cloudinary, 2022 and 2023; the means near each pixel are those of Charalampidis, "Recursive Implementation
of the Gaussian Filter Using Truncated Cosine Functions", 2016, which are sums of nine pixels.
"""

# ruff: noqa: PLR2004  # the numbers are the measure's own

from collections.abc import Iterator

import numpy as np

from pochade.images.base.picture import Array

SMALLEST = 8  # pixels a side that are needed to compare anything
SIZES = 6
BAND = 64  # rows at a time: what is in hand stays in the processor's cache
TAPS = (0.2646211055, 0.2129285920, 0.1093353728, 0.0360111147, 0.0094143678)  # a Gaussian of 1.5 pixels, one half
REACH = len(TAPS) - 1
STEADY = np.float32(0.0009)  # keeps the structure of flat areas from being a ratio of nothings

CONES = np.array(
    [
        [0.3, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
    ],
    np.float32,
)
DARK = 0.0037930732552754493  # light that the cones tell even in darkness
OPPONENTS = np.array([[7, -7, 0], [0.5, 0.5, 0], [-0.5, -0.5, 1]], np.float32)  # X, Y, B - Y, out of L, M, S
LIFTED = np.array([0.42, 0.01, 0.55], np.float32) - OPPONENTS.sum(1) * np.float32(np.cbrt(DARK))  # all from 0 to 1

# by component, size, norm (mean, 4-norm) and map (structure, edges that came, edges that went)
WEIGHTS = (
    0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0,
    0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
    0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0,
    0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0,
    0.0007289346991508072, 0.9677937080626833, 0, 0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
    0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0,
    0, 0, 0, 7.466890328078848, 0, 17.445833984131262,
    0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
    0, 0, 0, 34.77906344483772, 44.835625328877896, 0,
    0, 0, 0, 0, 0, 0,
    0, 0.0008680556573291698, 0, 0, 0, 0,
    0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0,
    0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0,
    0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0,
    95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493, 171.2667255897307,
    0.9807858872435379,
    0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537,
)  # fmt: skip


def ssimulacra2(original: Array, coded: Array) -> float:
    """The score of a coded picture, at most 100 and without a lower end.

    Pictures of which a side has fewer than 8 pixels are 100: the measure says nothing of them.

    Args:
        original: (H, W, 3) uint8, in sRGB's colours.
        coded: The same size.
    """
    if original.shape != coded.shape:
        raise ValueError(f"{coded.shape} can't be compared with {original.shape}")
    norms = []
    for size in range(SIZES):
        if min(original.shape[:2]) < SMALLEST:
            break
        if size:
            original, coded = halved(original), halved(coded)
        norms.append(norms_of(original, coded))
    found = np.array(norms).reshape(-1, 3, 6).swapaxes(0, 1).reshape(-1)
    return scored(float(found @ np.array(WEIGHTS[: found.size])))  # in small pictures, other weights: so it is defined


def scored(seen: float) -> float:
    """The weighted sum on a scale that people's words have: 90, 70, 50 are high, medium and low quality."""
    seen *= 0.9562382616834844
    seen = 2.326765642916932 * seen - 0.020884521182843837 * seen**2 + 6.248496625763138e-05 * seen**3
    return 100 - 10 * seen**0.6276336467831387 if seen > 0 else 100.0


def light_of_bytes() -> Array:
    """How much light each of sRGB's 256 values is, from 0 to 1."""
    values = np.arange(256) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


LIGHT = light_of_bytes()


def light(rows: Array) -> Array:
    """Rows of a picture as light: bytes are sRGB's, floats are light already."""
    return LIGHT[rows] if rows.dtype == np.uint8 else rows


def halved(picture: Array) -> Array:
    """The mean light of each 2 x 2 pixels, (H, W, 3) float32; the last row and column count twice if need be."""
    height, width = picture.shape[:2]
    small = np.empty(((height + 1) // 2, (width + 1) // 2, 3), np.float32)
    for top in range(0, height, BAND):
        rows = light(picture[top : top + BAND])
        rows = np.pad(rows, ((0, len(rows) % 2), (0, width % 2), (0, 0)), "edge")
        pairs = rows[::2] + rows[1::2]
        small[top // 2 :][: len(pairs)] = (pairs[:, ::2] + pairs[:, 1::2]) / 4
    return small


def norms_of(original: Array, coded: Array) -> Array:
    """Of one size: (3 components, 2 norms, 3 maps)."""
    sums = np.zeros((3, 2, 3))
    for one, other in zip(bands(original), bands(coded), strict=True):
        for number, errors in enumerate(maps(one, other)):
            sums[:, 0, number] += errors.sum((1, 2), dtype=np.float64)
            squares = errors * errors
            sums[:, 1, number] += np.einsum("chw,chw->c", squares, squares, dtype=np.float64)
    sums /= original.shape[0] * original.shape[1]
    sums[:, 1] **= 0.25
    return sums


def bands(picture: Array) -> Iterator[Array]:
    """XYB (3, rows, W), from the top: 64 rows and four more on each side, nothing (0) beyond the picture."""
    height = len(picture)
    for top in range(0, height, BAND):
        first, last = max(0, top - REACH), min(height, top + BAND + REACH)
        beyond = (first - (top - REACH), min(height, top + BAND) + REACH - last)
        yield np.pad(xyb(light(picture[first:last])), ((0, 0), beyond, (0, 0)))


def xyb(rows: Array) -> Array:
    """Light (H, W, 3) as the eye's three opponents, (3, H, W), each from 0 to 1."""
    cones = CONES @ rows.reshape(-1, 3).T + np.float32(DARK)
    np.log(cones, out=cones)  # a cube root, which numpy has slower
    cones /= np.float32(3)
    np.exp(cones, out=cones)
    return (OPPONENTS @ cones + LIFTED[:, None]).reshape(3, *rows.shape[:2])


def maps(one: Array, other: Array) -> Iterator[Array]:
    """Structure that differs, edges that came, edges that went: each (3, H, W)."""
    mean, other_mean = blurred(one), blurred(other)
    shift = (mean - other_mean) ** 2
    unlike = blurred((one - other) ** 2) - shift  # both variances less twice what they share: nothing to cancel
    spread = blurred(one * one + other * other) - mean * mean - other_mean * other_mean
    yield np.maximum(0, shift + (1 - shift) * unlike / (spread + STEADY))
    edge, other_edge = np.abs(one[:, REACH:-REACH] - mean), np.abs(other[:, REACH:-REACH] - other_mean)
    came = (1 + other_edge) / (1 + edge) - 1
    yield np.maximum(0, came)
    yield np.maximum(0, -came)


def blurred(planes: Array) -> Array:
    """The mean near each pixel but those of the first and last four rows; sums of products, as matrices have them."""
    rows = planes.shape[1] - 2 * REACH
    down = WINDOW[:rows, : rows + 2 * REACH] @ planes
    width = planes.shape[2]
    found = np.empty_like(down)
    for left in range(0, width, BAND):
        first, last = max(0, left - REACH), min(width, left + BAND + REACH)
        right = min(width, left + BAND)
        window = WINDOW[: right - left, first - left + REACH :][:, : last - first]
        found[..., left:right] = down[..., first:last] @ window.T
    return found


def window_of() -> Array:
    """A matrix (64, 72): each row has the taps one place further right."""
    taps = np.array([*TAPS[:0:-1], *TAPS], np.float32)
    return np.array([np.pad(taps, (row, BAND - 1 - row)) for row in range(BAND)])


WINDOW = window_of()
