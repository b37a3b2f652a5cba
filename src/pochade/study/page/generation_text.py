"""Sentences of the lesson about random points, samples and the price of a filled latent space.

Like those of `lesson_text`, they take the content of `metrics.json`, and claim only what happened in this run.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pochade.study.figures.share_interval import share_interval
from pochade.study.page.number_text import count_text, decimal_text, error_text, is_number, percent_text
from pochade.study.page.verdict_text import FEW, MODEL_NAMES

Metrics = Mapping[str, Any]
NEARLY_ALL = 0.9
PLAIN = ("autoencoder", "autoencoder_16", "autoencoder_32")


def share_text(m: Metrics, name: str = "autoencoder") -> str:
    """The share of random points, and of real pictures, that the tests find out of distribution for one model."""
    share, count = m["empty_share"][name], m["judged_points"]
    low, high = share_interval(share, count)
    return (
        f"{count_text(round(share * count))} of {count_text(count)} random points are out of distribution for "
        f"{MODEL_NAMES[name]}. (For endlessly many points the share would be between {percent_text(low)} and "
        f"{percent_text(high)}; such statements are right 95 times in 100.) By mistake, the same "
        f"tests also find {percent_text(m['empty_share_real'][name])} of real test pictures out of distribution."
    )


def share_contrast(m: Metrics) -> str:
    """What the shares of the four models say together."""
    shares = m["empty_share"]
    plain, vae, calibrated = shares["autoencoder_16"], shares["vae"], shares["vae_calibrated"]
    narrow = f"the autoencoder with 16 numbers ({percent_text(plain)})"
    if vae <= FEW and plain >= NEARLY_ALL:
        first = (
            f"Nearly every random point is out of distribution for {narrow}, and nearly none for the VAE "
            f"({percent_text(vae)})"
        )
        is_fair = m["vae"]["latent_numbers"] == m["autoencoder_16"]["latent_numbers"]
        first += ", although both have latents of the same size." if is_fair else "."
    elif vae < plain:
        first = f"Fewer random points are out of distribution for the VAE ({percent_text(vae)}) than for {narrow}."
    else:
        first = f"In this run the VAE ({percent_text(vae)}) did not fill its latent space better than {narrow}."
    if calibrated > vae + FEW:
        return f"{first} For the calibrated VAE it's {percent_text(calibrated)}: that's what sharper pictures cost."
    return first


def point_names(m: Metrics) -> str:
    """Whether the tested point is out of distribution for the autoencoder and for the VAE."""
    words = {True: "out of distribution", False: "in distribution"}
    plain, vae = m["empty_point"]["verdict"] == "empty", m["empty_point"]["vae"]["verdict"] == "empty"
    joint = "and" if plain == vae else "but"
    return f"The first column's point is {words[plain]} for the autoencoder, {joint} {words[vae]} for the VAE."


def cause_text(m: Metrics) -> str:
    """What the scale, the number of dimensions and the VAE's training each contribute to the density of samples."""
    density, size = m["density"], m["vae"]["latent_numbers"]
    training = "the VAE's training"
    if size != m["autoencoder_16"]["latent_numbers"]:
        training += f" and its size of {count_text(size)}"
    steps = [
        ("the start", density["autoencoder"]["normal"]),
        ("matching the scale", density["autoencoder"]["matched"]),
        ("changing the size to 16 numbers", density["autoencoder_16"]["matched"]),
        (training, density["vae"]["matched"]),
        ("drawing from N(0, I)", density["vae"]["normal"]),
    ]
    path = ", ".join(decimal_text(value) for _, value in steps)
    gains = {name: value - before for (_, before), (name, value) in pairwise(steps)}
    best = max(gains, key=lambda name: gains[name])
    if not is_number(gains[best]) or gains[best] <= 0:
        return f"Density, row by row: {path}. In this run no step raises it."
    return f"Density, row by row: {path}. The largest gain comes from {best}. {_wider_text(m)}"


def _wider_text(m: Metrics) -> str:
    """Whether 32 numbers are better than the autoencoder's own, with matched scale."""
    wide, narrow = (m["density"][name]["matched"] for name in ("autoencoder", "autoencoder_32"))
    text = f"(An autoencoder with 32 numbers and matched scale has {decimal_text(narrow)}"
    numbers = m["autoencoder"]["latent_numbers"]
    comparison = "more than" if narrow > wide else "no more than"
    return f"{text}, {comparison} the one with {count_text(numbers)}: {decimal_text(wide)}.)"


def learned_prior_text(m: Metrics) -> str:
    """What a learned prior changes, model by model, and whether it's enough to match the scale."""
    names = [name for name in MODEL_NAMES if {"normal", "mixture"} <= set(m["fcd"].get(name, {}))]
    if not names:
        return "In this run the effect could not be measured."
    parts = [f"{MODEL_NAMES[name]} {_fcd(m, name, 'normal')} and {_fcd(m, name, 'mixture')}" for name in names]
    best = min(names, key=lambda name: m["fcd"][name]["mixture"])
    text = f"FCD without and with it: {', '.join(parts)}. The best is {MODEL_NAMES[best]}."
    return f"{text} {_scale_text(m)}".rstrip()


