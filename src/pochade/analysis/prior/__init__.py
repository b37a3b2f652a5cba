"""The prior of a collection in latent space: densities fitted to latents, their samples, variations and paths."""

from pochade.analysis.prior.interpolation import as_latents, interpolate_latents, standard_normal
from pochade.analysis.prior.latent_prior import MIN_LATENTS, LatentPrior

__all__ = ["MIN_LATENTS", "LatentPrior", "as_latents", "interpolate_latents", "standard_normal"]
