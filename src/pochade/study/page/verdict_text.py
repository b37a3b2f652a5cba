"""The verdict of the lesson: which model makes new pictures, and what the VAE is good for."""

from collections.abc import Mapping
from typing import Any

from pochade.study.page.number_text import decimal_text, is_number, percent_text

Metrics = Mapping[str, Any]
FEW = 0.1
LARGE_PART = 0.7  # of the coverage that real training pictures have
MODEL_NAMES = {
    "autoencoder": "the autoencoder",
    "autoencoder_16": "the autoencoder with 16 numbers",
    "autoencoder_32": "the autoencoder with 32 numbers",
    "vae": "the VAE",
    "vae_calibrated": "the calibrated VAE",
}
MEASURES = (("fcd", 1), ("density", 2), ("coverage", 2))  # and their decimals
PRIOR_NAMES = {"normal": "and N(0, I)", "matched": "and matched scale", "mixture": "and a learned prior"}


def verdict_text(m: Metrics) -> str:
    """Whether the fourth wish is granted, by which model, and what the VAE was good for."""
    best = _best_sampler(m, tuple(PRIOR_NAMES))
    direct = _best_sampler(m, ("normal",))
    if best is None or direct is None:
        return "In this run the samples could not be compared."
    floor = ", ".join(decimal_text(m[key]["floor"], decimals) for key, decimals in MEASURES)
    first = (
        f"{_grade_text(m, *best)} By coverage, the best new pictures of this run come from {_sampler_text(m, *best)}. "
        f"(Real training pictures have {floor}.) Without a second model, drawn from N(0, I), the best come from "
        f"{_sampler_text(m, *direct)}."
    )
    return f"{first} {_need_text(best)} {_space_text(m)}"


def _best_sampler(m: Metrics, priors: tuple[str, ...]) -> tuple[str, str] | None:
    """The model and the prior with the largest coverage; FCD can be misled, as the lesson shows."""
    shares = {
        (name, prior): m["coverage"][name][prior]
        for name in MODEL_NAMES
        for prior in priors
        if is_number(m["coverage"].get(name, {}).get(prior))
    }
    return max(shares, key=lambda key: shares[key]) if shares else None


def _grade_text(m: Metrics, name: str, prior: str) -> str:
    """How far the best samples come, beside real training pictures."""
    share = m["coverage"][name][prior] / m["coverage"]["floor"]
    return "Largely, yes." if share >= LARGE_PART else "Only in part."


def _sampler_text(m: Metrics, name: str, prior: str) -> str:
    values = ", ".join(f"{_title(key)} {decimal_text(m[key][name][prior], decimals)}" for key, decimals in MEASURES)
    return f"{MODEL_NAMES[name]} {PRIOR_NAMES[prior]} ({values})"


def _title(key: str) -> str:
    return "FCD" if key == "fcd" else key


def _need_text(best: tuple[str, str]) -> str:
    """Whether the VAE's training is needed for the best samples."""
    name, prior = best
    if name.startswith("vae"):
        return "So the VAE's training pays for new pictures, too."
    if prior == "mixture":
        return "So once a prior is learned, these pictures don't need a VAE."
    return "So in this run new pictures don't need a VAE."


def _space_text(m: Metrics) -> str:
    """Whether the VAE's latent space has few gaps."""
    share = m["empty_share"]["vae"]
    text = "has few gaps" if share <= FEW else "has gaps, too"
    return f"The VAE's latent space {text}: {percent_text(share)} of random points are out of distribution."
