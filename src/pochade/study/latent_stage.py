"""The stages of the study that explore a latent space: its map, random points in it, and paths through it."""

from typing import Any

import numpy as np
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.out_of_distribution import DistributionTests, judge_latent
from pochade.analysis.prior import as_latents, interpolate_latents
from pochade.analysis.tsne import TSNEMap
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.sample_stage import MAX_SAMPLES
from pochade.study.stage_store import StageResult
from pochade.study.study_latents import flat_latents, reencode_flat, shared_random_latents
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures

MORPH_STEPS = 10
HELD_OUT_LATENTS = 5_000  # of test pictures, from which the tests take their usual ranges
NEIGHBOURS_SHOWN = 10


def map_latents(data: ImageSet, model: Autoencoder, points: Floats, seed: int) -> StageResult:
    """Fit a t-SNE map of the test pictures' latents, and place random latents (P, *latent_shape) on it."""
    latents = flat_latents(model, data.test.images)
    fitted_map = TSNEMap.fit(latents, seed)
    flat_points = points.reshape(len(points), -1)
    neighbours = nearest_neighbours(flat_points, latents, NEIGHBOURS_SHOWN).indices
    placed = fitted_map.place(flat_points)
    return StageResult({}, {"positions": fitted_map.positions, "placed": placed, "near": neighbours})


def measure_random_latents(data: ImageSet, model: Autoencoder | VAE, seed: int) -> StageResult:
    """Decode random latents, and test whether the first of them is out of distribution.

    All models get the same random numbers; a model with fewer dimensions uses the first of them. The numbers are used
    in two ways: as the latent itself, and as a sample of the learned prior, a mixture fitted to the training latents.
    """
    train = flat_latents(model, data.train.images)
    held_out = flat_latents(model, data.test.images)[:HELD_OUT_LATENTS]
    mixture = WhitenedMixture.fit(train, seed=seed)
    raw = shared_random_latents(model, seed)
    learned = as_latents(mixture.from_normal(raw.flatten(1).numpy()), model.latent_shape)

    def judge_first(points: Tensor) -> dict[str, Any]:
        first = points[0].flatten().numpy()
        tests = judge_latent(first, train, held_out, mixture, lambda latents: reencode_flat(model, latents))
        return {"verdict": "empty" if tests.is_out_of_distribution else "not empty", "tests": _tests_data(tests)}

    return StageResult(
        judge_first(raw) | {"learned_prior": judge_first(learned), "mixture_size": mixture.size},
        {
            "points": raw,
            "decoded": decode_latents(model, raw),
            "decoded_learned": decode_latents(model, learned),
            "mixture": as_latents(mixture.sample(MAX_SAMPLES, seed), model.latent_shape),
            "centre": train.mean(0),
        },
    )


def interpolate_classes(
    data: ImageSet, model: Autoencoder | VAE, classes: tuple[int, int], centre: Floats
) -> StageResult:
    """Decode a path through the latents from the first test picture of one class to the first of another.

    Args:
        data: The pictures.
        model: A trained model.
        classes: The indices of the two classes.
        centre: The mean of the training latents (D,).
    """
    ends = data.test.images[[int((data.test.labels == number).nonzero()[0]) for number in classes]]
    start, end = encode_pictures(model, ends)
    path = interpolate_latents(start, end, MORPH_STEPS, as_latents(centre[None], model.latent_shape)[0])
    return StageResult({}, {"ends": ends, "path": decode_latents(model, path)})


def _tests_data(tests: DistributionTests) -> dict[str, dict[str, float | bool | None]]:
    """The tests as plain numbers; a range that is open on one side has None there."""
    return {
        name: {
            "value": test.value,
            "low": test.low if np.isfinite(test.low) else None,
            "high": test.high if np.isfinite(test.high) else None,
            "unusual": test.unusual,
        }
        for name, test in tests.tests.items()
    }
