"""The test error of our autoencoder beside PCA, with latents of 16, 32, 64 and 128 numbers.

    python -m experiments.bench.bench_dimensions

Measured on Fashion-MNIST with default widths and the fast recipe.
"""

from experiments.shared.record import record
from pochade.analysis.pca import PrincipalComponents
from pochade.models.autoencoder import reconstruction_loss
from pochade.study.fashion_mnist import fashion_mnist
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import reconstruction_error
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE

DIMENSIONS = (16, 32, 64, 128)


def main() -> None:
    """Measure and write `results/dimensions.json`."""
    data = fashion_mnist()
    flat = [split.images.flatten(1).numpy().astype("float32") / 255 for split in (data.train, data.test)]
    linear = PrincipalComponents.fit(flat[0], max(DIMENSIONS)).errors(flat[1], DIMENSIONS)
    rows = {}
    for dimensions in DIMENSIONS:
        model = StudySettings(latent_dim=dimensions).autoencoder(data)
        train(model, reconstruction_loss, (data.train.images,), FAST_RECIPE)
        error = reconstruction_error(model.eval(), data.test.images)
        rows[str(dimensions)] = {
            "autoencoder_test_mse": error,
            "pca_test_mse": linear[dimensions],
            "ratio": error / linear[dimensions],
        }
        print(dimensions, rows[str(dimensions)], flush=True)
    record("dimensions", {"n": 1, "seed": 0, "by_dimension": rows})


if __name__ == "__main__":
    main()
