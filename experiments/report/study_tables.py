"""Measurements of the Fashion-MNIST study as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, mean_and_deviation, provenance, table

SAMPLE_MEASURES = (("fcd", "FCD", 1), ("kid", "KID", 3), ("coverage", "coverage", 2))


def study_tables() -> str:
    """Both recipes side by side, and the autoencoder against PCA by the size of the latent."""
    training, study, dimensions = (load_result(name) for name in ("training", "study", "dimensions"))
    seeds = study["fast"]["wall_seconds"]["n"]
    return (
        _recipes(training, study)
        + _dimensions(dimensions["by_dimension"])
        + f"± is the standard deviation over {seeds} seeds. {provenance('training', 'study', 'dimensions')}"
    )


def _recipes(training: dict[str, Any], study: dict[str, Any]) -> str:
    tutorial, fast = study["tutorial"], study["fast"]
    samples = [
        [
            f"{title} of samples, {prior} prior (real pictures: {study['floor'][measure]:.{digits}f})",
            f"{tutorial[f'{measure}_{prior}_prior']:.{digits}f}",
            mean_and_deviation(fast[f"{measure}_{prior}_prior"], digits),
        ]
        for measure, title, digits in SAMPLE_MEASURES
        for prior in ("normal", "learned")
    ]
    return table(
        ["", "tutorial recipe", "fast recipe"],
        [
            f"training of the autoencoder, seconds (median of {training['fast']['seconds']['n']})",
            *(f"{training[recipe]['seconds']['median']:.0f}" for recipe in ("tutorial", "fast")),
        ],
        [
            "its test MSE, 576 numbers",
            *(f"{training[recipe]['test_mse']['median']:.5f}" for recipe in ("tutorial", "fast")),
        ],
        [
            "test MSE of the VAE, 16 numbers",
            f"{tutorial['vae_test_mse']:.5f}",
            mean_and_deviation(fast["vae_test_mse"], 5),
        ],
        *samples,
        [
            "10-nearest-neighbour accuracy, 64 numbers",
            f"{tutorial['knn_accuracy']:.3f}",
            mean_and_deviation(fast["knn_accuracy"], 3),
        ],
        [
            "clustering accuracy; NMI",
            f"{tutorial['clustering_accuracy']:.3f}; {tutorial['clustering_nmi']:.3f}",
            f"{mean_and_deviation(fast['clustering_accuracy'], 3)}; {mean_and_deviation(fast['clustering_nmi'], 3)}",
        ],
        ["the whole study, seconds", f"{tutorial['wall_seconds']:.0f}", mean_and_deviation(fast["wall_seconds"], 0)],
    )


def _dimensions(by_dimension: dict[str, Any]) -> str:
    rows = [
        [title, *(f"{figures[key]:.5f}" for figures in by_dimension.values())]
        for title, key in (("PCA, test MSE", "pca_test_mse"), ("autoencoder, fast recipe", "autoencoder_test_mse"))
    ]
    return table(["numbers in the latent", *by_dimension], *rows)
