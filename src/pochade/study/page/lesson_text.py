"""Sentences of the lesson that depend on the numbers of the run: errors, bytes, neighbours and noise.

Each function takes the content of `metrics.json` and returns one or a few sentences. So no sentence claims what did not
happen in this run. `generation_text` has the sentences about random points and samples.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pochade.study.page.number_text import byte_text, count_text, decimal_text, error_text, is_number, percent_text

Metrics = Mapping[str, Any]
CLEAR_DIFFERENCE = 0.01  # relative; smaller differences between two errors are a draw
LARGE_SHARE = 0.9  # of a fall
TEST_NAMES = {
    "neighbour_distance": "the distance to its neighbours",
    "mahalanobis": "the distance from the mean",
    "log_density": "the log likelihood",
    "cycle_error": "the change by decoding and encoding",
}


def recipe_text(m: Metrics) -> str:
    """How the models were trained."""
    recipe = m["settings"]["recipe"]
    epochs = f"{recipe['epochs']} epoch{'s' if recipe['epochs'] > 1 else ''}"
    batches = f"batches of {recipe['batch_size']} pictures"
    if recipe["optimiser"] == "adam":
        return (
            f"This run used the optimiser Adam with a constant learning rate of {recipe['learning_rate']:g}, {batches} "
            f"and {epochs}. Adam divides each weight's step by the usual size of its gradient, so all weights move at "
            "a similar pace."
        )
    return (
        f"This run used the optimiser Muon, {batches} and {epochs}. Muon makes a step equally large in all directions, "
        "so a few large gradients don't outweigh the rest; you can skip this detail. The learning rate rises to "
        f"{recipe['learning_rate']:g} in the first fifth of the run, then falls to almost nothing."
    )


def fall_text(m: Metrics) -> str:
    """Where in the run most of the fall of the autoencoder's loss happened."""
    trace: Sequence[float] = m["autoencoder"]["trace"]
    fall = trace[0] - min(trace)
    if len(trace) < 2 or fall <= 0:  # noqa: PLR2004
        return "In this run the loss did not fall."
    done = next(step for step, value in enumerate(trace) if trace[0] - value >= LARGE_SHARE * fall)
    share = (done + 1) / len(trace)
    if share == 1:
        return "The loss falls until the end of the run."
    return (
        f"After {percent_text(share, 0)} of the run, the loss has made nine tenths of its fall. The other "
        f"{percent_text(1 - share, 0)} bring the last tenth."
    )


def pca_text(m: Metrics) -> str:
    """The errors of the autoencoders and of PCA with as many numbers."""
    names = ("autoencoder", "autoencoder_32", "autoencoder_16", "autoencoder_2")
    verdicts = list(dict.fromkeys(verdict for name in names if (verdict := _pca_verdict(m, name))))
    return f"The test errors of the autoencoder and of PCA: {'; '.join(verdicts)}." if verdicts else ""


def _pca_verdict(m: Metrics, name: str) -> str:
    """The two errors of one size and the winner, or nothing if PCA was not measured with as many numbers."""
    numbers, error = m[name]["latent_numbers"], m[name]["test_mse"]
    linear = m["pca"]["test_mse"].get(str(numbers))
    if not (is_number(linear) and is_number(error)):
        return ""
    winner = _smaller({"the autoencoder": error, "PCA": linear})
    outcome = f"{winner} wins" if winner else "a draw"
    return f"with {count_text(numbers)} numbers {error_text(error)} and {error_text(linear)} ({outcome})"


def pca_lesson(m: Metrics) -> str:
    """What follows from the comparison with PCA."""
    linear = m["pca"]["test_mse"]
    names = [
        name for name in ("autoencoder", "autoencoder_16", "autoencoder_32") if str(m[name]["latent_numbers"]) in linear
    ]
    wins = {name: m[name]["test_mse"] < linear[str(m[name]["latent_numbers"])] for name in names}
    if all(wins.values()):
        return "In this run training was worth it at every size."
    if not any(wins.values()):
        return "In this run training was worth it at no size; longer training may change that."
    lost = max(m[name]["latent_numbers"] for name, won in wins.items() if not won)
    if lost < max(m[name]["latent_numbers"] for name, won in wins.items() if won):
        return f"With {count_text(lost)} numbers PCA is better in this run; longer training may change that."
    text = f"With {count_text(lost)} numbers there's so much room that a linear method is enough."
    if wins["autoencoder"]:
        return text
    epochs = m["settings"]["recipe"]["epochs"]
    duration = f"{epochs} epoch{'s' if epochs > 1 else ''}"
    return (
        f"{text} We keep the wide autoencoder all the same, as an example of what too much room does. (It was trained "
        f"for only {duration}; more would probably make its error smaller.) A neural network is worth its training "
        "where the latent is small."
    )


