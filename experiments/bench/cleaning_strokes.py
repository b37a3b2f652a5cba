"""Whether a cleaner damaged the drawing: its strokes, its hatching, its colours."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt
from skimage.color import deltaE_ciede2000, rgb2lab

from experiments.bench.cleaning_rivals import Cleaner, Picture

INK = 0.12  # of full scale: a stroke is so much darker than the ground about it
GROUND = 0.02  # of the longer side: what is wider is an area, not a stroke
PAINT = 12  # of 255: what differs less from white is paper
INCH = 25.4  # millimetres
WIDTH = 0.4  # of the pitch: a hatching line


def psnr(one: Picture, other: Picture) -> float:
    """Peak signal to noise in decibels; 100 where nothing differs."""
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return 100.0 if error == 0 else min(100.0, 10 * math.log10(255**2 / error))


def strokes(picture: Picture) -> NDArray[np.bool_]:
    """Where the pen went: what is darker than the nearest ground, as the eye sees it, whatever the paper's tone."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    width = max(3, round(GROUND * max(grey.shape)) | 1)
    ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return np.asarray(ground - grey > INK)


def agreement(truth: NDArray[np.bool_], found: NDArray[np.bool_], share: float) -> float:
    """F1 of stroke pixels, each right when the other drawing has one within that share of the longer side.

    Yan, Vanderhaeghe & Gingold, "A Benchmark for Rough Sketch Cleanup", TOG 2020, who count so at 2 to 10 thousandths.
    """
    if not truth.any() and not found.any():
        return 1.0
    reach = share * max(truth.shape)
    near_truth, near_found = (distance_transform_edt(~each) <= reach for each in (truth, found))
    precision = float(near_truth[found].mean()) if found.any() else 0.0
    recall = float(near_found[truth].mean()) if truth.any() else 0.0
    return 2 * precision * recall / max(1e-9, precision + recall)


def colour_error(truth: Picture, found: Picture, defects: NDArray[np.bool_]) -> float:
    """Mean CIEDE2000 in paint away from defects; nan where there is none."""
    where = (truth.min(2) < 255 - PAINT) & ~binary_dilation(defects, iterations=2)
    return float(deltaE_ciede2000(rgb2lab(truth), rgb2lab(found))[where].mean()) if where.any() else math.nan


def grating(pitch: float, degrees: float, side: int = 256) -> NDArray[np.floating]:
    """Hatching, (side, side) from 0 (ink) to 1 (paper): straight lines every `pitch` pixels."""
    fine = 5
    y, x = np.mgrid[: side * fine, : side * fine].astype(np.float32) / fine
    phase = (x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))) / pitch
    lines = (phase % 1 > WIDTH).astype(np.float32)
    return np.asarray(cv2.resize(lines, (side, side), interpolation=cv2.INTER_AREA))


def contrast(grey: NDArray[np.floating], pitch: float, degrees: float) -> float:
    """The strength of the wave of that pitch and direction, away from the border."""
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    phase = (x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))) * math.tau / pitch
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    return float(np.abs(((grey - grey.mean()) * window * np.exp(-1j * phase)).sum()) / window.sum())


def hatching_kept(cleaned: Cleaner, dpi: float, chance: np.random.Generator) -> list[dict[str, float]]:
    """Of gratings of 0.2 to 0.5 mm on grainy paper: the share of the contrast that is left."""
    found = []
    for millimetres in (0.2, 0.25, 0.3, 0.4, 0.5):
        for degrees in (0, 27, 45, 90):
            pitch, ink = millimetres / INCH * dpi, chance.uniform(0, 0.5)
            lines = ink + (1 - ink) * grating(pitch, degrees)
            grain = cv2.GaussianBlur(chance.normal(0, 1, lines.shape), (0, 0), 0.7)
            grey = (lines * 0.97 * 255 + 3 * grain / grain.std())[..., None]
            scan = np.repeat(grey.clip(0, 255).round().astype(np.uint8), 3, 2)
            kept = contrast(cleaned(scan).mean(2), pitch, degrees) / contrast(scan.mean(2) / 0.97, pitch, degrees)
            found.append({"millimetres": millimetres, "degrees": degrees, "kept": kept})
    return found
