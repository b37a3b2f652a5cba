"""The code: what is kept of a picture in 256 bytes, from which it can be redrawn.

A variational autoencoder whose posterior is a box of width one step about each latent number, and whose prior is a
mixture at each place of the picture. The Kullback-Leibler divergence between the two *is* the code's length in bits
(Ballé, Laparra & Simoncelli, "End-to-end Optimized Image Compression", ICLR 2017), so the net learns what to keep when
there is room for a given number of bits. Places that look alike (empty paper, an outline, a texture) share a class of
the mixture: what is usual in a class costs nearly nothing.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.nets.look import Residual

CHANNELS = 4  # red, green, blue, and 1 inside the picture's frame
HALF = 0.5  # of a step
SMALLEST_SCALE = 0.1  # of a Laplace distribution, in steps: narrower ones save nothing, and punish too hard
SIZE_RATE = 0.02  # at which the latents' usual mean and size follow those of a batch
PRIOR_GAIN = 10.0  # of the prior's parameters, so that they can follow the latents
LARGEST_BITS = 40.0  # of one number: keeps the logarithm finite


@dataclass(frozen=True)
class CodeConfig:
    """What a `CodeVAE` is built from; kept in its checkpoint."""

    side: int = 96  # pixels a side of what it draws
    widths: tuple[int, ...] = (16, 32, 64, 128)  # feature maps after each halving
    drawing: tuple[int, ...] = (128, 64, 32)  # feature maps of the decoder at 6, 12 and 24 pixels a side
    latent_dim: int = 128  # numbers at each of the 6 x 6 places
    classes: int = 16  # components of the prior at each place
    tables: int = 32  # of the coder: Laplace distributions, each wider than the one before
    reach: int = 255  # the largest number of steps that the tables hold


class Cost(NamedTuple):
    """What latents cost under the prior."""

    bits: Tensor  # (B,), the whole code, its classes included
    classes: Tensor  # (B, P), the class of each place


class CodeVAE(nn.Module):
    """Pictures to latents on a grid, and back.

        x (B, 4, 96, 96) ──►──┤four halvings, residual├──►── y (B, 128, 6, 6) ──►──┤steps, mixture prior├──►── bits
                                                                     │
        x' (B, 3, 96, 96) ◄──┤residuals, sub-pixel enlarging├──◄─────┘

    Args:
        config: Sizes.
    """

    middle: Tensor  # mean of each latent (D,), before they are brought to 0
    size: Tensor  # the root of their mean square about it, before it is brought to 1
    usual_log_step: Tensor  # natural logarithm of the steps to the unit at which most pictures fill their codes
    class_counts: Tensor  # (K,), and what follows: the prior as the whole numbers of `compress/codes.py`
    scales: Tensor  # (K, D)
    counts: Tensor  # (T, 2 R + 1)

    def __init__(self, config: CodeConfig | None = None) -> None:
        super().__init__()
        self.config = config or CodeConfig()
        a, b, c, d = self.config.widths
        e, f, g = self.config.drawing
        k, latent = self.config.classes, self.config.latent_dim
        self.encoder = nn.Sequential(
            *halved(CHANNELS, a), *halved(a, b), *halved(b, c), *halved(c, d), Plain(d), nn.Conv2d(d, latent, 1)
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(latent + 1, e, 3, 1, 1), nn.ReLU(inplace=True), Plain(e),
            *doubled(e, f), Plain(f),
            *doubled(f, g), Plain(g),
            nn.Conv2d(g, 3 * 16, 3, 1, 1), nn.PixelShuffle(4),
        )  # fmt: skip
        self.small_means = nn.Parameter(torch.zeros(k, latent))
        busyness = torch.linspace(-3, 0, k).view(k, 1)  # from empty places to crowded ones
        self.small_log_scales = nn.Parameter(busyness.repeat(1, latent) / PRIOR_GAIN)
        self.class_logits = nn.Parameter(torch.zeros(k))
        self.register_buffer("middle", torch.zeros(latent))
        self.register_buffer("size", torch.ones(()))
        self.register_buffer("usual_log_step", torch.zeros(()))
        self.register_buffer("class_counts", torch.zeros(k, dtype=torch.int32))
        self.register_buffer("scales", torch.zeros(k, latent, dtype=torch.int32))
        self.register_buffer("counts", torch.zeros(self.config.tables, 2 * self.config.reach + 1, dtype=torch.int32))

    @property
    def means(self) -> Tensor:
        """Of the classes' Laplace distributions (K, D)."""
        return PRIOR_GAIN * self.small_means

    @property
    def log_scales(self) -> Tensor:
        """Natural logarithms of the distributions' scales (K, D)."""
        return PRIOR_GAIN * self.small_log_scales

    def encode(self, x: Tensor) -> Tensor:
        """Pictures and frames (B, 4, 96, 96) in [0, 1] to latents (B, 128, 6, 6).

        They are brought to mean 0 and mean square 1 over all of them. Else they would shrink for ever: smaller ones
        cost less, and finer steps make up for it.
        """
        latents: Tensor = self.encoder(x)
        if self.training:
            middle = latents.mean((0, 2, 3))  # (D,)
            size = (latents - middle.view(-1, 1, 1)).square().mean().sqrt()
            with torch.no_grad():
                self.middle.lerp_(middle, SIZE_RATE)
                self.size.lerp_(size, SIZE_RATE)
        else:
            middle, size = self.middle, self.size
        return (latents - middle.view(-1, 1, 1)) / size

    def decode(self, latents: Tensor, log_steps: Tensor) -> Tensor:
        """Latents (B, 128, 6, 6), and how finely they were kept (B,), to pictures (B, 3, 96, 96), about in [0, 1]."""
        plane = log_steps.view(-1, 1, 1, 1).expand(-1, 1, *latents.shape[2:])
        pictures: Tensor = self.decoder(torch.cat([latents, plane], 1))
        return pictures + 0.5

    def classes(self, latents: Tensor, log_steps: Tensor) -> Tensor:
        """The class of each place (B, P) that suits its latents best.

        Judged as if the classes were normal distributions as wide as they are, and rounding added its variance: then
        the costs of all classes are two products of matrices.

        Args:
            latents: (B, D, h, w).
            log_steps: Natural logarithm of how many steps make one unit, for each picture (B,).
        """
        places = latents.flatten(2).transpose(1, 2)  # (B, P, D)
        rounding = (-2 * log_steps).exp().view(-1, 1, 1) / 12
        weights = 1 / (2 * (2 * self.log_scales).exp() + rounding)  # (B, K, D), inverse variances
        squares = places.square() @ weights.mT - 2 * places @ (weights * self.means).mT  # (B, P, K)
        constant = (weights * self.means.square() - weights.log()).sum(2) - 2 * self.class_logits.log_softmax(0)
        return (squares + constant.unsqueeze(1)).argmin(2)

    def cost(self, latents: Tensor, log_steps: Tensor) -> Cost:
        """How many bits the latents take, as whole steps of that size; the gradient passes through the rounding.

        Uniform noise in place of rounding, as is usual while learning, would charge for every number that is zero, and
        here nearly all are.

        Args:
            latents: (B, D, h, w).
            log_steps: As in `classes`.
        """
        with torch.no_grad():
            classes = self.classes(latents, log_steps)
        steps = log_steps.exp().view(-1, 1, 1)  # (B, 1, 1)
        offsets = (latents.flatten(2).transpose(1, 2) - self.means[classes]) * steps  # (B, P, D)
        bits = laplace_bits(rounded(offsets), self.log_scales[classes].exp() * steps).sum(2)  # (B, P)
        chosen = -self.class_logits.log_softmax(0)[classes] / math.log(2)
        return Cost((bits + chosen).sum(1), classes)


