"""The prior of a collection in latent space: fitted densities, samples, variations and paths."""

from pochade.analysis.prior.interpolation import as_latents, morph, standard_normal
from pochade.analysis.prior.latent_prior import FEWEST, LatentPrior

__all__ = ["FEWEST", "LatentPrior", "as_latents", "morph", "standard_normal"]
