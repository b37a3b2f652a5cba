"""The sketch model: a picture becomes 256 bytes from which it can be reconstructed.

It is a variational autoencoder whose posterior is a uniform distribution, one quantisation step wide, around each
latent. The Kullback-Leibler divergence of that posterior from the prior is the length of the sketch in bits (Ballé,
Laparra & Simoncelli, "End-to-end Optimized Image Compression", ICLR 2017), so the model learns what to keep for a given
number of bits. The loss is in `training/losses/rate_distortion.py`.

The model starts as JPEG does: with a discrete cosine transform of blocks, in a colour space that separates grey from
colour. Encoder and decoder learn what to add to that. Training from random weights took ten times as long to become as
good: see `docs/log.md`.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.embedding_model import ResidualBlock
from pochade.models.model_configs import SketchConfig
from pochade.models.sketch_prior import Laplace, SketchPrior, zero_initialise

INPUT_CHANNELS = 4  # red, green, blue, and 1 inside the picture's frame
ENCODER_GAIN = 10.0  # scales what the encoder adds to the transform, so that it can move latents by whole steps
TRANSFORM_GAIN = 1.3  # steps per unit: at about this size most pictures fill their 256 bytes
INITIAL_LOG_SCALE = 1.9  # of the prior, at frequency zero: natural logarithm of the scale in steps
INITIAL_LOG_SCALE_SLOPE = 1.6  # how fast the log-scale falls with the logarithm of the frequency
BITS_EXPONENT = 0.85  # bits grow roughly with this power of the steps per unit
MAX_LOG_STEPS = 2.0  # the largest |log_steps| of a picture in training
OPPONENT_COLOURS = ((0.577, 0.577, 0.577), (0.408, 0.408, -0.816), (0.707, -0.707, 0.0))  # grey, blue-yellow, red-green
COLOUR_FREQUENCY_FACTOR = 2.0  # by which colour waves come later than grey waves of the same frequency
FOLD_PIXELS = 4  # per side: so many pixels become channels where the decoder refines the picture


class SketchVAE(nn.Module):
    """Pictures to a grid of latents, and back.

        x (B, 4, 96, 96) ──►──┬──┤transform (DCT of blocks)├──►──(+)──► latents (B, 128, 6, 6) ──┤prior├──► bits
                              └──┤encoder├───────────────►────────┘           │
                                                                              │
        x_hat (B, 3, 96, 96) ◄──(+)◄─────────────┬────────────◄──┤back├──◄────┤
                                 └───◄──┤drawing├┴──◄──┤enlarging├──◄─────────┘

    `back` is the inverse transform, `enlarging` upsamples the latents, and `drawing` adds what the transform misses.

    Args:
        config: The sizes.
    """

    def __init__(self, config: SketchConfig | None = None) -> None:
        super().__init__()
        self.config = config or SketchConfig()
        a, b, c, d = self.config.widths
        e, f, g = self.config.drawing
        block, latent, fine = self.config.block, self.config.latent_dim, self.config.fine
        basis, frequencies = dct_basis(block, latent)
        self.transform = nn.Conv2d(3, latent, block, block)
        self.transform.bias = nn.Parameter(-TRANSFORM_GAIN * basis.sum((1, 2, 3)))  # white becomes zero
        self.back = nn.ConvTranspose2d(latent, 3, block, block, bias=False)  # the inverse transform
        with torch.no_grad():
            self.transform.weight.copy_(basis * TRANSFORM_GAIN)
            self.back.weight.copy_(basis / TRANSFORM_GAIN)
        self.encoder = nn.Sequential(
            *_downsample(INPUT_CHANNELS, a), *_downsample(a, b), *_downsample(b, c), *_downsample(c, d),
            ZeroInitResidualBlock(d), zero_initialise(nn.Conv2d(d, latent, 1)),
        )  # fmt: skip
        self.enlarging = nn.Sequential(  # the decoder upsamples the latents to 24 x 24
            nn.Conv2d(latent + 1, e, 3, 1, 1), nn.ReLU(inplace=True), ZeroInitResidualBlock(e),
            *_upsample(e, f), ZeroInitResidualBlock(f),
            *_upsample(f, g),
        )  # fmt: skip
        folded = 3 * FOLD_PIXELS**2  # 48 channels of folded pixels
        self.drawing = nn.Sequential(  # and computes what the transform misses
            nn.Conv2d(g + folded, fine, 3, 1, 1), nn.ReLU(inplace=True), ZeroInitResidualBlock(fine),
            zero_initialise(nn.Conv2d(fine, folded, 3, 1, 1)), nn.PixelShuffle(FOLD_PIXELS),
        )  # fmt: skip
        log_scales = INITIAL_LOG_SCALE - INITIAL_LOG_SCALE_SLOPE * frequencies.log1p()
        self.prior = SketchPrior(self.config.groups, self.config.foretelling, log_scales)

    def encode(self, x: Tensor) -> Tensor:
        """Map pictures with their frame masks (B, 4, 96, 96) in [0, 1] to latents (B, 128, 6, 6)."""
        latents: Tensor = self.transform(x[:, :3]) + ENCODER_GAIN * self.encoder(x)
        return latents

    def decode(self, latents: Tensor, log_steps: Tensor) -> Tensor:
        """Reconstruct pictures from latents.

        Args:
            latents: (B, 128, 6, 6).
            log_steps: Natural logarithm of the quantisation steps per unit (B,): how precise the latents are.

        Returns:
            Pictures (B, 3, 96, 96), approximately in [0, 1].
        """
        level = log_steps.view(-1, 1, 1, 1).expand_as(latents[:, :1])
        linear = self.back(latents)  # (B, 3, 96, 96), the inverse transform alone
        features = torch.cat(
            [functional.pixel_unshuffle(linear, FOLD_PIXELS), self.enlarging(torch.cat([latents, level], 1))], 1
        )  # (B, 80, 24, 24)
        pictures: Tensor = 1 + linear + self.drawing(features)
        return pictures

    def distribution(self, quantised: Tensor, log_steps: Tensor) -> Laplace:
        """The distribution of each quantised latent (B, D, h, w), given those decoded before it."""
        distribution: Laplace = self.prior(quantised, log_steps)
        return distribution

    def bits(self, quantised: Tensor, log_steps: Tensor) -> Tensor:
        """The length (B,) of the sketches of quantised latents (B, D, h, w), in bits."""
        return self.distribution(quantised, log_steps).bits(quantised).flatten(1).sum(1)

    @torch.no_grad()
    def balanced_log_steps(self, latents: Tensor) -> Tensor:
        """Find quantisation steps at which all sketches of a batch have about the same length.

        The mean of the result is about zero, so the latents must learn the magnitude that suits one step per unit. If
        the steps could follow the latents, the latents would shrink throughout the training, because smaller ones
        cost fewer bits.

        Args:
            latents: (B, D, h, w).

        Returns:
            Natural logarithm of the steps per unit (B,).
        """
        log_bits = self.bits(latents.round(), latents.new_zeros(len(latents))).clamp(min=1).log()
        return ((log_bits.mean() - log_bits) / BITS_EXPONENT).clamp(-MAX_LOG_STEPS, MAX_LOG_STEPS)


class ZeroInitResidualBlock(ResidualBlock):
    """A residual block without normalisation, so that a picture's result does not depend on the rest of the batch.

    Its last convolution starts at zero, so the block starts as the identity.
    """

    def __init__(self, width: int) -> None:
        nn.Module.__init__(self)
        last = zero_initialise(nn.Conv2d(width, width, 3, 1, 1))
        self.convolutions = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.ReLU(inplace=True), last)


def dct_basis(block: int, count: int) -> tuple[Tensor, Tensor]:
    """The coarsest basis functions of the two-dimensional discrete cosine transform (DCT-II) of colour blocks.

    The basis is orthonormal. Each function is a wave in one of three opponent colours: grey, blue-yellow, red-green.

    Args:
        block: Pixels per side of a block.
        count: How many basis functions to return, in the order of their frequency.

    Returns:
        The basis functions (count, 3, block, block), and their frequencies (count,) in half waves, the sum of both
        directions.
    """
    positions, orders = torch.arange(block) + 0.5, torch.arange(block)
    waves = torch.cos(orders.view(-1, 1) * positions * (math.pi / block)) * math.sqrt(2 / block)  # (block, block)
    waves[0] /= math.sqrt(2)
    planes = torch.einsum("uy,vx->uvyx", waves, waves).flatten(0, 1)  # (block^2, block, block)
    colours = torch.tensor(OPPONENT_COLOURS)
    basis = torch.einsum("kc,wyx->kwcyx", colours, planes).flatten(0, 1)  # (3 block^2, 3, block, block)
    grey = (orders.view(-1, 1) + orders).flatten().float()  # (block^2,), frequencies of grey waves
    colour = (grey + 1) * COLOUR_FREQUENCY_FACTOR
    frequencies = torch.cat([grey, colour, colour])
    coarsest = frequencies.argsort(stable=True)[:count]
    return basis[coarsest], frequencies[coarsest]


@torch.no_grad()
def encode_on_white(model: SketchVAE, pictures: Tensor) -> Tensor:
    """Encode letterboxed pictures as if their white border belonged to the picture.

    Args:
        model: The sketch model.
        pictures: (B, 3, S, S) in [0, 1].

    Returns:
        Latents (B, 128, S / 16, S / 16).
    """
    with_frames = torch.cat([pictures, torch.ones_like(pictures[:, :1])], 1)  # (B, 4, S, S)
    return model.to(pictures.device).encode(with_frames.contiguous(memory_format=torch.channels_last))


def _downsample(in_channels: int, out_channels: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(in_channels, out_channels, 3, 2, 1), nn.ReLU(inplace=True)


def _upsample(in_channels: int, out_channels: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    """A convolution that computes four pixels for each one: sub-pixel convolution (Shi et al., CVPR 2016), and ReLU."""
    return nn.Conv2d(in_channels, 4 * out_channels, 3, 1, 1), nn.PixelShuffle(2), nn.ReLU(inplace=True)