def expansion_text(m: Metrics) -> str:
    """How large the autoencoder's latent is beside the picture it stands for."""
    raw, latent = m["bytes"]["raw"], m["bytes"]["autoencoder_float32"]
    numbers = m["autoencoder"]["latent_numbers"]
    size = f"torch stores a decimal number in 4 bytes, so {count_text(numbers)} numbers are {count_text(latent)} bytes"
    picture = f"The picture itself has one byte per value, {count_text(raw)} bytes"
    if latent > raw:
        return f"{size}. {picture}. The stored latent is {latent / raw:.1f} times as large as the picture."
    return f"{size}. {picture}. So even stored like this, the latent is {raw / latent:.1f} times smaller."


def byte_verdict(m: Metrics) -> str:
    """Whether the autoencoders beat the image formats."""
    sizes, errors = m["bytes"], m["bytes_mse"]
    latent, webp = ("autoencoder_8bit", "webp_q20")
    is_smaller, is_closer = sizes[latent] < sizes[webp], errors[latent] < errors[webp]
    numbers = m["autoencoder"]["latent_numbers"]
    added = " (zlib can't make them smaller and adds a few bytes of its own)" if sizes[latent] > numbers else ""
    both = (
        f"With 8 bits for each number, the autoencoder's latent takes {byte_text(sizes[latent])} bytes{added}, and the "
        f"error is {error_text(errors[latent])}. WebP at quality 20 takes {byte_text(sizes[webp])} bytes, and the "
        f"error is {error_text(errors[webp])}."
    )
    if is_smaller and is_closer:
        return f"{both} The autoencoder wins on both counts."
    if is_smaller or is_closer:
        return f"{both} Each wins on one count."
    return f"{both} WebP wins on both counts."


def small_latent_text(m: Metrics) -> str:
    """What the smallest latent costs, beside the smallest files."""
    sizes, errors = m["bytes"], m["bytes_mse"]
    small, webp = "autoencoder_16_6bit", "webp_q0"
    text = (
        f"Sixteen numbers of 6 bits each are {byte_text(sizes[small])} bytes, with an error of "
        f"{error_text(errors[small])}. WebP at its lowest quality takes {byte_text(sizes[webp])} bytes, with an error "
        f"of {error_text(errors[webp])}."
    )
    if errors[small] <= errors[webp]:
        return f"{text} Here the small latent is even closer to the picture."
    return f"{text} So the small latent is smaller, and further from the picture."


def lossless_text(m: Metrics) -> str:
    """How VAEs as lossless compressors compare with PNG and WebP, file by file and with many pictures in one file."""
    bits = m["vae_calibrated"]["bits_per_dimension"]
    sizes = {"VAE": m["bytes"]["vae_elbo"], "calibrated VAE": bits * m["pixels"] / 8}
    files = {"PNG": m["bytes"]["png"], "WebP": m["bytes"]["webp_lossless"]}
    sheets = {"PNG": m["bytes"]["png_sheet"], "WebP": m["bytes"]["webp_lossless_sheet"]}
    bounds, single, joint = (
        ", ".join(f"{name} {count_text(size)}" for name, size in table.items()) for table in (sizes, files, sheets)
    )
    text = (
        f"Bytes per picture without loss: {bounds}. One file for each picture: {single}. Many pictures in one file: "
        f"{joint}."
    )
    best = min(sizes, key=lambda name: sizes[name])
    uncounted = "These sizes are computed, and the models' own bytes aren't counted."
    if sizes[best] < min(sheets.values()):
        return f"{text} So the {best} beats both ways. {uncounted}"
    if sizes[best] < min(files.values()):
        return f"{text} So the {best} beats single files, but no VAE beats many pictures in one file. {uncounted}"
    return f"{text} So no VAE of this page beats PNG and WebP without loss."


def neighbour_text(m: Metrics) -> str:
    """How often the ten nearest neighbours vote for the right class, by what is compared."""
    titles = {"pixels, PCA": "pixels", "autoencoder": "latents", "fingerprint": "embeddings"}
    shares = [f"{title} {percent_text(m['probes'][key]['knn_accuracy'])}" for key, title in titles.items()]
    return (
        "The ten nearest training pictures of each test picture vote on its class, and the vote is right for this "
        f"share: {', '.join(shares)}."
    )


