"""Which of the marks that the denoiser would remove are specks, and which are drawn and stay.

    picture, change, defects ─►┤find_marks├─►┤measure_marks├─►┤MarkClassifier├─► specks to fill, marks to give back

The denoiser knows neither millimetres nor whether a dot is one of many, so each mark is judged as a whole, by a model
that sees its size, its tone, what is near it and what is like it: the dot of an i, a point, an equals sign, stipple and
freckles stay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.mark_features import BORDER, MarkFeatures, measure_marks
from pochade.analysis.plane_filters import widen_regions
from pochade.models.mark_classifier import MarkClassifier

Floats = NDArray[np.float32]

MM_PER_INCH = 25.4
USUAL_DPI = 200.0  # assumed if a scan states no resolution; a low one, so that fewer marks count as small
LARGEST_SPECK = 1.0  # millimetres; larger marks stay unless a person says otherwise
MIN_SURENESS = 0.5  # from which a mark is removed at full strength; at lower strengths it must be higher
MIN_DEFECT = 0.3  # probability of a defect from which a pixel belongs to a mark
MIN_CHANGE = 0.08  # share of white: stronger changes are marks, even where the model finds no defect


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


def choose_specks(
    classifier: MarkClassifier, x: Floats, change: Floats, defect: Floats, strength: float, rule: SpeckRule
) -> MarkChoice:
    """Choose the marks to remove.

    Args:
        classifier: Says how sure it is that marks are specks.
        x: The picture (3, h, w), 0 to 1.
        change: The change that the denoiser would add, (3, h, w).
        defect: The predicted probability of a defect, (h, w).
        strength: 0 to 1: how unsure a mark may be that is removed; at 0 none is.
        rule: Which marks may be specks; its mask is not used here.
    """
    marks = find_marks(change, defect)
    if not strength or not marks.any():
        return MarkChoice(marks, np.zeros_like(defect))
    features = measure_marks(x, x + change, defect, marks, rule.dots_per_mm)
    sureness = classifier.sureness(features.table)
    sureness[(sureness < 1 - (1 - MIN_SURENESS) * strength) | _is_too_large(features, rule)] = 0
    levels = np.concatenate([np.zeros(1, np.float32), sureness])[features.regions.labels]  # (h, w)
    return MarkChoice(marks, levels)


def find_marks(change: Floats, defect: Floats) -> NDArray[np.bool_]:
    """Find every mark that the denoiser changes, (h, w), wider by its border.

    Args:
        change: The change that the denoiser would add, (3, h, w).
        defect: The predicted probability of a defect, (h, w).
    """
    return widen_regions((np.abs(change).max(0) > MIN_CHANGE) | (defect > MIN_DEFECT), BORDER)


def _is_too_large(features: MarkFeatures, rule: SpeckRule) -> NDArray[np.bool_]:
    """Whether each mark is larger than a speck may be, (M,)."""
    return features.lengths > rule.largest
