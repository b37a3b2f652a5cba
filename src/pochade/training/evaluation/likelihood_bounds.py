"""Bounds on how likely a VAE finds pictures: the evidence lower bound, and a tighter one.

The decoder's normal distribution is discretised: the probability of a level is the mass that is nearer to it than to
any other level. So a bound is a true code length, comparable with the size of a file.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.special import log_ndtr

from pochade.models.vae import VAE, Posterior
from pochade.training.evaluation.reconstruction import BATCH_PICTURES, WHITE

BATCH_SAMPLES = 2_000  # latents that are decoded at once


class EvidenceBound(NamedTuple):
    """The evidence lower bound on pictures of 256 levels. The study stores it under these field names."""

    elbo: float  # nats per picture; higher is better, and 0 is the limit
    bits_per_dimension: float  # bits per value that an entropy coder would need with this model
    divergence: float  # the KL term alone, nats per picture


@torch.inference_mode()
def evidence_lower_bound(model: VAE, images: Tensor, sigma: float, seed: int = 0) -> EvidenceBound:
    """The evidence lower bound of pictures, from one sample of each posterior.

    Args:
        model: The VAE.
        images: Pictures (N, C, H, W) as uint8.
        sigma: The decoder's standard deviation, for pixels in [0, 1]: the square root of
            `sampled_reconstruction_error` on training pictures.
        seed: Decides the samples.

    Returns:
        The bound, averaged over the pictures.
    """
    likelihood = divergence = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(BATCH_PICTURES):
            posterior = model.encode(batch.float() / WHITE)
            reconstruction = model.decode(posterior.sample())
            likelihood += _log_probability(batch, reconstruction, sigma).sum().item()
            divergence += posterior.divergence().sum().item()
    elbo = (likelihood - divergence) / len(images)
    return EvidenceBound(elbo, -elbo / (math.log(2) * images[0].numel()), divergence / len(images))


@torch.inference_mode()
def importance_weighted_bound(model: VAE, images: Tensor, sigma: float, samples: int, seed: int = 0) -> float:
    """The importance-weighted bound of pictures: closer to their likelihood than the evidence lower bound.

    It is the logarithm of the mean of p(x, z) / q(z | x) over several samples z of each posterior (Burda, Grosse &
    Salakhutdinov, "Importance Weighted Autoencoders", ICLR 2016).

    Args:
        model: The VAE.
        images: Pictures (N, C, H, W) as uint8.
        sigma: The decoder's standard deviation, for pixels in [0, 1].
        samples: Samples of each posterior; more give a tighter bound, and 1 the evidence lower bound.
        seed: Decides the samples.

    Returns:
        Bits per value, averaged over the pictures.
    """
    nats = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(max(1, BATCH_SAMPLES // samples)):
            posterior = Posterior(*(part.repeat_interleave(samples, 0) for part in model.encode(batch.float() / WHITE)))
            latents = posterior.sample()  # (B * samples, D)
            levels = batch.repeat_interleave(samples, 0)
            weights = _log_probability(levels, model.decode(latents), sigma).flatten(1).sum(1)
            weights += _log_prior(latents) - _log_posterior(posterior, latents)
            nats += (weights.view(-1, samples).logsumexp(1) - math.log(samples)).sum().item()
    return -nats / (len(images) * math.log(2) * images[0].numel())


def _log_prior(latents: Tensor) -> Tensor:
    """The log density of latents (B, D) under the standard normal distribution, without its constant (B,)."""
    return -0.5 * latents.square().sum(1)


def _log_posterior(posterior: Posterior, latents: Tensor) -> Tensor:
    """The log density of latents (B, D) under their posteriors, without its constant (B,)."""
    standardised = (latents - posterior.mean).square() / posterior.log_variance.exp()
    return -0.5 * (standardised + posterior.log_variance).sum(1)


def _log_probability(levels: Tensor, reconstruction: Tensor, sigma: float) -> Tensor:
    """The logarithm, in nats, of the mass that a normal distribution around the reconstruction gives to each level."""
    centre = levels.double() / WHITE - reconstruction.double()
    upper = torch.where(levels == WHITE, torch.inf, centre + 0.5 / WHITE) / sigma
    lower = torch.where(levels == 0, -torch.inf, centre - 0.5 / WHITE) / sigma
    mirrored = centre > 0  # the lower tail has the same mass, and there the logarithm is more exact
    top, bottom = torch.where(mirrored, -lower, upper), torch.where(mirrored, -upper, lower)
    log_top, log_bottom = log_ndtr(top), log_ndtr(bottom)
    log_mass: Tensor = log_top + torch.log1p(-(log_bottom - log_top).exp())
    return log_mass
