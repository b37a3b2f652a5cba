"""The light over a page, told from soft shading: light falls off over the whole page, shading is local.

    levels, bare paper ─►┤fit_surface├─► surface ─┬─────────────────────────────────►(+)─► light
                                                  └─►┤local light: brighter, or shadow├─┘

The surface is a cubic polynomial that lies on the brightest bare paper. Faint pencil looks like bare paper, but is
darker than the surface, and is left to the drawing. Bare paper that is brighter than the surface must be lit better,
because pencil never brightens. A shadow at the edge of the page, such as that of a book's spine or of a hand, is too
steep for the surface. It is told from shading by its depth.
"""

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.plane_filters import gaussian_blur, widen_regions
from pochade.analysis.regions import label_regions

Floats = NDArray[np.float32]
MAX_DEGREE = 3  # of the surface in rows and columns together: a lamp's and a lens's fall-off, not more
SCALES = np.geomspace(0.2, 0.003, 60)  # natural logarithm: darker paper counts less and less in the fit
BRIGHT_SCALE = 4.0  # relative to darker paper: how far brighter paper may lie above the surface
GRAIN_SIGMA = 1.5  # pixels of the thumbnail
MIN_WEIGHT = 1e-6  # keeps means finite where no paper is bare
RIDGE = 1e-6  # of a sample's weight: keeps the fit solvable on strips of few rows or columns
ESTIMATE_WEIGHT = 0.002  # of the model's estimate, relative to bare paper: holds the surface where no paper is bare
SHADOW_DEPTH = 0.1  # natural logarithm: a place at the edge of the page that is so much darker lies in a shadow
SHADOW_REACH = 8  # pixels of the thumbnail: how far the soft rim of a shadow goes beyond that depth
RIM_SIGMA = 2.0  # pixels of the thumbnail: how softly a shadow ends


def tell_light(levels: Floats, bare: Floats, estimate: Floats, local: Floats) -> Floats:
    """Tell the light on a page from soft shading.

    Args:
        levels: The page (h, w, 3), as natural logarithms.
        bare: How much each pixel counts as bare paper (h, w), 0 to 1.
        estimate: The model's estimate of the light (h, w, 3), as natural logarithms.
        local: The level of bare paper and faint tone near each pixel (h, w, 3), as natural logarithms.

    Returns:
        The light (h, w, 3), as natural logarithms.
    """
    surface = fit_surface(levels, bare, estimate)
    difference = local - surface
    shadow = find_edge_shadow(difference.mean(2))[..., None]
    return np.asarray(surface + difference.clip(min=0) + shadow * difference.clip(max=0), np.float32)


def fit_surface(levels: Floats, bare: Floats, estimate: Floats) -> Floats:
    """Fit a polynomial to the brightest bare paper of a page; the arguments are those of `tell_light`."""
    basis = _polynomials(levels.shape[:2])  # (h * w, n)
    samples, weights = _without_grain(levels, bare).reshape(-1, 3), bare.reshape(-1)
    held = basis.T @ basis * ESTIMATE_WEIGHT + RIDGE * len(basis) * np.eye(basis.shape[1])
    pull = basis.T @ estimate.reshape(-1, 3) * ESTIMATE_WEIGHT
    trust = np.ones_like(weights)
    for scale in SCALES:
        weighted = basis * (weights * trust)[:, None]
        surface = basis @ np.linalg.solve(weighted.T @ basis + held, weighted.T @ samples + pull)
        excess = (samples - surface).min(1) / scale  # pale colours darken one channel only
        trust = (1 + np.where(excess > 0, excess / BRIGHT_SCALE, excess) ** 2) ** -2
    return np.asarray(surface.reshape(levels.shape), np.float32)


def _without_grain(levels: Floats, bare: Floats) -> Floats:
    """The mean of bare paper around each pixel (h, w, 3): a fit to the brightest grains would lie above the paper."""
    weight = bare[..., None]
    planes = np.concatenate([levels * weight, weight], 2).transpose(2, 0, 1)
    means = gaussian_blur(planes, GRAIN_SIGMA)
    return (means[:3] / (means[3] + MIN_WEIGHT)).transpose(1, 2, 0)


def _polynomials(size: tuple[int, ...]) -> NDArray[np.float64]:
    """All products of powers of rows and columns up to the highest degree, (h * w, n)."""
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, side) for side in size[:2]), indexing="ij")
    powers = [(i, j) for i in range(MAX_DEGREE + 1) for j in range(MAX_DEGREE + 1 - i)]
    return np.stack([(rows**i * columns**j).ravel() for i, j in powers], 1)


def find_edge_shadow(difference: Floats) -> Floats:
    """Find shadows at the edge of a page.

    Args:
        difference: How much brighter than the surface each place is (h, w), as natural logarithms.

    Returns:
        1 in a shadow, 0 elsewhere, and between at its rim (h, w).
    """
    labels = label_regions(difference < -SHADOW_DEPTH).labels
    at_edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    shadow = widen_regions(np.isin(labels, at_edge[at_edge > 0]), SHADOW_REACH)
    return gaussian_blur(shadow.astype(np.float32)[None], RIM_SIGMA)[0]
