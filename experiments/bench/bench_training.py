"""How much sooner the fast recipe reaches the test error with which the tutorial's recipe ends.

    python -m experiments.bench.bench_training

Both train the same autoencoder on Fashion-MNIST, in turns, with five seeds. Before the first measured step, each recipe
runs 30 steps on other weights. The clock runs while the loop takes steps; testing and checkpoints are excluded.
"""

import dataclasses

from experiments.shared.record import record, summary
from pochade.models.autoencoder import reconstruction_loss
from pochade.study.fashion_mnist import ImageSet, fashion_mnist
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import reconstruction_error
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE, Recipe

SEEDS = range(5)
WARM_UP_PICTURES = 3_000


def main() -> None:
    """Measure and write `results/training.json`."""
    data = fashion_mnist()
    warm_up = data.train.images[:WARM_UP_PICTURES]
    for recipe in (TUTORIAL_RECIPE, FAST_RECIPE):
        train(StudySettings().autoencoder(data), reconstruction_loss, (warm_up,), dataclasses.replace(recipe, epochs=1))
    runs: dict[str, list[dict[str, float]]] = {"tutorial": [], "fast": []}
    for seed in SEEDS:
        for recipe in (TUTORIAL_RECIPE, FAST_RECIPE):
            runs[recipe.name].append(_measure(recipe, seed, data))
            print(recipe.name, seed, runs[recipe.name][-1], flush=True)
    ratios = [fast["seconds"] / slow["seconds"] for fast, slow in zip(runs["fast"], runs["tutorial"], strict=True)]
    figures = {
        name: {key: summary([run[key] for run in recipe_runs]) for key in ("seconds", "test_mse")}
        for name, recipe_runs in runs.items()
    }
    record("training", figures | {"seconds_ratio": summary(ratios)})


def _measure(recipe: Recipe, seed: int, data: ImageSet) -> dict[str, float]:
    """Seconds of training, and the test error afterwards."""
    model = StudySettings(seed=seed).autoencoder(data)
    training = train(model, reconstruction_loss, (data.train.images,), recipe, seed=seed)
    return {"seconds": training.seconds, "test_mse": reconstruction_error(model.eval(), data.test.images)}


if __name__ == "__main__":
    main()
