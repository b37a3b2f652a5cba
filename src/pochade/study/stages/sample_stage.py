"""The stages of the study that compare new pictures with real ones, in the features of a frozen classifier."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.models.classifier import Classifier
from pochade.study.fashion_mnist import Split
from pochade.study.stages.latent_tensors import standard_normal
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.study_latents import as_bytes
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures
from pochade.training.evaluation.set_distance import set_distance

MAX_SAMPLES = 10_000  # from each sampler, compared with as many real pictures
SAMPLES_SHOWN = 64
BATCH_SIZE = 1_000


def measure_real_pictures(inputs: StageInputs) -> StageResult:
    """Measure training pictures against test pictures, as the floor of all distances, and the classifier's accuracy.

    Returns:
        The distances and the accuracy, and the features of the training and the test pictures for later stages.
    """
    data, seed, classifier = inputs.data, inputs.settings.seed, inputs.model("classifier")
    real, train = (encode_pictures(classifier, split.images) for split in (data.test, data.train))
    numbers = {"floor": measure_floor(train, real, seed), "accuracy": classifier_accuracy(classifier, data.test)}
    return StageResult(numbers, {"real": real, "train": train})


def measure_floor(train: Tensor, real: Tensor, seed: int) -> dict[str, float]:
    """Measure some training pictures as if they were samples: the best that samples can reach.

    Args:
        train: Features of the training pictures (T, F).
        real: Features of the test pictures (M, F).
        seed: Decides which training pictures are measured, as many as there are test pictures.
    """
    chosen = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed))[: len(real)]
    return set_distance(train[chosen], real, seed)._asdict() | measure_originality(train[chosen], real, train)


@torch.inference_mode()
def classifier_accuracy(classifier: Classifier, split: Split) -> float:
    """The share of pictures for which the classifier predicts the right class."""
    guesses = torch.cat([classifier(batch.float() / 255).argmax(1) for batch in split.images.split(BATCH_SIZE)])
    return float((guesses == split.labels).float().mean())


def measure_samples(inputs: StageInputs, name: str) -> StageResult:
    """Measure how far a model's new pictures, and its reconstructions, are from real pictures.

    Args:
        inputs: The pictures and the settings.
        name: The model's name.

    Returns:
        For each way of sampling the measures of `set_distance`; for the learned prior also those of
        `measure_originality`. Some samples of each, and the training pictures that are nearest to them.
    """
    model, classifier = inputs.model(name), inputs.model("classifier")
    points, features = inputs.result(f"{name} points").arrays, inputs.result("real pictures").arrays
    real, train = torch.as_tensor(features["real"]), torch.as_tensor(features["train"])
    count, seed = min(MAX_SAMPLES, len(real)), inputs.settings.seed
    latents = {
        "normal": standard_normal(count, model.latent_shape, seed),
        "matched": torch.as_tensor(points["matched"]),
        "mixture": torch.as_tensor(points["mixture"]),
        "reconstruction": encode_pictures(model, inputs.data.test.images),
    }
    numbers: dict[str, Any] = {}
    arrays: dict[str, Tensor] = {}
    for sampler, z in latents.items():
        pictures = decode_latents(model, z)
        samples = encode_pictures(classifier, pictures)
        numbers[sampler] = set_distance(samples, real, seed)._asdict()
        arrays[sampler] = as_bytes(pictures[:SAMPLES_SHOWN])
        if sampler == "mixture":
            numbers[sampler] |= measure_originality(samples, real, train)
            nearest = nearest_neighbours(samples[:SAMPLES_SHOWN].numpy(), train.numpy(), 1).indices[:, 0]
            arrays["closest"] = inputs.data.train.images[torch.from_numpy(nearest)]
    return StageResult(numbers, arrays)


def measure_normal_samples(inputs: StageInputs, name: str) -> StageResult:
    """Measure how far a model's samples from the standard normal prior are from real pictures.

    Args:
        inputs: The pictures and the settings.
        name: The model's name.
    """
    model, classifier = inputs.model(name), inputs.model("classifier")
    real, seed = torch.as_tensor(inputs.result("real pictures").arrays["real"]), inputs.settings.seed
    latents = standard_normal(min(MAX_SAMPLES, len(real)), model.latent_shape, seed)
    pictures = decode_latents(model, latents)
    measures = set_distance(encode_pictures(classifier, pictures), real, seed)._asdict()
    return StageResult({"normal": measures}, {"normal": as_bytes(pictures[:SAMPLES_SHOWN])})


def measure_originality(samples: Tensor, real: Tensor, train: Tensor) -> dict[str, float]:
    """Test whether samples are copies of training pictures.

    Their distances to the nearest training picture are compared with those of real pictures that were not trained on.

    Args:
        samples: Features of the samples (N, F).
        real: Features of pictures that the model was not trained on (M, F).
        train: Features of the training pictures (T, F).
    """
    sample_distances, real_distances = (
        nearest_neighbours(features.numpy(), train.numpy(), 1).distances[:, 0] for features in (samples, real)
    )
    return {
        "nearest_ratio": float(np.median(sample_distances) / np.median(real_distances)),  # well below 1 for copies
        # 0.01 for real pictures that were not trained on, 1 for copies
        "copied_share": float(np.mean(sample_distances < np.percentile(real_distances, 1))),
    }
