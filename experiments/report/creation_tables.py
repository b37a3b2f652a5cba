"""Measurements of created pictures as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, mean_and_deviation, provenance, table

MEASURES = (("frechet", "FCD", 1), ("density", "density", 2), ("coverage", "coverage", 2))


def creation_tables() -> str:
    """Samples of clothes and of painted figures against other VAEs, morphs, and the time they take."""
    return _clothes() + _painted_figures() + _morphs() + provenance("generate", "manner", "morphs", "create")


def _clothes() -> str:
    result = load_result("generate")
    rival = result["verdict"]["best_rival"]
    models = {
        "Pochade": ("ours", "prior"),
        "the tutorial's VAE": ("tutorial", "normal"),
        f"best of pythae: {rival}": tuple(rival.split(", ")),
    }
    figures = [result["models"][model]["samplers"][sampler] for model, sampler in models.values()]
    rows = [
        [title, *(mean_and_deviation(figure[key], digits) for figure in figures)] for key, title, digits in MEASURES
    ]
    return table(["10,000 sampled pictures of clothes", *models], *rows)


def _painted_figures() -> str:
    result = load_result("manner")
    models = {"Pochade": "ours", "plain VAE": "plain VAE", "the tutorial's VAE, scaled up": "tutorial"}
    figures: list[dict[str, Any]] = [result[name] for name in models.values()]
    return table(
        [f"500 samples from {result['learnt']} painted figures, {result['minutes']:.0f} minutes", *models],
        ["KID, in features of our embedding model", *(f"{figure['kid']:.2f}" for figure in figures)],
        [
            "closer to a training picture than 99 % of held-out pictures are",
            *(f"{figure['nearer_than_held_out']:.1%}" for figure in figures),
        ],
    )


def _morphs() -> str:
    morphs, times = load_result("morphs"), load_result("create")
    paths = [morphs[size]["ways"][path] for size in ("16 numbers", "64 numbers") for path in ("prior", "straight line")]
    text = table(
        [f"{morphs['pairs']} morphs between clothes", "16-d latent", "straight line", "64-d latent", "straight line"],
        [
            "midpoint: share of real latents that are less dense",
            *(f"{path['middle_percentile']['mean']:.2f}" for path in paths),
        ],
        ["largest step / mean step", *(f"{path['largest_step_over_mean']['mean']:.1f}" for path in paths)],
    )
    samples, frames = (times[name]["median"] for name in ("sixteen_samples_s", "sixty_frames_s"))
    return f"{text}Sixteen samples of 128 x 128 pixels take {samples:.1f} s, a morph of sixty frames {frames:.1f} s.\n"
