"""The stages of the study that explore a latent space: its map, random points in it, and paths through it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.out_of_distribution import DistributionTests, judge_latents
from pochade.analysis.tsne import TSNEMap
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.latent_tensors import as_latents
from pochade.study.stages.sample_stage import MAX_SAMPLES
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.study_latents import (
    RANDOM_LATENTS,
    flat_latents,
    matched_normal,
    reencode_flat,
    shared_random_latents,
    typical_latents,
)
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures

PATH_STEPS = 10
MAX_HELD_OUT = 5_000  # test pictures, at most half of them, from which the tests take their usual ranges
JUDGED_LATENTS = 1_000  # random latents that are tested; the share that is out of distribution is reported
NEIGHBOURS_SHOWN = 10
QUANTILES = np.linspace(0.01, 0.99, 50)
PATHS = {"tshirt_trouser": (0, 1), "boot_shirt": (9, 6)}  # the classes at both ends


def map_latents(inputs: StageInputs) -> StageResult:
    """Fit a t-SNE map of the autoencoder's latents of the test pictures, and place random latents on it."""
    model, seed = inputs.model("autoencoder"), inputs.settings.seed
    latents = flat_latents(model, inputs.data.test.images)
    fitted_map = TSNEMap.fit(latents, seed, threads=1)
    points: Floats = shared_random_latents(model, seed).flatten(1).numpy()
    neighbours = nearest_neighbours(points, latents, NEIGHBOURS_SHOWN).indices
    return StageResult({}, {"positions": fitted_map.positions, "placed": fitted_map.place(points), "near": neighbours})


def measure_random_latents(inputs: StageInputs, name: str) -> StageResult:
    """Decode random latents, and measure how many of them are out of distribution.

    All models get the same random numbers; a model with fewer dimensions uses the first of them. The numbers are used
    in two ways: as the latent itself, and as a sample of the learned prior, a mixture fitted to the training latents.

    Args:
        inputs: The pictures and the settings.
        name: The model's name.
    """
    model, seed, data = inputs.model(name), inputs.settings.seed, inputs.data
    train = typical_latents(model, data.train.images, seed)
    test = typical_latents(model, data.test.images, seed + 1)
    mixture = WhitenedMixture.fit(train, seed=seed)
    random = shared_random_latents(model, seed, JUDGED_LATENTS)
    shown = random[:RANDOM_LATENTS]
    learned = as_latents(mixture.from_normal(shown.flatten(1).numpy()), model.latent_shape)
    count = min(MAX_SAMPLES, len(test))
    arrays = {
        "decoded": decode_latents(model, shown),
        "decoded_learned": decode_latents(model, learned),
        "mixture": as_latents(mixture.sample(count, seed), model.latent_shape),
        "matched": matched_normal(train, count, model.latent_shape, seed),
    }
    return StageResult(_judge_points(model, mixture, train, test, random, learned[:1]), arrays)


def _judge_points(
    model: Autoencoder | VAE, mixture: WhitenedMixture, train: Floats, test: Floats, random: Tensor, learned: Tensor
) -> dict[str, Any]:
    """Test random latents, a sample of the learned prior, and latents of test pictures, as a check of the tests.

    Args:
        model: The model.
        mixture: The learned prior.
        train: Latents of the training pictures (N, D).
        test: Latents of the test pictures (M, D); one part sets the bands of the tests, another part is tested.
        random: Random latents (P, *latent_shape).
        learned: A sample of the learned prior (1, *latent_shape).
    """
    split = min(MAX_HELD_OUT, len(test) // 2)
    held_out, unseen = test[:split], test[split : split + JUDGED_LATENTS]
    flat_random = random.flatten(1).numpy()
    tested = np.concatenate([flat_random, unseen, learned.flatten(1).numpy()])
    tests = judge_latents(tested, train, held_out, mixture, lambda latents: reencode_flat(model, latents))
    random_tests, unseen_tests = tests[: len(random)], tests[len(random) : -1]
    return _point_numbers(random_tests[0]) | {
        "learned_prior": _point_numbers(tests[-1]),
        "mixture_size": mixture.size,
        "empty_share": _empty_share(random_tests),
        "empty_share_real": _empty_share(unseen_tests),
        "judged_points": len(random_tests),
        "distances": _distance_quantiles(flat_random, train, held_out),
    }


def _point_numbers(tests: DistributionTests) -> dict[str, Any]:
    """The verdict on one latent, and its tests as plain numbers; a range that is open on one side has None there."""
    plain = {
        name: {
            "value": test.value,
            "low": test.low if np.isfinite(test.low) else None,
            "high": test.high if np.isfinite(test.high) else None,
            "unusual": test.unusual,
        }
        for name, test in tests.tests.items()
    }
    return {"verdict": "empty" if tests.is_out_of_distribution else "not empty", "tests": plain}


def _empty_share(tests: Sequence[DistributionTests]) -> float:
    """The share of latents that are out of distribution."""
    return float(np.mean([test.is_out_of_distribution for test in tests]))


def _distance_quantiles(points: Floats, train: Floats, held_out: Floats) -> dict[str, list[float]]:
    """Quantiles of the distance to the nearest training latents, for real pictures and for random latents (P, D)."""
    sets = {"real": held_out[:JUDGED_LATENTS], "random": points}
    means = {name: nearest_neighbours(z, train, NEIGHBOURS_SHOWN).distances.mean(1) for name, z in sets.items()}
    return {name: np.quantile(distances, QUANTILES).tolist() for name, distances in means.items()}


def interpolate_classes(inputs: StageInputs, name: str) -> StageResult:
    """Decode straight paths between the latents of two test pictures, the first ones of their classes.

    Args:
        inputs: The pictures and the settings.
        name: The model's name.

    Returns:
        Two paths, each with the real pictures at its ends.
    """
    model = inputs.model(name)
    return StageResult({}, {path: _decode_path(model, inputs.data, ends) for path, ends in PATHS.items()})


def _decode_path(model: Autoencoder | VAE, data: ImageSet, classes: tuple[int, int]) -> Tensor:
    ends = data.test.images[[int((data.test.labels == number).nonzero()[0]) for number in classes]]
    start, end = encode_pictures(model, ends)
    shares = torch.linspace(0, 1, PATH_STEPS).reshape(-1, *[1] * start.ndim)
    path = decode_latents(model, torch.lerp(start[None], end[None], shares))
    real = ends.float() / 255
    return torch.cat([real[:1], path, real[1:]])
