"""A variational autoencoder that draws sharply: what its latent leaves open is drawn at random, not averaged.

A plain decoder answers a latent with the mean of all pictures that it may stand for, which is blurred. Here the decoder
is a flow: it leads noise, step by step, to one of them (Lipman et al., "Flow Matching for Generative Modeling", ICLR
2023; Preechakul et al., "Diffusion Autoencoders", CVPR 2022). It works on the 8 x 8 places of a `CodeVAE`, and
foretells the picture itself rather than the way to it, as what lies on few directions is easier to foretell (Li & He,
"Back to Basics: Let Denoising Generative Models Denoise", 2025).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.nets.vae import LOG_VARIANCE_LIMIT, Posterior

TIMES = 64  # waves by which a net is told the time
LONGEST = 1_000.0  # of their periods over the shortest
EARLY, SPREAD = -0.6, 1.0  # of the logistic-normal times at which it learns: more of them early on the way
LAST = 0.05  # of the way to go: from there on errors are no longer divided by what is left


@dataclass(frozen=True)
class DiffusionConfig:
    """What a `DiffusionVAE` is built from; kept in its checkpoint."""

    places: int = 8  # places a side
    channels: int = 128  # numbers at each place
    width: int = 160  # of a token
    heads: int = 5
    reading: int = 2  # blocks of the encoder
    drawing: int = 6  # blocks of the decoder
    latent_dim: int = 64


class DiffusionVAE(nn.Module):
    """Grids of a picture's numbers to latents, and back.

        y (B, 128, 8, 8) ──►──┤tokens, blocks├──►── posterior ──►── z ~ N (B, 64) ──►──┐
                                                                                      │
        noise (B, 128, 8, 8) ──►──┤tokens, blocks, told z and the time├──►── y' ──►── nearer to y', and again

    Args:
        config: Sizes.
    """

    def __init__(self, config: DiffusionConfig | None = None) -> None:
        super().__init__()
        self.config = config or DiffusionConfig()
        width, latent, channels = self.config.width, self.config.latent_dim, self.config.channels
        count = self.config.places**2
        self.register_buffer("centre", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.reader = Tokens(channels, width, count, self.config.reading, self.config.heads)
        self.gathered = nn.Linear(width, 16)
        self.posterior = nn.Linear(16 * count, 2 * latent)
        self.drawer = Tokens(channels, width, count, self.config.drawing, self.config.heads)
        self.told = nn.Sequential(nn.Linear(latent, width), nn.SiLU(), nn.Linear(width, width))
        self.timed = nn.Sequential(nn.Linear(2 * TIMES, width), nn.SiLU(), nn.Linear(width, width))
        self.leave = nn.Linear(width, channels)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def encode(self, y: Tensor) -> Posterior:
        """Grids (B, 128, 8, 8) to their posteriors, mean and log-variance (B, 64)."""
        tokens = self.gathered(self.reader(as_tokens(self.normal(y)), None))
        mean, log_variance = self.posterior(tokens.flatten(1)).chunk(2, 1)
        return Posterior(mean, log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT))

    def foretold(self, x: Tensor, time: Tensor, z: Tensor) -> Tensor:
        """Where the way leads from x (B, 128, 8, 8) at a time (B,), 0 noise and 1 picture, in the net's units."""
        told = self.told(z) + self.timed(waves(time))
        return as_grid(self.leave(self.drawer(as_tokens(x), told)), self.config.places)

    @torch.no_grad()
    def draw(self, z: Tensor, noise: Tensor, steps: int) -> Tensor:
        """Grids (B, 128, 8, 8) of latents (B, 64), from noise of the same shape, in so many steps."""
        x, times = noise, moments(steps)
        for now, then in pairwise(times):
            end = self.foretold(x, now.expand(len(x)), z)
            x = x + (end - x) * ((then - now) / (1 - now))
        return self.as_found(x)

    @torch.no_grad()
    def undrawn(self, y: Tensor, z: Tensor, last: Tensor, steps: int) -> Tensor:
        """The noise (B, 128, 8, 8) from which latents z (B, 64) lead back to grids y, nearly: the same way backwards.

        The last step of the way forgets what noise was left; it begins with the one that is given, of y's shape.
        """
        times = moments(steps)
        x = last.lerp(self.normal(y), float(times[-2]))
        for then, now in pairwise(reversed(times[:-1])):
            share = (then - now) / (1 - now)
            x = (x - self.foretold(x, then.expand(len(x)), z) * share) / (1 - share)
        return x

    def normal(self, y: Tensor) -> Tensor:
        """Numbers as found, in the net's units."""
        return (y - grid(self.centre)) / grid(self.scale)

    def as_found(self, x: Tensor) -> Tensor:
        """The other way."""
        return x * grid(self.scale) + grid(self.centre)


