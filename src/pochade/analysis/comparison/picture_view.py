"""What comparing needs of a picture, computed once: its colours, its edges, its subject and its keypoints."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.keypoints import Keypoints, find_keypoints
from pochade.analysis.comparison.planes import Plane, blur, blur_evenly, shrink, slopes
from pochade.images.geometry.letterbox import Box, subject_box

VIEW_SIDE = 256  # pixels of the longer side
COARSE_SHARE = 0.375  # size of the coarse map of edges
MIN_SIDE = 8  # pixels
LAB_SCALE = np.array([100 / 255, 1, 1], np.float32)  # from OpenCV's 8-bit CIELAB
EDGE_BLUR, COARSE_BLUR = 1.0, 1.2  # pixels
NEIGHBOURHOOD = 25  # pixels, by whose mean the strength of edges is normalised, so that faint lines count too
MAX_RELATIVE_EDGE = 6.0
MEAN_SHARE, MIN_DIVISOR = 0.3, 0.05  # added to the neighbourhood's mean, so that noise on empty paper isn't enlarged
MAX_CORNERS, CORNER_DISTANCE = 150, 5  # counted, the clearest first; pixels between two
MIN_CORNER_QUALITY = 0.03  # relative to the clearest corner
SYMMETRY_SIDE = 48  # pixels
COLOUR_STEPS = np.array([12.5, 16, 16], np.float32)  # CIELAB units between colours that are clearly different
MIN_COLOUR_SHARE = 0.005  # of the picture's pixels

Colours = NDArray[np.float32]  # (h, w, 3): L from 0 to 100, a and b from -128 to 127
Bytes = NDArray[np.uint8]


class PictureView:
    """A picture as it is compared.

    Args:
        pixels: (H, W, 3) uint8, sRGB.
        side: Pixels of the longer side to which it is resized.
    """

    def __init__(self, pixels: Bytes, side: int = VIEW_SIDE) -> None:
        self.pixels = _fit(pixels, side)
        self.height, self.width = self.pixels.shape[:2]
        self.scale = max(self.height, self.width) / max(pixels.shape[:2])  # of the view relative to the picture

    @cached_property
    def lab(self) -> Colours:
        """The colours in CIELAB."""
        levels = cv2.cvtColor(self.pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
        return (levels - np.array([0, 128, 128], np.float32)) * LAB_SCALE

    @cached_property
    def gradient(self) -> Plane:
        """The difference of neighbouring colours in CIELAB units per pixel."""
        return slopes(blur(self.lab, EDGE_BLUR))

    @cached_property
    def edges(self) -> Plane:
        """The gradient relative to that of the neighbourhood, 0 to 6."""
        around = blur_evenly(self.gradient, NEIGHBOURHOOD) + MEAN_SHARE * float(self.gradient.mean()) + MIN_DIVISOR
        return np.minimum(self.gradient / around, np.float32(MAX_RELATIVE_EDGE))

    @cached_property
    def coarse_edges(self) -> Plane:
        """The edges, blurred and in 3 eighths of the size."""
        width, height = (max(4, round(length * COARSE_SHARE)) for length in (self.width, self.height))
        return blur(shrink(self.edges, width, height), COARSE_BLUR)

    @cached_property
    def corners(self) -> NDArray[np.float32]:
        """The corners (n, 2), x and y in pixels, the clearest first."""
        grey = cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY)
        corners = cv2.goodFeaturesToTrack(grey, MAX_CORNERS, MIN_CORNER_QUALITY, CORNER_DISTANCE)
        return np.empty((0, 2), np.float32) if corners is None else np.asarray(corners, np.float32).reshape(-1, 2)

    @cached_property
    def symmetry(self) -> float:
        """How well the edges of the subject correlate with themselves, turned or mirrored at best: -1 to 1."""
        x, y, width, height = self.subject
        edges = shrink(self.edges[y : y + height, x : x + width], SYMMETRY_SIDE, SYMMETRY_SIDE)
        flat = edges - edges.mean()
        norm = float((flat * flat).sum()) + 1e-6
        turned = [np.rot90(flat, turn) for turn in range(4)]
        others = [*turned[1:], *(plane[:, ::-1] for plane in turned)]
        return max(float((flat * other).sum()) / norm for other in others)

    @cached_property
    def colour_count(self) -> int:
        """How many clearly different colours the picture has."""
        light, red, yellow = np.floor(self.lab / COLOUR_STEPS).astype(np.int32).transpose(2, 0, 1)
        _, counts = np.unique((light * 64 + red) * 64 + yellow, return_counts=True)  # each is from -32 to 31
        return int((counts >= MIN_COLOUR_SHARE * self.height * self.width).sum())

    @cached_property
    def subject(self) -> Box:
        """The box around what is drawn."""
        return subject_box(self.pixels)

    @cached_property
    def keypoints(self) -> Keypoints:
        """The keypoints."""
        return find_keypoints(np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY), np.uint8))

    @cached_property
    def mirrored_keypoints(self) -> Keypoints:
        """The keypoints of the mirrored picture."""
        return self.keypoints.mirror(self.width)


def _fit(pixels: Bytes, side: int) -> Bytes:
    """Shrink or enlarge a picture until its longer side has this many pixels."""
    scale = side / max(pixels.shape[:2])
    height, width = (max(MIN_SIDE, round(length * scale)) for length in pixels.shape[:2])
    if (height, width) == pixels.shape[:2]:
        return np.ascontiguousarray(pixels)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=interpolation), np.uint8)
