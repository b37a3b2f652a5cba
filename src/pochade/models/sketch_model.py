"""The code: what is kept of a picture in 256 bytes, from which it can be redrawn.

A variational autoencoder whose posterior is a box of width one step about each latent number. The Kullback-Leibler
divergence between it and the prior *is* the code's length in bits (Ballé, Laparra & Simoncelli, "End-to-end Optimized
Image Compression", ICLR 2017), so the net learns what to keep when there is room for a given number of bits.

It begins as JPEG does, with a cosine transform of blocks and of one colour against another, and both nets learn what to
add to that. From random weights it took ten times as long to get as far: see `docs/log.md`.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.embedding_model import Residual
from pochade.models.sketch_prior import Laplace, SketchPrior, silent

CHANNELS = 4  # red, green, blue, and 1 inside the picture's frame
ENCODER_GAIN = 10.0  # of what the net adds to the transform, so that it can move latents by whole steps
TRANSFORM_GAIN = 1.3  # steps to the unit: at about this size most pictures fill their codes
USUAL, FALLING = 1.9, 1.6  # of the waves' usual logarithmic size: at frequency zero, and how fast it falls
SHARPER = 0.85  # the bits grow with this power of the number of steps, about
FARTHEST = 2.0  # natural logarithm of how far a picture's step may be from that of the others
COLOURS = ((0.577, 0.577, 0.577), (0.408, 0.408, -0.816), (0.707, -0.707, 0.0))  # grey, blue to yellow, red to green
COLOUR_FREQUENCY = 2.0  # a wave of colour counts as one of grey that is so many times finer


@dataclass(frozen=True)
class SketchConfig:
    """What a `SketchVAE` is built from; kept in its checkpoint."""

    side: int = 96  # pixels a side of what it draws
    block: int = 16  # pixels a side of a block of the transform: one place of the latents
    groups: tuple[int, ...] = (16, 48, 64)  # latents at each place, coarse before fine
    widths: tuple[int, ...] = (16, 32, 64, 128)  # feature maps of the encoder after each halving
    drawing: tuple[int, ...] = (128, 64, 32)  # feature maps of the decoder at 6, 12 and 24 pixels a side
    fine: int = 48  # feature maps in which it draws what the transform leaves
    foretelling: int = 64  # feature maps of the prior

    @property
    def latent_dim(self) -> int:
        """Latents at each place."""
        return sum(self.groups)

    @property
    def places(self) -> int:
        """Places a side."""
        return self.side // self.block


class SketchVAE(nn.Module):
    """Pictures to latents on a grid, and back.

        x (B, 4, 96, 96) ──►──┬──┤cosine transform of blocks├──►──(+)──► y (B, 128, 6, 6) ──►──┤steps, prior├──► bits
                              └──┤four halvings, residual├──►──────┘  │
                                                                      │
        x' (B, 3, 96, 96) ◄──(+)──◄──┤transform back├──◄─────┬────────┤
                              └──◄──┤residuals at 24 x 24├◄──┴┤enlarging├◄

    Args:
        config: Sizes.
    """

    def __init__(self, config: SketchConfig | None = None) -> None:
        super().__init__()
        self.config = config or SketchConfig()
        a, b, c, d = self.config.widths
        e, f, g = self.config.drawing
        block, latent, fine = self.config.block, self.config.latent_dim, self.config.fine
        waves, frequencies = cosine_transform(block, latent)
        self.transform = nn.Conv2d(3, latent, block, block)
        self.transform.bias = nn.Parameter(-TRANSFORM_GAIN * waves.sum((1, 2, 3)))  # white is zero
        self.back = nn.ConvTranspose2d(latent, 3, block, block, bias=False)
        with torch.no_grad():
            self.transform.weight.copy_(waves * TRANSFORM_GAIN)
            self.back.weight.copy_(waves / TRANSFORM_GAIN)
        self.encoder = nn.Sequential(
            *halved(CHANNELS, a), *halved(a, b), *halved(b, c), *halved(c, d), Plain(d), silent(nn.Conv2d(d, latent, 1))
        )
        self.enlarging = nn.Sequential(
            nn.Conv2d(latent + 1, e, 3, 1, 1), nn.ReLU(inplace=True), Plain(e),
            *doubled(e, f), Plain(f),
            *doubled(f, g),
        )  # fmt: skip
        self.drawing = nn.Sequential(
            nn.Conv2d(g + 48, fine, 3, 1, 1), nn.ReLU(inplace=True), Plain(fine),
            silent(nn.Conv2d(fine, 48, 3, 1, 1)), nn.PixelShuffle(4),
        )  # fmt: skip
        self.prior = SketchPrior(self.config.groups, self.config.foretelling, USUAL - FALLING * frequencies.log1p())

    def encode(self, x: Tensor) -> Tensor:
        """Pictures and frames (B, 4, 96, 96) in [0, 1] to latents (B, 128, 6, 6)."""
        latents: Tensor = self.transform(x[:, :3]) + ENCODER_GAIN * self.encoder(x)
        return latents

    def decode(self, latents: Tensor, log_steps: Tensor) -> Tensor:
        """Latents (B, 128, 6, 6), and how finely they were kept (B,), to pictures (B, 3, 96, 96), about in [0, 1]."""
        level = log_steps.view(-1, 1, 1, 1).expand_as(latents[:, :1])
        rough = self.back(latents)  # (B, 3, 96, 96)
        features = torch.cat(
            [functional.pixel_unshuffle(rough, 4), self.enlarging(torch.cat([latents, level], 1))], 1
        )  # (B, 80, 24, 24)
        pictures: Tensor = 1 + rough + self.drawing(features)
        return pictures

    def distribution(self, numbers: Tensor, log_steps: Tensor) -> Laplace:
        """How likely each whole number of steps is, (B, D, h, w), given those before it."""
        distribution: Laplace = self.prior(numbers, log_steps)
        return distribution

    def bits(self, numbers: Tensor, log_steps: Tensor) -> Tensor:
        """How long the codes of whole numbers of steps (B, D, h, w) are, (B,)."""
        return self.distribution(numbers, log_steps).bits(numbers).flatten(1).sum(1)

    @torch.no_grad()
    def fair_log_steps(self, latents: Tensor) -> Tensor:
        """Steps (B,), natural logarithms of how many make one unit, at which codes of these latents are about as long.

        Their mean is about zero: the latents themselves must find the size at which steps of one suit them. Where the
        steps could follow them, latents shrink for as long as one trains, since smaller ones cost less.
        """
        log_bits = self.bits(latents.round(), latents.new_zeros(len(latents))).clamp(min=1).log()
        return ((log_bits.mean() - log_bits) / SHARPER).clamp(-FARTHEST, FARTHEST)


class Plain(Residual):
    """A residual pair of convolutions without normalisation: what is drawn depends on this picture alone."""

    def __init__(self, width: int) -> None:
        nn.Module.__init__(self)
        last = silent(nn.Conv2d(width, width, 3, 1, 1))  # begins as the identity
        self.convolutions = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.ReLU(inplace=True), last)


def cosine_transform(block: int, count: int) -> tuple[Tensor, Tensor]:
    """Orthonormal waves of grey and of colour, the coarsest first: (count, 3, block, block), and their frequencies.

    Type II of the discrete cosine transform, in two directions; a frequency is the sum of half waves in both.
    """
    places, numbers = torch.arange(block) + 0.5, torch.arange(block)
    waves = torch.cos(numbers.view(-1, 1) * places * (math.pi / block)) * math.sqrt(2 / block)  # (block, block)
    waves[0] /= math.sqrt(2)
    planes = torch.einsum("uy,vx->uvyx", waves, waves).flatten(0, 1)  # (block^2, block, block)
    every = torch.einsum("kc,wyx->kwcyx", torch.tensor(COLOURS), planes).flatten(0, 1)  # (3 block^2, 3, block, block)
    grey = (numbers.view(-1, 1) + numbers).flatten().float()
    frequencies = torch.cat([grey, (grey + 1) * COLOUR_FREQUENCY, (grey + 1) * COLOUR_FREQUENCY])
    first = frequencies.argsort(stable=True)[:count]
    return every[first], frequencies[first]


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


def rounded(latents: Tensor) -> Tensor:
    """To whole numbers, with the gradient passed straight through.

    Uniform noise in place of rounding, as is usual while learning, would charge for every number that is zero, and here
    nearly all are.
    """
    return latents + (latents.round() - latents).detach()


@torch.no_grad()
def encode_on_white(model: SketchVAE, pictures: Tensor) -> Tensor:
    """Encode letterboxed pictures whose white border counts as part of the picture.

    Args:
        model: The sketch model.
        pictures: (B, 3, S, S) in [0, 1].

    Returns:
        Features (B, 128, S / 16, S / 16).
    """
    whole = torch.cat([pictures, torch.ones_like(pictures[:, :1])], 1)  # (B, 4, S, S)
    return model.to(pictures.device).encode(whole.contiguous(memory_format=torch.channels_last))
