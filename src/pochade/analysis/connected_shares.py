"""How much of a picture comes from one source in one connected region."""

import numpy as np
from scipy import ndimage

from pochade.analysis.arrays import Integers

NOBODY = -1  # the source of bare paper
EDGE_NEIGHBOURS = ndimage.generate_binary_structure(2, 1)


def largest_connected_shares(sources: Integers, count: int) -> list[float]:
    """Measure the largest connected region of each source, as a share of all that has a source.

    Args:
        sources: (H, W), the source of each place, from 0; -1 for bare paper, which has none.
        count: The number of sources.

    Returns:
        A share from 0 to 1 for each source.
    """
    total = max(1, int((sources != NOBODY).sum()))
    return [_largest_region(sources == source) / total for source in range(count)]


def _largest_region(mask: Integers) -> int:
    regions, count = ndimage.label(mask, EDGE_NEIGHBOURS)
    return int(np.bincount(regions.ravel())[1:].max()) if count else 0