def _scale_text(m: Metrics) -> str:
    """Whether matching the scale of the random numbers is enough for the plain autoencoders."""
    matched, mixture = ([m["density"][name][prior] for name in PLAIN] for prior in ("matched", "mixture"))
    if max(matched) >= min(mixture):
        return ""
    return (
        "Matching the scale of each number isn't enough: the density of plain autoencoders is then at most "
        f"{decimal_text(max(matched))}, and with the learned prior at least {decimal_text(min(mixture))}."
    )


def _fcd(m: Metrics, name: str, prior: str) -> str:
    return decimal_text(m["fcd"][name][prior], 1)


def ranking_text(m: Metrics) -> str:
    """Whether FCD and density disagree about samples of the VAE and of the calibrated VAE from N(0, I)."""
    names = ("vae", "vae_calibrated")
    distances, densities = ({name: m[key][name]["normal"] for name in names} for key in ("fcd", "density"))
    if not all(is_number(value) for value in (*distances.values(), *densities.values())):
        return "In this run the two measures could not be compared."
    nearer, denser = min(names, key=lambda name: distances[name]), max(names, key=lambda name: densities[name])
    other = names[nearer == names[0]]
    numbers = f"({decimal_text(distances[nearer], 1)} against {decimal_text(distances[other], 1)})"
    values = f"{decimal_text(densities[nearer])} against {decimal_text(densities[other])}"
    if nearer == denser:
        return f"From N(0, I), FCD prefers {MODEL_NAMES[nearer]} {numbers}, and density agrees: {values}."
    return f"From N(0, I), FCD prefers {MODEL_NAMES[nearer]} {numbers}, although density says the opposite: {values}."


def _trade_name(row: Mapping[str, Any]) -> str:
    return "the calibrated VAE" if row["kl_weight"] is None else f"the VAE with KL × {row['kl_weight']:g}"


def blur_text(m: Metrics) -> str:
    """What the summed loss costs in sharpness, and what calibration returns."""
    summed, calibrated = m["vae"]["test_mse"], m["vae_calibrated"]["test_mse"]
    text = (
        f"The test error is {error_text(summed)} with the summed loss, and {error_text(calibrated)} with the calibrated"
    )
    if calibrated < summed:
        return f"{text}: {percent_text(1 - calibrated / summed, 0)} less, with the same layers."
    return f"{text}. In this run calibration did not make it smaller."


def vae_price_text(m: Metrics) -> str:
    """What being a VAE costs beside an autoencoder with as many numbers."""
    numbers = m["vae"]["latent_numbers"]
    alike = [m[name] for name in ("autoencoder_16", "autoencoder") if m[name]["latent_numbers"] == numbers]
    text = f"The VAE's test error is {error_text(m['vae']['test_mse'])} with {count_text(numbers)} numbers."
    return f"{text} A plain autoencoder with as many has {error_text(alike[0]['test_mse'])}." if alike else text


def trade_text(m: Metrics) -> str:
    """The two ends of the trade between sharpness and a filled latent space, and the largest coverage between them."""
    rows = sorted(m["rate_distortion"], key=lambda row: row["kl"])
    first, last, widest = rows[0], rows[-1], max(rows, key=lambda row: row["coverage"])
    text = (
        f"From {_trade_name(first)} to {_trade_name(last)}, the KL goes from {decimal_text(first['kl'], 1)} to "
        f"{decimal_text(last['kl'], 1)} nats, the error from {error_text(first['test_mse'])} to "
        f"{error_text(last['test_mse'])}, and the density of samples from {decimal_text(first['density'])} to "
        f"{decimal_text(last['density'])}. Coverage is largest for {_trade_name(widest)}: "
        f"{decimal_text(widest['coverage'])}."
    )
    if widest in (first, last):
        return text
    used, numbers = first["active_units"], m[first["model"]]["latent_numbers"]
    usage = f": {_trade_name(first)} uses {used} of {numbers} numbers" if used < numbers else ""
    return f"{text} With a larger weight, variety is lost{usage}. With a smaller one, gaps open."


def copied_text(m: Metrics) -> str:
    """Whether samples are copies of training pictures."""
    share = m["copied_share"]["vae"]["mixture"]
    outcome = "So the model doesn't copy." if share <= 0.02 else "So it may copy some."  # noqa: PLR2004
    return f"By this rule {percent_text(share, 2)} of the VAE's samples from the learned prior are copies. {outcome}"


def active_text(m: Metrics) -> str:
    """How many numbers of the VAEs' latents are in use."""
    used = [f"{m[name]['active_units']} of {m[name]['latent_numbers']}" for name in ("vae", "vae_calibrated")]
    return f"The VAE uses {used[0]}, and the calibrated VAE {used[1]}."


def bound_text(m: Metrics) -> str:
    """How much tighter the bound becomes with more samples of each posterior, measured on the same pictures."""
    parts, measured = [], {}
    for name in ("vae", "vae_calibrated"):
        if tighter := m[name].get("importance_weighted"):
            measured = tighter
            bits = (decimal_text(tighter[key], 3) for key in ("elbo_bits_per_dimension", "bits_per_dimension"))
            parts.append(f"from {' to '.join(bits)} bits per pixel for {MODEL_NAMES[name]}")
    if not parts:
        return "It was not measured in this run."
    return (
        f"With {count_text(measured['samples'])} samples of each posterior, on {count_text(measured['pictures'])} "
        f"pictures, the bound goes {' and '.join(parts)}. So the true cost is lower than the ELBO says, by at least "
        "this difference."
    )
