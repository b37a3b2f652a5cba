"""The prior of sketches: how likely each quantised latent is, given those decoded before it.

The latents are decoded in groups of channels, coarse before fine, and each group in two halves, the black and the white
squares of a checkerboard. Decoded latents predict the next ones: an edge continues, blank paper stays blank. This is a
channel-conditional checkerboard context model (He et al., "ELIC", CVPR 2022, after Minnen, Ballé & Toderici, "Joint
Autoregressive and Hierarchical Priors", NeurIPS 2018).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.models.sketch_parts import CONTEXT_GAIN, sketch_parts

MIN_SCALE = 0.08  # of a Laplace distribution, in steps: narrower ones save nothing and punish errors too hard
MAX_BITS = 40.0  # of one latent: bounds the cost of an outlier
MIN_PROBABILITY = 1e-9  # keeps the logarithm finite


class Laplace(NamedTuple):
    """One Laplace distribution for each latent."""

    means: Tensor  # in steps
    log_scales: Tensor  # natural logarithm of the scale in steps

    def bits(self, quantised: Tensor) -> Tensor:
        """The cost of each quantised latent in bits, of the same shape."""
        return laplace_bits(quantised - self.means, self.log_scales.exp())


class SketchPrior(nn.Module):
    """Quantised latents to the distribution of each one, given those decoded before it.

        coarser groups, compressed     ──►──┐
        same group, first half         ──►──┼──►──┤`nets`[group]├──► mean and log-scale of each latent of one part
        log steps, which half          ──►──┘

    Each of `nets` is a 3x3 convolution, ReLU and a 1x1 convolution. Large values are compressed by the logarithm.
    `embedding/integer_prior.py` evaluates the same networks in integers.

    Args:
        groups: Channels of each group.
        hidden: Feature maps between the two convolutions.
        log_scales: Initial natural logarithms of the latents' scales at one step per unit (D,).
    """

    def __init__(self, groups: tuple[int, ...], hidden: int, log_scales: Tensor) -> None:
        super().__init__()
        self.groups = groups
        self.nets = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(sum(groups[: number + 1]) + 2, hidden, 3, 1, 1),
                nn.ReLU(inplace=True),
                zero_initialise(nn.Conv2d(hidden, 2 * width, 1)),
            )
            for number, width in enumerate(groups)
        )
        self.small_log_scales = nn.Parameter(log_scales / CONTEXT_GAIN)  # divided, so that they learn as fast as `nets`

    def forward(self, quantised: Tensor, log_steps: Tensor) -> Laplace:
        """Compute the distribution of every latent.

        Args:
            quantised: Whole numbers (B, D, h, w).
            log_steps: Natural logarithm of the steps per unit (B,).

        Returns:
            Means and log-scales (B, D, h, w).
        """
        compressed = quantised.sign() * quantised.abs().log1p()
        level = log_steps.view(-1, 1, 1, 1).expand_as(compressed[:, :1])
        second_half = checkerboard(quantised.shape[2], quantised.shape[3], quantised.device).expand_as(level)
        means, log_scales, first_prediction = list[Tensor](), list[Tensor](), quantised
        for part in sketch_parts(self.groups):
            same_group = compressed[:, part.start : part.end] * (1 - second_half) * part.half
            context = [compressed[:, : part.start], same_group, level, torch.full_like(level, part.half)]
            prediction = CONTEXT_GAIN * self.nets[part.group](torch.cat(context, 1))
            if part.half == 0:
                first_prediction = prediction
            else:
                mean, log_scale = torch.where(second_half > 0, prediction, first_prediction).chunk(2, 1)
                means.append(mean)
                log_scales.append(log_scale)
        base_log_scales = CONTEXT_GAIN * self.small_log_scales.view(1, -1, 1, 1) + level
        return Laplace(torch.cat(means, 1), torch.cat(log_scales, 1) + base_log_scales)


def checkerboard(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """A mask (1, 1, height, width): 1 at the places of the second half, else 0."""
    rows, columns = torch.arange(height, device=device), torch.arange(width, device=device)
    return ((rows.view(-1, 1) + columns) % 2).float().view(1, 1, height, width)


def zero_initialise(layer: nn.Conv2d) -> nn.Conv2d:
    """Set a layer's weights and biases to zero, and return the layer."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def laplace_bits(offsets: Tensor, scales: Tensor) -> Tensor:
    """Bits of a quantised latent under a discretised Laplace distribution.

    For an offset t from the mean and a scale s, the probability of the unit interval about t is
    1 - exp(-1/2s) cosh(t/s) if |t| < 1/2, and exp(-|t|/s) sinh(1/2s) beyond.

    Args:
        offsets: Distances from the mean, in steps.
        scales: Scales in steps, of the same shape.

    Returns:
        Bits, of the same shape.
    """
    scales = scales.clamp(min=MIN_SCALE)
    distance, half = offsets.abs(), 0.5 / scales
    close = distance.clamp(max=0.5)  # keeps the unused branch finite; otherwise its gradient would be NaN
    near = 1 - 0.5 * (torch.exp(half * (2 * close - 1)) + torch.exp(-half * (1 + 2 * close)))
    far = -distance / scales + half + torch.log1p(-torch.exp(-2 * half)) - math.log(2)
    nats = -torch.where(distance < 0.5, near.clamp(min=MIN_PROBABILITY).log(), far)  # noqa: PLR2004  half a step
    return (nats / math.log(2)).clamp(max=MAX_BITS)
