"""Connected regions of masks, with their boxes and areas."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Integers

_LEFT, _TOP, _WIDTH, _HEIGHT, _AREA = range(5)  # columns of OpenCV's statistics


class Regions(NamedTuple):
    """The connected regions of a mask. Region number i has the label i + 1."""

    labels: Integers  # (H, W), 0 outside of all regions
    boxes: Integers  # (R, 4): top, left, height and width of each region in pixels
    areas: Integers  # (R,), pixels


def label_regions(mask: NDArray[np.bool_]) -> Regions:
    """Find the connected regions of a mask; pixels that touch at a corner are connected.

    Args:
        mask: (H, W).
    """
    _, *arrays, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    labels, stats = (np.asarray(array, np.int32) for array in arrays)
    return Regions(labels, stats[1:, [_TOP, _LEFT, _HEIGHT, _WIDTH]], stats[1:, _AREA])


def regions_inside(mask: NDArray[np.bool_], border_share: float) -> NDArray[np.bool_]:
    """Leave out the regions that lie along the border of the picture.

    Args:
        mask: (H, W).
        border_share: A region is left out if it covers at least this share of any of the four edges.

    Returns:
        The mask of the other regions, (H, W).
    """
    labels = label_regions(mask).labels
    outside = [0]
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside += [label for label, count in enumerate(np.bincount(edge)) if count >= border_share * len(edge)]
    return np.asarray(~np.isin(labels, outside))