class Tokens(nn.Module):
    """Places of a grid as tokens, each of which may look at all others (Vaswani et al., NeurIPS 2017).

        x (B, N, C) ──►──┤linear├──(+ where)──┤blocks├──► (B, N, W)
                                                 │
                              told (B, W) ──►────┘  scales and shifts what each block sees (Peebles & Xie, ICCV 2023)

    Args:
        channels: Numbers of a token that comes in.
        width: Of a token inside.
        count: Tokens.
        depth: Blocks.
        heads: Of the attention.
    """

    def __init__(self, channels: int, width: int, count: int, depth: int, heads: int) -> None:
        super().__init__()
        self.enter = nn.Linear(channels, width)
        self.where = nn.Parameter(torch.randn(1, count, width) * 0.02)
        self.told = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.told.bias)

    def forward(self, x: Tensor, told: Tensor | None) -> Tensor:
        """Tokens (B, N, C), and what they are told (B, W), to tokens (B, N, W)."""
        tokens = self.enter(x) + self.where
        six = self.told.bias.expand(len(x), -1) if told is None else self.told(functional.silu(told))  # (B, 6 W)
        for block in self.blocks:
            tokens = block(tokens, six)
        return rms(tokens)


class Block(nn.Module):
    """Attention, then two layers on each token, both scaled, shifted and weighed by what the net is told.

    Args:
        width: Of a token.
        heads: Of the attention.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.own = nn.Parameter(torch.tensor([0.0, 0.0, 0.5, 0.0, 0.0, 0.5]).repeat_interleave(width))  # (6 W,)
        self.asked, self.answered = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, six: Tensor) -> Tensor:
        """Tokens (B, N, W) to tokens."""
        scale, shift, weight, scale_too, shift_too, weight_too = (six + self.own).unsqueeze(1).chunk(6, 2)  # (B, 1, W)
        x = x + weight * self.attended(rms(x) * (1 + scale) + shift)
        hidden = torch.relu(self.wide(rms(x) * (1 + scale_too) + shift_too)).square()
        y: Tensor = x + weight_too * self.narrow(hidden)
        return y

    def attended(self, x: Tensor) -> Tensor:
        """What each token takes from all others."""
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.asked(x).chunk(3, 2)
        )  # (B, heads, N, W / heads)
        seen = functional.scaled_dot_product_attention(rms(query), rms(key), value)
        y: Tensor = self.answered(seen.transpose(1, 2).flatten(2))
        return y


def rms(x: Tensor) -> Tensor:
    """Numbers (…, W) with a mean square of one (Zhang & Sennrich, NeurIPS 2019)."""
    return functional.rms_norm(x, x.shape[-1:])


def waves(times: Tensor) -> Tensor:
    """Times (B,) as sines and cosines (B, 128), from slow to fast."""
    speeds = torch.exp(torch.linspace(0, math.log(LONGEST), TIMES))
    angles = times[:, None] * speeds
    return torch.cat([angles.sin(), angles.cos()], 1)


def moments(steps: int) -> Tensor:
    """The times of a way of so many steps, (steps + 1,) from 0 to 1."""
    return torch.linspace(0, 1, steps + 1)


def grid(numbers: Tensor) -> Tensor:
    """One number for each channel, (C,) as (1, C, 1, 1)."""
    return numbers.view(1, -1, 1, 1)


def as_tokens(x: Tensor) -> Tensor:
    """(B, C, h, w) to (B, h * w, C)."""
    return x.flatten(2).transpose(1, 2)


def as_grid(tokens: Tensor, places: int) -> Tensor:
    """(B, h * w, C) to (B, C, h, w)."""
    return tokens.transpose(1, 2).unflatten(2, (places, places))


def diffusion_loss(net: DiffusionVAE, y: Tensor, price: float) -> Tensor:
    """How badly the way to the pictures is foretold, and the price of the latents' nats.

    The first part is the mean squared error of the velocity; weighed by its noise it bounds the likelihood (Kingma &
    Gao, "Understanding Diffusion Objectives as the ELBO with Simple Data Augmentation", NeurIPS 2023).

    Args:
        net: The net that learns.
        y: Grids (B, 128, 8, 8).
        price: Of a nat of the posterior's divergence from the prior.
    """
    posterior = net.encode(y)
    x = net.normal(y)
    time = torch.sigmoid(EARLY + SPREAD * torch.randn(len(y)))
    at = time.view(-1, 1, 1, 1)
    between = torch.randn_like(x).lerp(x, at)
    error = (net.foretold(between, time, posterior.sample()) - x) / (1 - at).clamp(min=LAST)
    return error.square().mean() + price * posterior.divergence().mean()
