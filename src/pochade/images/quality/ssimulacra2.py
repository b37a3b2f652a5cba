"""SSIMULACRA2, version 2.1: how visible the losses of an image codec are, fitted to the judgements of people.

    original ─►┤XYB├─┐  at 6 sizes
                     ├──────────► SSIM error, added edges, removed edges ──► mean and 4-norm ──► weighted sum ──► score
    decoded ──►┤XYB├─┘

Two pictures are compared in XYB, a colour space modelled on the eye's cones, at six sizes, each half the previous one.
At each size three maps per component measure differences in local structure (SSIM), edges that the codec added, and
edges that it removed. The mean and the 4-norm of each map are weighted into one score: 100 for equal pictures, 90 where
hardly anybody sees a difference, 70 where the difference is visible at close range.

The reference implementation agrees within 0.05 where its 32-bit recursive filter is exact enough. Where large areas are
light and flat, its rounding errors lower its score, more in larger pictures: by 0.8 for line art on white of 600 x 420
pixels that scores 93, by 4 for 1400 x 1000. The scores here have no such errors.

The metric is by Jon Sneyers, Cloudinary, 2022 and 2023. Its Gaussian filter is that of Charalampidis, "Recursive
Implementation of the Gaussian Filter Using Truncated Cosine Functions", 2016, computed here as a sum of nine pixels.
"""

# ruff: noqa: PLR2004  # the numbers are those of the definition

from collections.abc import Iterator

import numpy as np

from pochade.images.base.picture import Array

MIN_SIDE_PIXELS = 8  # smaller pictures are not compared
SIZE_COUNT = 6
BAND_PIXELS = 64  # rows or columns at a time, so that intermediate arrays stay in the processor's cache
# A Gaussian of 1.5 pixels, from its centre outwards
GAUSSIAN_TAPS = (0.2646211055, 0.2129285920, 0.1093353728, 0.0360111147, 0.0094143678)
BLUR_REACH = len(GAUSSIAN_TAPS) - 1  # pixels on each side
SSIM_STABILISER = np.float32(0.0009)  # keeps the denominator above 0 in flat areas

