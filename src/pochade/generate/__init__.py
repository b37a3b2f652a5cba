"""Latents to new latents: the prior that is learnt from codes, samples of it, and paths that stay in it."""

from pochade.generate.latents import as_latents, morph, standard_normal
from pochade.generate.prior import FEWEST, Prior

__all__ = ["FEWEST", "Prior", "as_latents", "morph", "standard_normal"]