def laplace_bits(offsets: Tensor, scales: Tensor) -> Tensor:
    """Bits of a whole number of steps under a discretised Laplace distribution about zero; same shape as the offsets.

    The probability of the unit interval about the offset t, with scale s, is 1 - exp(-1/2s) cosh(t/s) near zero and
    exp(-|t|/s) sinh(1/2s) beyond a half.
    """
    scales = scales.clamp(min=SMALLEST_SCALE)
    distance = offsets.abs()
    half = 0.5 / scales
    inside = distance < HALF
    close = distance.clamp(max=HALF)  # the branch that is not taken must stay finite too, for its gradient
    near = 1 - 0.5 * (torch.exp(half * (2 * close - 1)) + torch.exp(-half * (1 + 2 * close)))
    log_near = near.clamp(min=1e-9).log()
    log_far = -distance / scales + half + torch.log1p(-torch.exp(-2 * half)) - math.log(2)
    nats = -torch.where(inside, log_near, log_far)
    return (nats / math.log(2)).clamp(max=LARGEST_BITS)


class Plain(Residual):
    """A residual pair of convolutions without normalisation: what is drawn depends on this picture alone."""

    def __init__(self, width: int) -> None:
        nn.Module.__init__(self)
        last = nn.Conv2d(width, width, 3, 1, 1)
        nn.init.zeros_(last.weight)  # begins as the identity
        self.convolutions = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.ReLU(inplace=True), last)


def halved(incoming: int, outgoing: int) -> tuple[nn.Module, nn.Module]:
    """A convolution that halves the size, and ReLU."""
    return nn.Conv2d(incoming, outgoing, 3, 2, 1), nn.ReLU(inplace=True)


def doubled(incoming: int, outgoing: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    """A convolution that draws four pixels for each one (Shi et al., CVPR 2016), and ReLU."""
    return nn.Conv2d(incoming, 4 * outgoing, 3, 1, 1), nn.PixelShuffle(2), nn.ReLU(inplace=True)


def coding_loss(bits: Tensor, errors: Tensor, price: float) -> Tensor:
    """The logarithm of each picture's mean squared error, plus the price of its bits.

    The logarithm is the likelihood with the variance set to its best value for each picture (Rybkin, Daniilidis &
    Levine, ICML 2021), and the mean of it is the mean PSNR.

    Args:
        bits: (B,).
        errors: Mean squared errors (B,) of pictures in [0, 1].
        price: Nats for a bit.
    """
    return ((errors + 1e-5).log() + price * bits).mean()


def rounded(offsets: Tensor) -> Tensor:
    """To whole numbers, with the gradient passed straight through."""
    return offsets + (functional.hardtanh(offsets.round() - offsets, -1, 1)).detach()
