"""Whether a cleaner damaged a drawing: its strokes, its hatching, its colours."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt
from skimage.color import deltaE_ciede2000, rgb2lab

from experiments.bench.cleaning_rivals import Cleaner, Picture

INK_CONTRAST = 0.12  # of full scale: strokes are darker than their ground by this much
MAX_STROKE_WIDTH = 0.02  # of the longer side: wider marks are areas
MIN_PAINT = 12  # of 255: pixels that differ less from white are paper
MILLIMETRES_PER_INCH = 25.4
LINE_SHARE = 0.4  # of the pitch is ink


def psnr(first: Picture, second: Picture) -> float:
    """Peak signal-to-noise ratio in decibels, at most 100."""
    error = float(np.mean((first.astype(np.float32) - second.astype(np.float32)) ** 2))
    return 100.0 if error == 0 else min(100.0, 10 * math.log10(255**2 / error))


def find_strokes(picture: Picture) -> NDArray[np.bool_]:
    """Pixels that are darker than the nearest ground, whatever the tone of the paper, (H, W)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    width = max(3, round(MAX_STROKE_WIDTH * max(grey.shape)) | 1)
    ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return np.asarray(ground - grey > INK_CONTRAST)


def stroke_f1(truth: NDArray[np.bool_], cleaned: NDArray[np.bool_], share: float) -> float:
    """F1 of stroke pixels. A pixel is right if the other drawing has a stroke within a share of the longer side.

    Yan, Vanderhaeghe & Gingold, "A Benchmark for Rough Sketch Cleanup", TOG 2020, use 2 to 10 thousandths.
    """
    if not truth.any() and not cleaned.any():
        return 1.0
    reach = share * max(truth.shape)
    near_truth, near_found = (distance_transform_edt(~strokes) <= reach for strokes in (truth, cleaned))
    precision = float(near_truth[cleaned].mean()) if cleaned.any() else 0.0
    recall = float(near_found[truth].mean()) if truth.any() else 0.0
    return 2 * precision * recall / max(1e-9, precision + recall)


def colour_error(truth: Picture, cleaned: Picture, defects: NDArray[np.bool_]) -> float:
    """Mean CIEDE2000 in paint away from defects; nan where there is no paint."""
    where = (truth.min(2) < 255 - MIN_PAINT) & ~binary_dilation(defects, iterations=2)
    return float(deltaE_ciede2000(rgb2lab(truth), rgb2lab(cleaned))[where].mean()) if where.any() else math.nan


def _grating(pitch: float, degrees: float, side: int = 256) -> NDArray[np.floating]:
    """Hatching (side, side) from 0 (ink) to 1 (paper): straight lines every `pitch` pixels."""
    fine = 5
    y, x = np.mgrid[: side * fine, : side * fine].astype(np.float32) / fine
    phase = (x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))) / pitch
    lines = (phase % 1 > LINE_SHARE).astype(np.float32)
    return np.asarray(cv2.resize(lines, (side, side), interpolation=cv2.INTER_AREA))


def _wave_contrast(grey: NDArray[np.floating], pitch: float, degrees: float) -> float:
    """The amplitude of the wave of this pitch and direction, away from the border."""
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    phase = (x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))) * math.tau / pitch
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    return float(np.abs(((grey - grey.mean()) * window * np.exp(-1j * phase)).sum()) / window.sum())


def measure_hatching(cleaner: Cleaner, dpi: float, rng: np.random.Generator) -> list[dict[str, float]]:
    """Clean gratings of 0.2 to 0.5 mm on grainy paper, and measure the share of contrast that remains."""
    results = []
    for millimetres in (0.2, 0.25, 0.3, 0.4, 0.5):
        for degrees in (0, 27, 45, 90):
            pitch, ink = millimetres / MILLIMETRES_PER_INCH * dpi, rng.uniform(0, 0.5)
            lines = ink + (1 - ink) * _grating(pitch, degrees)
            grain = cv2.GaussianBlur(rng.normal(0, 1, lines.shape), (0, 0), 0.7)
            grey = (lines * 0.97 * 255 + 3 * grain / grain.std())[..., None]
            scan = np.repeat(grey.clip(0, 255).round().astype(np.uint8), 3, 2)
            share = _wave_contrast(cleaner(scan).mean(2), pitch, degrees) / _wave_contrast(
                scan.mean(2) / 0.97, pitch, degrees
            )
            results.append({"millimetres": millimetres, "degrees": degrees, "kept": share})
    return results