def embedding_text(m: Metrics) -> str:
    """Whether edges helped the neighbours, and whether a network that predicts edges does better still."""
    embedding, network, pixels = (
        m["probes"][key]["knn_accuracy"] for key in ("fingerprint", "edge autoencoder", "pixels, PCA")
    )
    first = "Edges are a better basis than pixels." if embedding > pixels else "Here edges are no better than pixels."
    tried = f"We also trained an autoencoder that predicts the edges; its latents are right for {percent_text(network)}"
    if network > embedding + CLEAR_DIFFERENCE:
        return f"{first} {tried}, so here a network improves on the edges themselves."
    return f"{first} {tried}. So what counts here is what you compare, and no network is needed for it."


def cluster_text(m: Metrics) -> str:
    """How well groups match the classes, with and without knowing that all groups are equally large."""
    known, unknown = m["clustering"], m["clustering"].get("sizes_unknown")
    text = (
        "Told how many groups there are, and that all are equally large, the method puts "
        f"{percent_text(known['accuracy'])} of the pictures into the group of their class."
    )
    if unknown is None:
        return text
    return (
        f"{text} Without the hint about the sizes it's {percent_text(unknown['accuracy'])}. On your own pictures "
        "nobody knows the sizes, so expect the second number."
    )


def denoising_text(m: Metrics) -> str:
    """What each model does to noise; differences are those of the decibels as they are shown."""
    levels = {name: round(value, 1) for name, value in m["denoising"].items()}
    wide = f"autoencoder with {count_text(m['autoencoder']['latent_numbers'])} numbers"
    copied, gain, lead = (
        levels[name] - levels[other]
        for name, other in (("autoencoder", "noisy"), ("denoiser", "best_blur"), ("denoiser", "autoencoder"))
    )
    kept = (
        f"The {wide} removes some noise: {percent_text(10 ** (-copied / 10), 0)} of the error stays."
        if copied > 0
        else f"The {wide} makes the error no smaller."
    )
    against_blur = (
        f"The denoiser is {gain:.1f} dB better than the best blur: its error is {percent_text(10 ** (-gain / 10), 0)} "
        "of the blur's."
        if gain > 0
        else f"In this run the denoiser is {-gain:.1f} dB worse than the best blur."
    )
    against_plain = (
        f"The {wide}, with the same layers, is {lead:.1f} dB behind it."
        if lead > 0
        else f"In this run the {wide} is no worse than the denoiser."
    )
    return f"{kept} {_narrow_text(levels)} {against_blur} {against_plain}"


def _narrow_text(levels: Mapping[str, float]) -> str:
    """How the autoencoder with 16 numbers compares with the other one."""
    gain = levels["autoencoder_16"] - levels["autoencoder"]
    comparison = f"{abs(gain):.1f} dB {'better' if gain > 0 else 'worse'}" if gain else "as good"
    return f"The one with 16 numbers is {comparison}."


def point_text(m: Metrics) -> str:
    """Whether the random point is out of distribution, and which tests say so."""
    point = m["empty_point"]
    unusual = [TEST_NAMES[name] for name, test in point["tests"].items() if test["unusual"]]
    count = f"For our point {len(unusual)} of {len(point['tests'])} are unusual"
    which = f" ({', '.join(unusual)})" if 0 < len(unusual) < len(point["tests"]) else ""
    outcome = "It's out of distribution." if point["verdict"] == "empty" else "So it's not out of distribution."
    return f"{count}{which}. {outcome}"


def distance_text(m: Metrics) -> str:
    """How far the random point is from its neighbours, beside real pictures."""
    test = m["empty_point"]["tests"]["neighbour_distance"]
    ratio = test["value"] / test["high"] if test["high"] else float("nan")
    text = f"The mean distance from our point to its ten nearest training latents is {decimal_text(test['value'])}"
    within = "the distance within which 995 of 1,000 real test pictures stay"
    if ratio > 1:
        return f"{text}. That's {ratio:.1f} times {within} ({decimal_text(test['high'])})."
    return f"{text}. That's usual: {within} is {decimal_text(test['high'])}."


def _smaller(values: Mapping[str, float]) -> str | None:
    """The name of the clearly smallest value, or None for a draw."""
    (first, lowest), (_, second) = sorted(values.items(), key=lambda item: item[1])[:2]
    return first if second - lowest > CLEAR_DIFFERENCE * abs(lowest) else None
