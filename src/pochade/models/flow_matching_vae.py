"""A variational autoencoder that draws sharply: what its latent leaves open is drawn at random, not averaged.

A plain decoder answers a latent with the mean of all pictures that it may stand for, which is blurred. Here the decoder
is a flow: it leads noise, step by step, to one of them (Lipman et al., "Flow Matching for Generative Modeling", ICLR
2023; Preechakul et al., "Diffusion Autoencoders", CVPR 2022). It works on the 8 x 8 places of a `CodeVAE`, and
foretells the picture itself rather than the way to it, as what lies on few directions is easier to foretell (Li & He,
"Back to Basics: Let Denoising Generative Models Denoise", 2025).

It begins with all that is linear: its latent are principal components, its decoder takes their sketch and the best
linear guess of what noise hides (Wiener's filter; Karras et al., "Elucidating the Design Space of Diffusion-Based
Generative Models", NeurIPS 2022). Only what these miss is learnt, which saves most of the training.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.vae import LOG_VARIANCE_LIMIT, Posterior

TIMES = 64  # waves by which a net is told the time
LONGEST = 1_000.0  # of their periods over the shortest
EARLY, SPREAD = -0.6, 1.0  # of the logistic-normal times at which it learns: more of them early on the way
PART = 16  # numbers of each place by which the principal components are corrected
TINY = 1e-6
SURE = -3.0  # logarithm of the variance that posteriors begin with
LAST = 0.05  # of the way to go: from there on errors are no longer divided by what is left


@dataclass(frozen=True)
class FlowMatchingConfig:
    """What a `FlowMatchingVAE` is built from; kept in its checkpoint."""

    places: int = 8  # places a side
    channels: int = 128  # numbers at each place
    width: int = 160  # of a token
    heads: int = 5
    reading: int = 1  # blocks of the encoder
    drawing: int = 6  # blocks of the decoder
    latent_dim: int = 64


class FlowMatchingVAE(nn.Module):
    """Grids of a picture's numbers to latents, and back.

        y (B, 128, 8, 8) ──►──┬─►──┤principal components├─►─(+)──► posterior ──► z ~ N (B, 64)
                              └─►──┤tokens, blocks├──────►───┘                       │
                                                         sketch (B, 128, 8, 8) ◄─────┤
                                                           │                         │
        noise (B, 128, 8, 8) ──►──┬──┤tokens of both, blocks, told z and the time├─►─(+)──► y' ──► nearer, and again
                                  └──────►──┤linear guess about the sketch├──►────────┘

    Args:
        config: Sizes.
    """

    def __init__(self, config: FlowMatchingConfig | None = None) -> None:
        super().__init__()
        self.config = config or FlowMatchingConfig()
        width, latent, channels = self.config.width, self.config.latent_dim, self.config.channels
        count = self.config.places**2
        self.centre: Tensor  # of each channel
        self.scale: Tensor
        self.middle: Tensor  # of all numbers
        self.directions: Tensor  # the principal ones
        self.spread: Tensor  # deviation along each of them
        self.rest: Tensor  # variance that they leave, of each channel
        self.register_buffer("centre", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.register_buffer("middle", torch.zeros(channels * count))
        self.register_buffer("directions", torch.zeros(latent, channels * count))
        self.register_buffer("spread", torch.ones(latent))
        self.register_buffer("rest", torch.ones(channels))
        self.reader = Tokens(channels, width, count, self.config.reading, self.config.heads)
        self.gathered = nn.Linear(width, PART)
        self.posterior = nn.Linear(PART * count, 2 * latent)
        self.drawer = Tokens(2 * channels, width, count, self.config.drawing, self.config.heads)
        self.told = nn.Sequential(nn.Linear(latent, width), nn.SiLU(), nn.Linear(width, width))
        self.timed = nn.Sequential(nn.Linear(2 * TIMES, width), nn.SiLU(), nn.Linear(width, width))
        self.leave = nn.Linear(width, channels)
        for last in (self.leave, self.posterior):  # what is linear comes first
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        nn.init.constant_(self.posterior.bias[latent:], SURE)

    def encode(self, y: Tensor) -> Posterior:
        """Grids (B, 128, 8, 8) to their posteriors, mean and log-variance (B, 64)."""
        x = self.normal(y)
        linear = (x.flatten(1) - self.middle) @ self.directions.T / self.spread  # (B, 64)
        correction, log_variance = self.posterior(self.gathered(self.reader(as_tokens(x), None)).flatten(1)).chunk(2, 1)
        return Posterior(linear + correction, log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT))

    def foretold(self, x: Tensor, time: Tensor, z: Tensor) -> Tensor:
        """Where the way leads from x (B, 128, 8, 8) at a time (B,), 0 noise and 1 picture, in the net's units."""
        sketch = self.sketch(z)
        told = self.told(z) + self.timed(waves(time))
        missed = self.leave(self.drawer(as_tokens(torch.cat([x, sketch], 1)), told))
        at, rest = time.view(-1, 1, 1, 1), grid(self.rest)
        share = at * rest / (at.square() * rest + (1 - at).square()).clamp(min=TINY)
        return sketch + share * (x - at * sketch) + as_grid(missed, self.config.places)

    def sketch(self, z: Tensor) -> Tensor:
        """What latents (B, 64) say by themselves, (B, 128, 8, 8) in the net's units: the mean, smooth and blurred."""
        places = self.config.places
        return (self.middle + (z * self.spread) @ self.directions).unflatten(1, (-1, places, places))

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
    """A look at neighbours, at all, then two layers on each token, scaled, shifted and weighed by what the net is told.

    Args:
        width: Of a token.
        heads: Of the attention.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.own = nn.Parameter(torch.tensor([0.0, 0.0, 0.5, 0.0, 0.0, 0.5]).repeat_interleave(width))  # (6 W,)
        self.beside = nn.Conv2d(width, width, 3, padding=1, groups=width)
        nn.init.zeros_(self.beside.weight)
        self.asked, self.answered = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, six: Tensor) -> Tensor:
        """Tokens (B, N, W) to tokens."""
        scale, shift, weight, scale_too, shift_too, weight_too = (six + self.own).unsqueeze(1).chunk(6, 2)  # (B, 1, W)
        x = x + as_tokens(self.beside(as_grid(x, math.isqrt(x.shape[1]))))
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
    speeds = torch.exp(torch.linspace(0, math.log(LONGEST), TIMES, device=times.device))
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


def flow_matching_loss(net: FlowMatchingVAE, y: Tensor, price: float) -> Tensor:
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
    time = torch.sigmoid(EARLY + SPREAD * torch.randn(len(y), device=y.device))
    at = time.view(-1, 1, 1, 1)
    between = torch.randn_like(x).lerp(x, at)
    error = (net.foretold(between, time, posterior.sample()) - x) / (1 - at).clamp(min=LAST)
    return error.square().mean() + price * posterior.divergence().mean()
