"""The stages of the study that compare new pictures with real ones, in the features of a frozen classifier."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.prior import standard_normal
from pochade.models.autoencoder import Autoencoder
from pochade.models.classifier import Classifier
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import StageResult
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures
from pochade.training.evaluation.set_distance import set_distance

MAX_SAMPLES = 10_000  # from each sampler, compared with as many real pictures
SAMPLES_SHOWN = 64
BATCH_SIZE = 1_000


def measure_samples(
    data: ImageSet, model: Autoencoder | VAE, classifier: Classifier, mixture: Floats, seed: int
) -> StageResult:
    """Measure how far a model's new pictures, and its reconstructions, are from real pictures.

    Args:
        data: The pictures.
        model: The trained model that decodes latents.
        classifier: The reference classifier.
        mixture: Samples of the learned prior (N, *latent_shape).
        seed: Decides the samples of the standard normal prior.
    """
    count = min(MAX_SAMPLES, len(data.test.images))
    real = classifier_features(classifier, data.test.images)
    latents = {
        "normal": standard_normal(count, model.latent_shape, seed),
        "mixture": torch.as_tensor(mixture[:count]),
        "reconstruction": encode_pictures(model, data.test.images),
    }
    pictures = {name: decode_latents(model, z) for name, z in latents.items()}
    features = {name: classifier_features(classifier, images) for name, images in pictures.items()}
    train = classifier_features(classifier, data.train.images)
    numbers = {name: set_distance(values, real, seed)._asdict() for name, values in features.items()}
    for name in ("normal", "mixture"):
        numbers[name] |= measure_originality(features[name], real, train)
    nearest = nearest_neighbours(features["mixture"][:SAMPLES_SHOWN].numpy(), train.numpy(), 1).indices[:, 0]
    arrays = {
        "normal": pictures["normal"][:SAMPLES_SHOWN],
        "mixture": pictures["mixture"][:SAMPLES_SHOWN],
        "closest": data.train.images[torch.from_numpy(nearest)],
    }
    return StageResult(numbers, arrays)


def measure_real_pictures(data: ImageSet, classifier: Classifier, seed: int) -> StageResult:
    """Measure training pictures against test pictures, as the floor of all distances, and the classifier's accuracy."""
    real, train = (classifier_features(classifier, split.images) for split in (data.test, data.train))
    chosen = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed))[: len(real)]
    with torch.inference_mode():
        guesses = torch.cat([classifier(batch.float() / 255).argmax(1) for batch in data.test.images.split(BATCH_SIZE)])
    floor = set_distance(train[chosen], real, seed)._asdict()
    numbers = {
        "floor": floor | measure_originality(train[chosen], real, train),
        "accuracy": float((guesses == data.test.labels).float().mean()),
    }
    return StageResult(numbers)


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


def classifier_features(classifier: Classifier, images: Tensor) -> Tensor:
    """Compute the classifier's features (N, F) of pictures (N, C, H, W), uint8 or in [0, 1]."""
    if images.dtype == torch.uint8:
        return encode_pictures(classifier, images)
    with torch.inference_mode():
        return torch.cat([classifier.encode(batch) for batch in images.split(BATCH_SIZE)])
