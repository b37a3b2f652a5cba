"""The three changes that a denoiser makes to a picture: without grain, without specks, without smudges.

    picture ──┬─►┤Denoiser: specks, grain├─►┤choose_specks├─┬─► marks: filled, or as they were
              │                                             └─► around the marks: grain, without its local mean
              └─►┤reduce├─►┤Denoiser: smudges├─►┤enlarge├────► smudges

Grain has no mean: what a model changes in a picture blurred by four pixels is tone, such as faint pencil, and is taken
back. Smudges are large, so they are read at about 150 dots per inch, the lowest resolution that the model has seen.
"""

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.plane_filters import gaussian_blur, resize_bilinear, shrink_blocks
from pochade.cleaning.speck_choice import MM_PER_INCH, MarkChoice
from pochade.models.model_configs import DenoiserConfig
from pochade.models.runnable_model import RunnableModel

Floats = NDArray[np.float32]
MEAN_SIGMA = 4.0  # pixels: grain keeps the mean over this range
MEAN_STEP = 2  # the mean is computed on a picture so many times smaller
MIN_KNOWN_SHARE = 0.02  # of the surroundings of a pixel that must be outside of marks, to know the mean
SMUDGE_DOTS_PER_MM = 150 / MM_PER_INCH
MAX_SMUDGE_STEP = 4
MIN_RESOLUTION_SHARE = 0.7  # of 150 dots per inch


def predict_damage(
    denoiser: RunnableModel[DenoiserConfig], x: Floats, *, grain: bool, specks: bool, smudges: bool
) -> tuple[Floats, Floats]:
    """Run a denoiser on a picture of any size.

    Args:
        denoiser: The model.
        x: The picture (3, h, w), 0 to 1.
        grain: Whether to remove grain.
        specks: Whether to remove specks.
        smudges: Whether to remove smudges.

    Returns:
        The change to add (3, h, w), and the probability of defects (h, w).
    """
    (height, width), multiple = x.shape[1:], denoiser.config.multiple
    padded = np.pad(x.clip(0, 1), ((0, 0), (0, -height % multiple), (0, -width % multiple)), mode="edge")[None]
    kinds = np.array([smudges, specks, grain], np.float32).reshape(1, 3, 1, 1)
    change, logits = denoiser.run("denoise", padded, np.broadcast_to(kinds, padded.shape))
    return change[0, :, :height, :width], sigmoid(logits[0, 0, :height, :width])


def sigmoid(logits: Floats) -> Floats:
    """The probability for each logit, without overflow."""
    return np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * logits)


def grain_change(change: Floats, choice: MarkChoice) -> Floats:
    """The part of a change that is grain: outside of marks, without its local mean.

    Args:
        change: A denoiser's change (3, h, w).
        choice: The marks of the picture.

    Returns:
        The change of the grain (3, h, w), 0 in marks.
    """
    height, width = change.shape[1:]
    outside = (~choice.marks).astype(np.float32)  # (h, w)
    small = shrink_blocks(np.concatenate([change * outside, outside[None]]), MEAN_STEP)
    blurred = gaussian_blur(small, MEAN_SIGMA / MEAN_STEP)
    means = blurred[:3] / blurred[3].clip(min=MIN_KNOWN_SHARE)
    return (change - _enlarge(means, MEAN_STEP)[:, :height, :width]) * outside


def smudge_step(dots_per_mm: float) -> int:
    """How many times smaller a picture of a resolution is read for smudges: 1, 2 or 4."""
    return next(
        (step for step in (MAX_SMUDGE_STEP, 2) if dots_per_mm / step > MIN_RESOLUTION_SHARE * SMUDGE_DOTS_PER_MM),
        1,
    )


def smudge_change(denoiser: RunnableModel[DenoiserConfig], x: Floats, step: int) -> Floats:
    """The change that removes smudges (3, h, w), read from a picture (3, h, w) that is `step` times smaller."""
    change, _ = predict_damage(denoiser, shrink_blocks(x, step), grain=False, specks=False, smudges=True)
    return _enlarge(change, step)[:, : x.shape[1], : x.shape[2]]


def _enlarge(x: Floats, step: int) -> Floats:
    """Planes (C, h, w) that are `step` times larger."""
    return resize_bilinear(x, (x.shape[1] * step, x.shape[2] * step))
