"""Keypoints, by which pictures are laid on each other whatever was cut off, added around them, turned or mirrored.

Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 2004; compared by the Hellinger kernel:
Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012.
"""

from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.affine import Affine

MAX_KEYPOINTS = 400
CONTRAST_THRESHOLD = 0.012  # of the differences of Gaussians; drawings have flat areas and weak edges
BORDER = 8  # pixels added around the picture, since subjects often touch its border
MAX_RATIO = 0.85  # of the distances to the best and the second best match
SURE_DISTANCE = 0.35  # of unit descriptors, below which the second best doesn't matter: drawings repeat themselves
MIN_MATCHES = 4
MAX_ERROR = 3.0  # pixels, of a match that agrees with a map
MAX_TRIES = 500  # of random samples
MIN_SCALE, MAX_SCALE = 0.2, 5.0


class Keypoints(NamedTuple):
    """The keypoints of a picture."""

    places: NDArray[np.float32]  # (n, 2), x and y in pixels
    descriptors: NDArray[np.float32]  # (n, 128), of unit length

    def mirror(self, width: int) -> "Keypoints":
        """The keypoints of the mirrored picture, which is `width` pixels wide."""
        places = np.column_stack([width - 1 - self.places[:, 0], self.places[:, 1]]).astype(np.float32)
        cells = self.descriptors.reshape(-1, 4, 4, 8)  # rows and columns of cells, directions in steps of 45 degrees
        flipped = cells[:, ::-1][..., [0, 7, 6, 5, 4, 3, 2, 1]]
        return Keypoints(places, np.ascontiguousarray(flipped.reshape(-1, 128)))


class KeypointMatch(NamedTuple):
    """A map from the first picture to the second, and how many keypoints agree with it."""

    matrix: Affine
    agreeing: int


@cache
def _detector() -> Any:
    return cv2.SIFT.create(MAX_KEYPOINTS, contrastThreshold=CONTRAST_THRESHOLD)


def find_keypoints(grey: NDArray[np.uint8]) -> Keypoints:
    """Find the keypoints of a grey picture (h, w)."""
    framed = cv2.copyMakeBorder(grey, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_REPLICATE)
    keypoints, counts = _detector().detectAndCompute(framed, None)
    if counts is None:
        return Keypoints(np.empty((0, 2), np.float32), np.empty((0, 128), np.float32))
    places = np.array([point.pt for point in keypoints], np.float32) - BORDER
    roots = np.sqrt(counts / np.maximum(counts.sum(1, keepdims=True), 1e-6))
    return Keypoints(places, roots.astype(np.float32))


def match_keypoints(first: Keypoints, second: Keypoints) -> KeypointMatch | None:
    """Find the shift, turn and scale that lays most keypoints of one picture on equal ones of another."""
    if min(len(first.places), len(second.places)) < MIN_MATCHES:
        return None
    rows, partners = _match_descriptors(first.descriptors, second.descriptors)
    if len(rows) < MIN_MATCHES:
        return None
    cv2.setRNGSeed(0)  # the same answer every time
    matrix, agrees = cv2.estimateAffinePartial2D(
        first.places[rows], second.places[partners], ransacReprojThreshold=MAX_ERROR, maxIters=MAX_TRIES
    )
    if matrix is None or not MIN_SCALE < np.hypot(matrix[0, 0], matrix[1, 0]) < MAX_SCALE:
        return None
    return KeypointMatch(matrix.astype(np.float64), int(agrees.sum()))


def _match_descriptors(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[Any, Any]:
    """The rows of the first descriptors that have an unambiguous partner, and the rows of their partners."""
    products = first @ second.T
    partners = products.argmax(1)
    rows = np.arange(len(first))
    nearest = _distance(products[rows, partners])
    products[rows, partners] = -1
    is_clear = (nearest < MAX_RATIO * _distance(products.max(1))) | (nearest < SURE_DISTANCE)
    return rows[is_clear], partners[is_clear]


def _distance(products: NDArray[np.float32]) -> NDArray[np.float32]:
    """The distances of unit vectors with these products."""
    distances: NDArray[np.float32] = np.sqrt(np.maximum(2 - 2 * products, 1e-9))
    return distances
