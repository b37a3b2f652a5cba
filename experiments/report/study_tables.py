"""Measurements of the Fashion-MNIST study as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, mean_and_deviation, provenance, table

SAMPLE_ROWS = (  # title, model, sampler
    ("autoencoder, 576 numbers; random latents", "autoencoder", "normal"),
    ("autoencoder, 16 numbers; random latents", "autoencoder_16", "normal"),
    ("the same, each number with its own mean and deviation", "autoencoder_16", "matched"),
    ("VAE, summed loss; standard normal prior", "vae", "normal"),
    ("VAE, calibrated; standard normal prior", "vae_calibrated", "normal"),
    ("VAE, calibrated; learned prior", "vae_calibrated", "mixture"),
    ("autoencoder, 16 numbers; learned prior", "autoencoder_16", "mixture"),
    ("autoencoder, 32 numbers; learned prior", "autoencoder_32", "mixture"),
)
SAMPLE_MEASURES = (("fcd", 1), ("density", 2), ("coverage", 2))
EMPTY_ROWS = (
    ("autoencoder, 576 numbers", "autoencoder"),
    ("autoencoder, 16 numbers", "autoencoder_16"),
    ("VAE, summed loss", "vae"),
    ("VAE, calibrated", "vae_calibrated"),
)


def study_tables() -> str:
    """Both recipes side by side, samples by model and prior, and autoencoders against PCA by the size of the latent."""
    study, dimensions = load_result("study"), load_result("dimensions")
    seeds = study["fast"]["wall_seconds"]["n"]
    return (
        _recipes(study)
        + _samples(study)
        + _dimensions(dimensions["by_dimension"])
        + f"± is the standard deviation over {seeds} seeds. {provenance('study', 'dimensions')}"
    )


def _recipes(study: dict[str, Any]) -> str:
    """What both recipes reach, and in what time."""
    tutorial, fast = study["tutorial"], study["fast"]

    def row(title: str, figure: str, digits: int) -> list[str]:
        return [title, f"{tutorial[figure]:.{digits}f}", mean_and_deviation(fast[figure], digits)]

    return table(
        ["", "tutorial recipe", "fast recipe"],
        row("test MSE of the autoencoder, 576 numbers", "autoencoder_test_mse", 5),
        row("test MSE of the VAE, 16 numbers", "vae_test_mse", 5),
        row("test loss of the VAE, nats", "vae_test_loss", 2),
        row("training of the VAE, seconds", "vae_training_seconds", 0),
        *(row(f"random points out of distribution: {title}", f"empty_share_{name}", 3) for title, name in EMPTY_ROWS),
        row("denoiser, dB", "denoising_denoiser", 1),
        row("best blur, dB", "denoising_best_blur", 1),
        row("10-nearest-neighbour accuracy, 64 numbers", "knn_accuracy", 3),
        row("clustering accuracy, sizes known", "clustering_accuracy", 3),
        row("clustering NMI, sizes known", "clustering_nmi", 3),
        row("clustering accuracy, sizes unknown", "sizes_unknown_accuracy", 3),
        row("clustering NMI, sizes unknown", "sizes_unknown_nmi", 3),
        row("the whole study, seconds", "wall_seconds", 0),
    )


def _samples(study: dict[str, Any]) -> str:
    """How good new pictures are, by the model and by where its latents come from; fast recipe."""
    floor = study["floor"]
    rows = [
        [
            title,
            *(
                mean_and_deviation(study["fast"][f"{measure}_{model}_{sampler}"], digits)
                for measure, digits in SAMPLE_MEASURES
            ),
        ]
        for title, model, sampler in SAMPLE_ROWS
    ]
    real = ["real pictures", *(f"{floor[measure]:.{digits}f}" for measure, digits in SAMPLE_MEASURES)]
    return table(["10,000 new pictures, fast recipe", "FCD", "density", "coverage"], *rows, real)


def _dimensions(by_dimension: dict[str, Any]) -> str:
    rows = [
        [title, *(f"{figures[key]:.5f}" for figures in by_dimension.values())]
        for title, key in (("PCA, test MSE", "pca_test_mse"), ("autoencoder, fast recipe", "autoencoder_test_mse"))
    ]
    return table(["numbers in the latent", *by_dimension], *rows)
