"""The loss of codes: each piece redrawn as well as the bits allow."""

import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch
from pochade.models.sketch_model import SketchVAE, coding_loss, rounded
from pochade.training.augment.augmentations import recomposed

PRICE = 6e-4  # nats for a bit: what one more saves of the squared error, at about 2,000 bits
JITTER = 0.1  # deviation of the steps' logarithm, so that the decoder learns what lies between


def rate_distortion_loss(net: SketchVAE, pictures: Tensor, frames: Tensor) -> Tensor:
    """One number: the mean logarithm of the squared errors, and the price of the bits, in nats.

    Args:
        net: The net that learns.
        pictures: Sources (B, 3, S, S) in [0, 1].
        frames: Their widths and heights (B, 2), as parts of S.
    """
    with pictures.device:
        x = recomposed(LetterboxedBatch(pictures, frames), net.config.side).contiguous(
            memory_format=torch.channels_last
        )
    latents = net.encode(x)
    log_steps = net.fair_log_steps(latents)
    log_steps = log_steps + JITTER * torch.randn_like(log_steps)
    steps = log_steps.exp().view(-1, 1, 1, 1)
    numbers = rounded(latents * steps)
    drawn = net.decode(numbers / steps, log_steps)
    errors = (drawn - x[:, :3]).square().flatten(1).mean(1)
    return coding_loss(net.bits(numbers, log_steps), errors, PRICE)
