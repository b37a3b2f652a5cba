"""What a trained net does with many pictures: codes, reconstructions, errors, the evidence lower bound."""

import math
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.special import log_ndtr

from pochade.models import VAE

BATCH = 1_000
WHITE = 255
ACTIVE_VARIANCE = 0.01  # a latent number whose posterior mean varies less than this tells pictures nothing apart


class Encoder(Protocol):
    """A net with a way down."""

    def encode(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Pictures to latents, or to the mean and log-variance of latents."""


class Coder(Encoder, Protocol):
    """A net with a way down and a way up."""

    def decode(self, z: Tensor) -> Tensor:
        """Latents to pictures."""


class Evidence(NamedTuple):
    """The evidence lower bound on pictures of 256 levels."""

    elbo: float  # nats a picture; higher is better, 0 would be perfect foreknowledge
    bits_per_dimension: float  # bits a pixel value that a coder built on the net would need
    divergence: float  # the KL term alone, nats a picture


@torch.inference_mode()
def encode_pictures(net: Encoder, images: Tensor) -> Tensor:
    """Codes (N, *latent_shape) of uint8 pictures (N, C, H, W); for a VAE the means of the posteriors."""
    return torch.cat([_mean_code(net, batch.float() / WHITE) for batch in images.split(BATCH)])


@torch.inference_mode()
def decode_latents(net: Coder, latents: Tensor) -> Tensor:
    """Pictures (N, C, H, W) in [0, 1] for latents (N, *latent_shape)."""
    return torch.cat([net.decode(batch) for batch in latents.split(BATCH)])


@torch.inference_mode()
def cycle(net: Coder, latents: Tensor) -> Tensor:
    """Where latents (N, *latent_shape) land when they are decoded and the pictures encoded again."""
    return torch.cat([_mean_code(net, net.decode(batch)) for batch in latents.split(BATCH)])


@torch.inference_mode()
def reconstruction_error(net: Coder, images: Tensor) -> float:
    """The mean squared error of copies of uint8 pictures (N, C, H, W), with pixels in [0, 1]; without noise."""
    total = 0.0
    for batch in images.split(BATCH):
        x = batch.float() / WHITE
        total += (net.decode(_mean_code(net, x)) - x).square().sum().item()
    return total / images.numel()


@torch.inference_mode()
def sampled_error(net: VAE, images: Tensor, seed: int = 0) -> float:
    """The mean squared error of copies of uint8 pictures, each from one latent drawn from its posterior."""
    total = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(BATCH):
            x = batch.float() / WHITE
            total += (net(x).reconstruction - x).square().sum().item()
    return total / images.numel()


@torch.inference_mode()
def evidence(net: VAE, images: Tensor, sigma: float, seed: int = 0) -> Evidence:
    """The evidence lower bound of uint8 pictures (N, C, H, W), with one latent drawn for each.

    The decoder's normal distribution is made discrete: a level's probability is the mass between it and its neighbours,
    and the outermost levels take the tails. So the figure is a true code length, to be set beside a file's size.

    Args:
        net: The VAE.
        images: The pictures.
        sigma: The decoder's standard deviation, of pixels in [0, 1]: the root of `sampled_error` on training pictures.
        seed: Decides the latents drawn.
    """
    likelihood = divergence = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(BATCH):
            posterior = net.encode(batch.float() / WHITE)
            reconstruction = net.decode(posterior.sample())
            likelihood += _log_probability(batch, reconstruction, sigma).sum().item()
            divergence += posterior.divergence().sum().item()
    elbo = (likelihood - divergence) / len(images)
    return Evidence(elbo, -elbo / (math.log(2) * images[0].numel()), divergence / len(images))


def active_units(codes: Tensor) -> int:
    """How many numbers of the code (N, D) tell pictures apart (Burda et al., ICLR 2016)."""
    return int((codes.flatten(1).var(0) > ACTIVE_VARIANCE).sum())


def _mean_code(net: Encoder, x: Tensor) -> Tensor:
    encoded = net.encode(x)
    return encoded if isinstance(encoded, Tensor) else encoded[0]


def _log_probability(levels: Tensor, reconstruction: Tensor, sigma: float) -> Tensor:
    """The log of the mass that a normal distribution round the reconstruction gives to each level, in nats."""
    centre = levels.double() / WHITE - reconstruction.double()
    upper = torch.where(levels == WHITE, torch.inf, centre + 0.5 / WHITE) / sigma
    lower = torch.where(levels == 0, -torch.inf, centre - 0.5 / WHITE) / sigma
    mirrored = centre > 0  # the same mass on the other side, where the logarithm keeps its digits
    top, bottom = torch.where(mirrored, -lower, upper), torch.where(mirrored, -upper, lower)
    log_top, log_bottom = log_ndtr(top), log_ndtr(bottom)
    log_mass: Tensor = log_top + torch.log1p(-(log_bottom - log_top).exp())
    return log_mass
