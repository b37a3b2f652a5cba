"""Which of the marks that the denoiser would remove are specks, and which are drawn and stay.

    picture, change, defects ─►┤find_marks├─►┤measure_marks├─►┤sureness├─► specks to fill, marks to give back

The denoiser knows neither millimetres nor whether a dot is one of many, so each mark is judged as a whole. It is drawn
if it is too large, if ink about as dark is near it, or if other marks near it are alike: the dot of an i, a point, an
equals sign, stipple and freckles stay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.mark_features import MarkFeatures, measure_marks
from pochade.analysis.plane_filters import widen_regions

Floats = NDArray[np.float32]

MM_PER_INCH = 25.4
USUAL_DPI = 200.0  # assumed if a scan states no resolution; a low one, so that fewer marks count as small
LARGEST_SPECK = 1.0  # millimetres; larger marks stay unless a person says otherwise
BORDER = 1  # pixels by which a mark is found wider on each side, because marks have soft edges
MIN_SURENESS = 0.3  # probability from which a mark is removed at full strength; at lower strengths it must be higher
MIN_REMOVED_SHARE = 0.5  # share of a mark's contrast that the denoiser must have removed
MIN_CHANGE = 0.08  # share of white: stronger changes are marks, even where the model finds no defect
INK_MM = 1.5  # a mark belongs to ink that is so near and about as dark
MIN_INK_SHARE, MAX_INK_SHARE = 0.5, 3.0  # of the mark's contrast, that ink has that is about as dark
FAR_MM, MIN_FAR_SHARE, MAX_FAR_SHARE = 4.0, 0.7, 1.4  # further away, the ink must be as dark as the mark: dust is paler
ALIKE_MM, MIN_ALIKE = 5.0, 3  # a mark is drawn if so many others within such a distance are like it


@dataclass(frozen=True)
class SpeckRule:
    """Which marks may be specks."""

    dots_per_mm: float = USUAL_DPI / MM_PER_INCH
    largest: float = LARGEST_SPECK  # millimetres
    mask: NDArray[np.bool_] | None = None  # (H, W) of the whole picture: a person's choice, which decides alone


@dataclass(frozen=True)
class MarkChoice:
    """What becomes of the marks of a picture."""

    marks: NDArray[np.bool_]  # (h, w): all marks, which the grain's change must leave alone
    sureness: Floats  # (h, w), 0 to 1: how sure it is that a removed mark is a speck; 0 where nothing is removed


def choose_specks(x: Floats, change: Floats, defect: Floats, strength: float, rule: SpeckRule) -> MarkChoice:
    """Choose the marks to remove.

    Args:
        x: The picture (3, h, w), 0 to 1.
        change: The change that the denoiser would add, (3, h, w).
        defect: The predicted probability of a defect, (h, w).
        strength: 0 to 1: how unsure a mark may be that is removed; at 0 none is.
        rule: Which marks may be specks; its mask is not used here.
    """
    marks = find_marks(change, defect)
    if not strength or not marks.any():
        return MarkChoice(marks, np.zeros_like(defect))
    features = measure_marks(x, x + change, marks, rule.dots_per_mm, ink_mm=INK_MM, far_mm=FAR_MM, alike_mm=ALIKE_MM)
    sureness = _sureness(features, defect, rule)
    sureness[sureness < 1 - (1 - MIN_SURENESS) * strength] = 0
    levels = np.concatenate([np.zeros(1, np.float32), sureness])[features.regions.labels]  # (h, w)
    return MarkChoice(marks, levels)


def find_marks(change: Floats, defect: Floats) -> NDArray[np.bool_]:
    """Find every mark that the denoiser changes, (h, w), wider by its border.

    Args:
        change: The change that the denoiser would add, (3, h, w).
        defect: The predicted probability of a defect, (h, w).
    """
    return widen_regions((np.abs(change).max(0) > MIN_CHANGE) | (defect > MIN_SURENESS), BORDER)


def _sureness(features: MarkFeatures, defect: Floats, rule: SpeckRule) -> Floats:
    """How sure it is that each mark is a speck: the highest probability in it, or 0 for marks that are drawn, (M,)."""
    probability = np.zeros(len(features.lengths) + 1, np.float32)
    np.maximum.at(probability, features.regions.labels.ravel(), defect.ravel())
    lengths = features.lengths - 2 * BORDER / rule.dots_per_mm
    is_drawn = (lengths > rule.largest) | (features.removed < MIN_REMOVED_SHARE)
    contrasts = np.abs(features.contrasts)
    is_drawn |= (features.near_ink > MIN_INK_SHARE * contrasts) & (features.near_ink < MAX_INK_SHARE * contrasts)
    is_drawn |= (features.far_ink > MIN_FAR_SHARE * contrasts) & (features.far_ink < MAX_FAR_SHARE * contrasts)
    is_drawn |= features.alike >= MIN_ALIKE
    return np.where(is_drawn, np.float32(0), probability[1:])