RGB_TO_CONES = np.array(
    [
        [0.3, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
    ],
    np.float32,
)
CONE_BIAS = 0.0037930732552754493  # added to the cones' responses, which bounds the slope of the cube root in the dark
CONES_TO_XYB = np.array([[7, -7, 0], [0.5, 0.5, 0], [-0.5, -0.5, 1]], np.float32)  # X, Y and B - Y from L, M and S
XYB_OFFSET = np.array([0.42, 0.01, 0.55], np.float32) - CONES_TO_XYB.sum(1) * np.float32(np.cbrt(CONE_BIAS))

# by component, size, norm (mean, 4-norm) and map (SSIM error, added edges, removed edges)
ERROR_WEIGHTS = (
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


def ssimulacra2(original: Array, decoded: Array) -> float:
    """Score a decoded picture against its original: at most 100, with no lower bound.

    The score is not defined for pictures with a side below 8 pixels, which get 100.

    Args:
        original: (H, W, 3) uint8 in sRGB.
        decoded: The picture to score, of the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    if original.shape != decoded.shape:
        raise ValueError(f"a picture of shape {decoded.shape} can't be compared with one of {original.shape}")
    norms = []
    for size in range(SIZE_COUNT):
        if min(original.shape[:2]) < MIN_SIDE_PIXELS:
            break
        if size:
            original, decoded = _halve_light(original), _halve_light(decoded)
        norms.append(_error_norms(original, decoded))
    errors = np.array(norms).reshape(-1, 3, 6).swapaxes(0, 1).reshape(-1)
    # Small pictures have fewer sizes; by definition the first weights are used.
    weights = np.array(ERROR_WEIGHTS[: errors.size])
    return _to_score(float(errors @ weights))


def _to_score(error: float) -> float:
    """Map the weighted error to the scale on which 90, 70 and 50 are high, medium and low quality."""
    error *= 0.9562382616834844
    error = 2.326765642916932 * error - 0.020884521182843837 * error**2 + 6.248496625763138e-05 * error**3
    return 100 - 10 * error**0.6276336467831387 if error > 0 else 100.0


def _srgb_to_light() -> Array:
    values = np.arange(256) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


LIGHT_OF_SRGB = _srgb_to_light()  # (256,), 0 to 1


def _to_light(rows: Array) -> Array:
    """The linear light of rows of pixels: uint8 values are in sRGB, floats are already linear."""
    return LIGHT_OF_SRGB[rows] if rows.dtype == np.uint8 else rows


def _halve_light(picture: Array) -> Array:
    """The mean light of 2 x 2 pixels, (h, w, 3) float32; an odd last row or column is repeated."""
    height, width = picture.shape[:2]
    small = np.empty(((height + 1) // 2, (width + 1) // 2, 3), np.float32)
    for top in range(0, height, BAND_PIXELS):
        rows = _to_light(picture[top : top + BAND_PIXELS])
        rows = np.pad(rows, ((0, len(rows) % 2), (0, width % 2), (0, 0)), "edge")
        pairs = rows[::2] + rows[1::2]
        small[top // 2 :][: len(pairs)] = (pairs[:, ::2] + pairs[:, 1::2]) / 4
    return small


def _error_norms(original: Array, decoded: Array) -> Array:
    """Mean and 4-norm of the error maps at one size: (3 components, 2 norms, 3 maps)."""
    sums = np.zeros((3, 2, 3))
    for band, decoded_band in zip(_xyb_bands(original), _xyb_bands(decoded), strict=True):
        for number, errors in enumerate(_error_maps(band, decoded_band)):
            sums[:, 0, number] += errors.sum((1, 2), dtype=np.float64)
            squares = errors * errors
            sums[:, 1, number] += np.einsum("chw,chw->c", squares, squares, dtype=np.float64)
    sums /= original.shape[0] * original.shape[1]
    sums[:, 1] **= 0.25
    return sums


def _xyb_bands(picture: Array) -> Iterator[Array]:
    """Convert a picture to XYB in bands (3, rows, W): 64 rows and a margin of four more, 0 outside the picture."""
    height = len(picture)
    for top in range(0, height, BAND_PIXELS):
        first, last = max(0, top - BLUR_REACH), min(height, top + BAND_PIXELS + BLUR_REACH)
        outside = (first - (top - BLUR_REACH), min(height, top + BAND_PIXELS) + BLUR_REACH - last)
        yield np.pad(_xyb(_to_light(picture[first:last])), ((0, 0), outside, (0, 0)))


def _xyb(rows: Array) -> Array:
    """Convert light (H, W, 3) to XYB (3, H, W), each component from 0 to 1."""
    cones = RGB_TO_CONES @ rows.reshape(-1, 3).T + np.float32(CONE_BIAS)
    np.log(cones, out=cones)  # the cube root by logarithms: faster than numpy's
    cones /= np.float32(3)
    np.exp(cones, out=cones)
    return (CONES_TO_XYB @ cones + XYB_OFFSET[:, None]).reshape(3, *rows.shape[:2])


def _error_maps(original: Array, decoded: Array) -> Iterator[Array]:
    """The SSIM error, added edges and removed edges, each (3, rows, W), of two bands with margins of four rows."""
    mean, decoded_mean = _blur(original), _blur(decoded)
    shift = (mean - decoded_mean) ** 2
    difference = _blur((original - decoded) ** 2) - shift  # both variances minus twice the covariance
    variances = _blur(original * original + decoded * decoded) - mean * mean - decoded_mean * decoded_mean
    yield np.maximum(0, shift + (1 - shift) * difference / (variances + SSIM_STABILISER))
    edge = np.abs(original[:, BLUR_REACH:-BLUR_REACH] - mean)
    decoded_edge = np.abs(decoded[:, BLUR_REACH:-BLUR_REACH] - decoded_mean)
    added = (1 + decoded_edge) / (1 + edge) - 1
    yield np.maximum(0, added)
    yield np.maximum(0, -added)


def _blur(planes: Array) -> Array:
    """Blur planes (3, 4 + H + 4, W) with a Gaussian, by products with a banded matrix: (3, H, W)."""
    rows = planes.shape[1] - 2 * BLUR_REACH
    down = BLUR_MATRIX[:rows, : rows + 2 * BLUR_REACH] @ planes
    width = planes.shape[2]
    out = np.empty_like(down)
    for left in range(0, width, BAND_PIXELS):
        first, last = max(0, left - BLUR_REACH), min(width, left + BAND_PIXELS + BLUR_REACH)
        right = min(width, left + BAND_PIXELS)
        window = BLUR_MATRIX[: right - left, first - left + BLUR_REACH :][:, : last - first]
        out[..., left:right] = down[..., first:last] @ window.T
    return out


def _band_matrix() -> Array:
    """A banded matrix (64, 72): each row holds the taps of the Gaussian, one column further right."""
    taps = np.array([*GAUSSIAN_TAPS[:0:-1], *GAUSSIAN_TAPS], np.float32)
    return np.array([np.pad(taps, (row, BAND_PIXELS - 1 - row)) for row in range(BAND_PIXELS)])


BLUR_MATRIX = _band_matrix()
