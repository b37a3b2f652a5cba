"""The rate-distortion loss of the sketch model: reconstruct pictures as well as possible with few bits."""

import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch
from pochade.models.sketch_model import SketchVAE
from pochade.training.augment.augmentations import recompose
from pochade.training.augment.random_numbers import RandomNumbers

NATS_PER_BIT = 6e-4  # the rate's weight: at about 2,000 bits, one more lowers the log of the squared error by this much
LOG_STEP_JITTER = 0.1  # standard deviation of the noise on log-steps, so that the decoder learns steps of all sizes
MIN_SQUARED_ERROR = 1e-5  # keeps the logarithm finite


def rate_distortion_loss(model: SketchVAE, pictures: Tensor, frames: Tensor) -> Tensor:
    """The loss of one batch: distortion plus weighted rate, in nats.

    Args:
        model: The model in training.
        pictures: Letterboxed pictures (B, 3, S, S) in [0, 1].
        frames: Widths and heights of the pictures (B, 2), as shares of S.

    Returns:
        A scalar.
    """
    random = RandomNumbers.from_torch(pictures.device)
    x = recompose(LetterboxedBatch(pictures, frames), model.config.side, random)
    x = x.contiguous(memory_format=torch.channels_last)
    latents = model.encode(x)
    log_steps = model.balanced_log_steps(latents)
    log_steps = log_steps + random.normal(log_steps.shape, LOG_STEP_JITTER)
    steps = log_steps.exp().view(-1, 1, 1, 1)
    quantised = round_straight_through(latents * steps)
    reconstruction = model.decode(quantised / steps, log_steps)
    errors = (reconstruction - x[:, :3]).square().flatten(1).mean(1)  # (B,)
    return rate_distortion(model.bits(quantised, log_steps), errors, NATS_PER_BIT)


def rate_distortion(bits: Tensor, errors: Tensor, nats_per_bit: float) -> Tensor:
    """Distortion plus weighted rate: the logarithm of the mean squared error plus the cost of the bits, averaged.

    Up to a factor and a constant, the logarithm is the negative log-likelihood with the best variance for each picture
    (Rybkin, Daniilidis & Levine,
    "Simple and Effective VAE Training with Calibrated Decoders", ICML 2021), and the negative PSNR.

    Args:
        bits: Length of each sketch (B,).
        errors: Mean squared error of each picture (B,), with pixels in [0, 1].
        nats_per_bit: The weight of a bit.

    Returns:
        A scalar.
    """
    return ((errors + MIN_SQUARED_ERROR).log() + nats_per_bit * bits).mean()


def round_straight_through(latents: Tensor) -> Tensor:
    """Round to whole numbers; the gradient passes as if nothing had been rounded (straight-through estimator).

    Learned compression usually adds uniform noise in training instead. That would charge bits for latents that are
    zero, and here nearly all of them are.
    """
    return latents + (latents.round() - latents).detach()
