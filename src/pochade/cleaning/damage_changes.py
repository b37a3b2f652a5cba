"""The three changes that a denoiser makes to a picture: without grain, without specks, without smudges.

    picture ──┬─►┤Denoiser: specks, grain├─►┤choose_specks├─┬─► marks: filled, or as they were
              │                                             └─► around the marks: grain, without its local mean
              └─►┤reduce├─►┤Denoiser: smudges├─►┤enlarge├────► smudges

Grain has no mean: what a model changes in a picture blurred by four pixels is tone, such as faint pencil, and is taken
back. Smudges are large, so they are read at about 150 dots per inch, the lowest resolution that the model has seen.
"""

import torch
from torch import Tensor
from torch.nn import functional

from pochade.cleaning.speck_choice import MM_PER_INCH, MarkChoice
from pochade.images.geometry.gaussian_blur import gaussian_blur
from pochade.models.denoiser import Denoiser

MEAN_SIGMA = 4.0  # pixels: grain keeps the mean over this range
MEAN_STEP = 2  # the mean is computed on a picture so many times smaller
MIN_KNOWN_SHARE = 0.02  # of the surroundings of a pixel that must be outside of marks, to know the mean
SMUDGE_DOTS_PER_MM = 150 / MM_PER_INCH
MAX_SMUDGE_STEP = 4
MIN_RESOLUTION_SHARE = 0.7  # of 150 dots per inch


@torch.inference_mode()
def predict_damage(denoiser: Denoiser, x: Tensor, *, grain: bool, specks: bool, smudges: bool) -> tuple[Tensor, Tensor]:
    """Run a denoiser on a picture of any size.

    Args:
        denoiser: The model.
        x: The picture (1, 3, h, w), 0 to 1.
        grain: Whether to remove grain.
        specks: Whether to remove specks.
        smudges: Whether to remove smudges.

    Returns:
        The change to add (1, 3, h, w), and the probability of defects (1, 1, h, w).
    """
    height, width = x.shape[2:]
    multiple = denoiser.config.multiple
    padded = functional.pad(x.clamp(0, 1), (0, -width % multiple, 0, -height % multiple), mode="replicate")
    conditioning = torch.tensor([smudges, specks, grain]).float().view(1, 3, 1, 1).expand(-1, -1, *padded.shape[2:])
    change, logits = denoiser(padded, conditioning)
    return change[:, :, :height, :width], torch.sigmoid(logits[:, :, :height, :width])


def grain_change(change: Tensor, choice: MarkChoice) -> Tensor:
    """The part of a change that is grain: outside of marks, without its local mean.

    Args:
        change: A denoiser's change (1, 3, h, w).
        choice: The marks of the picture.

    Returns:
        The change of the grain (1, 3, h, w), 0 in marks.
    """
    outside = (~choice.marks).float()
    stacked = torch.cat([change * outside, outside], 1)
    small = functional.avg_pool2d(stacked, MEAN_STEP, ceil_mode=True, count_include_pad=False)
    blurred = gaussian_blur(small, MEAN_SIGMA / MEAN_STEP)
    means = blurred[:, :3] / blurred[:, 3:].clamp(min=MIN_KNOWN_SHARE)
    large = functional.interpolate(means, scale_factor=MEAN_STEP, mode="bilinear", align_corners=False)
    return (change - large[:, :, : change.shape[2], : change.shape[3]]) * outside


def smudge_step(dots_per_mm: float) -> int:
    """How many times smaller a picture of a resolution is read for smudges: 1, 2 or 4."""
    return next(
        (step for step in (MAX_SMUDGE_STEP, 2) if dots_per_mm / step > MIN_RESOLUTION_SHARE * SMUDGE_DOTS_PER_MM),
        1,
    )


def smudge_change(denoiser: Denoiser, x: Tensor, step: int) -> Tensor:
    """The change that removes smudges (1, 3, h, w), read from a picture (1, 3, h, w) that is `step` times smaller."""
    height, width = x.shape[2:]
    small = functional.avg_pool2d(x, step, ceil_mode=True, count_include_pad=False)
    change, _ = predict_damage(denoiser, small, grain=False, specks=False, smudges=True)
    if step == 1:
        return change
    large = functional.interpolate(change, scale_factor=step, mode="bilinear", align_corners=False)
    return large[:, :, :height, :width]
