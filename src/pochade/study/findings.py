"""The study's stages: each measures one thing about the nets and gives its numbers and arrays."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.balanced_spectral import balanced_clusters
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.out_of_distribution import DistributionTests, judge_latent
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.prior import as_latents, interpolate_latents, standard_normal
from pochade.analysis.probes import clustering_accuracy, knn_accuracy, linear_accuracy, normalised_mutual_information
from pochade.analysis.tsne import TSNEMap
from pochade.models.autoencoder import Autoencoder
from pochade.models.classifier import Classifier
from pochade.models.edge_autoencoder import edge_histograms
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import Findings
from pochade.study.study_settings import FINGERPRINT_DIM
from pochade.training.evaluation.reconstruction import (
    EncoderModel,
    active_units,
    decode_latents,
    encode_pictures,
    evidence_lower_bound,
    reconstruction_error,
    reencode_latents,
    sampled_reconstruction_error,
)
from pochade.training.evaluation.set_distance import set_distance

PCA_DIMENSIONS = (2, 5, 10, 16, 32, 64, 128, 256, 576)
SAMPLES = 10_000  # pictures drawn from each sampler, and set against as many real ones
MORPH_STEPS = 10
HELD_OUT_CODES = 5_000  # test codes that set the bands of the emptiness tests
NEIGHBOURS_SHOWN = 10
SAMPLES_SHOWN = 64
POINTS_SHOWN = 8  # random latent points that are decoded; the first one is judged and put on the map


def copies(data: ImageSet, autoencoder: Autoencoder, vae: VAE, seed: int) -> Findings:
    """How well each net, and PCA, copies pictures that it did not learn from."""
    train, test = data.train.images, data.test.images
    sigma = sampled_reconstruction_error(vae, train, seed) ** 0.5
    bound = evidence_lower_bound(vae, test, sigma, seed)
    flat = train.flatten(1).numpy() / np.float32(255)
    wanted = sorted({*PCA_DIMENSIONS, numbers_in(autoencoder), numbers_in(vae)})
    sizes = tuple(k for k in wanted if k <= flat.shape[1])
    linear = PrincipalComponents.fit(flat, max(sizes)).errors(test.flatten(1).numpy() / np.float32(255), sizes)
    numbers = {
        "pixels": flat.shape[1],
        "autoencoder": {"test_mse": reconstruction_error(autoencoder, test), "latent_numbers": numbers_in(autoencoder)},
        "vae": {
            "test_mse": reconstruction_error(vae, test),
            "latent_numbers": numbers_in(vae),
            "sigma": sigma,
            **bound._asdict(),
            "active_units": active_units(encode_pictures(vae, test)),
        },
        "pca": {"test_mse": {str(k): error for k, error in linear.items()}},
    }
    shown = first_of_each_class(data)
    nets: dict[str, Autoencoder | VAE] = {"autoencoder": autoencoder, "vae": vae}
    pictures = {name: decode_latents(net, encode_pictures(net, test[shown])) for name, net in nets.items()}
    return Findings(numbers, {"originals": test[shown]} | pictures)


def fingerprints(data: ImageSet, net: EncoderModel) -> tuple[Floats, Floats]:
    """Unit vectors (N, 64 or fewer) for the training and the test pictures, from a net's codes."""
    train, test = (flat_codes(net, split.images) for split in (data.train, data.test))
    principal = PrincipalComponents.fit(train, FINGERPRINT_DIM)
    return principal.unit_components(train), principal.unit_components(test)


def classes_known(data: ImageSet, fingerprinter: EncoderModel, autoencoder: Autoencoder, vae: VAE) -> Findings:
    """What codes know about the classes that no net was told, beside PCA of pixels and of edges: no net at all."""
    codes = {
        "fingerprint": fingerprints(data, fingerprinter),
        "autoencoder": fingerprints(data, autoencoder),
        "vae": fingerprints(data, vae),
        "edges, PCA": fingerprints(data, Edges()),
        "pixels, PCA": fingerprints(data, Pixels()),
    }
    known, asked = data.train.labels.numpy(), data.test.labels.numpy()
    return Findings(
        {
            name: {
                "dimensions": train.shape[1],
                "knn_accuracy": knn_accuracy(train, known, test, asked),
                "linear_accuracy": linear_accuracy(train, known, test, asked),
            }
            for name, (train, test) in codes.items()
        }
    )


def grouping(data: ImageSet, fingerprinter: EncoderModel, seed: int) -> Findings:
    """All pictures put into as many groups as there are classes, by their fingerprints alone."""
    found = balanced_clusters(np.concatenate(fingerprints(data, fingerprinter)), len(data.classes), seed)
    labels = torch.cat([data.train.labels, data.test.labels]).numpy()
    numbers = {
        "accuracy": clustering_accuracy(found, labels),
        "nmi": normalised_mutual_information(found, labels),
        "pictures": len(labels),
    }
    return Findings(numbers, {"groups": found})


def map_of_codes(data: ImageSet, net: Autoencoder, points: Floats, seed: int) -> Findings:
    """A t-SNE map of the test pictures' codes, with random latent points (P, *latent_shape) placed on it."""
    codes = flat_codes(net, data.test.images)
    drawn = TSNEMap.fit(codes, seed)
    flat = points.reshape(len(points), -1)
    near = nearest_neighbours(flat, codes, NEIGHBOURS_SHOWN).indices
    return Findings({}, {"positions": drawn.positions, "placed": drawn.place(flat), "near": near})


def random_points(data: ImageSet, net: Autoencoder | VAE, seed: int) -> Findings:
    """Latent points drawn at random, what the net makes of them, and whether the first lies in empty space.

    Every net's points come from the same random numbers, so a net with fewer latent numbers sees their beginning. They
    are read both ways: as the latent itself, and as a draw from the learned prior, the mixture fitted to the codes.
    """
    train, held_out = flat_codes(net, data.train.images), flat_codes(net, data.test.images)[:HELD_OUT_CODES]
    density = WhitenedMixture.fit(train, seed=seed)
    raw = same_points(net, seed)
    learned = as_latents(density.from_normal(raw.flatten(1).numpy()), net.latent_shape)

    def judged(points: Tensor) -> dict[str, Any]:
        first = points[0].flatten().numpy()
        verdict = judge_latent(first, train, held_out, density, lambda codes: returned(net, codes))
        return {"verdict": "empty" if verdict.is_out_of_distribution else "not empty", "tests": tests_of(verdict)}

    return Findings(
        judged(raw) | {"learned_prior": judged(learned), "mixture_size": density.size},
        {
            "points": raw,
            "decoded": decode_latents(net, raw),
            "decoded_learned": decode_latents(net, learned),
            "mixture": as_latents(density.sample(SAMPLES, seed), net.latent_shape),
            "centre": train.mean(0),
        },
    )


def morphs(data: ImageSet, net: Autoencoder | VAE, classes: tuple[int, int], centre: Floats) -> Findings:
    """A path through the latents from the first test picture of one class to the first of another."""
    ends = data.test.images[[int((data.test.labels == one).nonzero()[0]) for one in classes]]
    start, end = encode_pictures(net, ends)
    path = interpolate_latents(start, end, MORPH_STEPS, as_latents(centre[None], net.latent_shape)[0])
    return Findings({}, {"ends": ends, "path": decode_latents(net, path)})


def samples(data: ImageSet, net: Autoencoder | VAE, ruler: Classifier, mixture: Floats, seed: int) -> Findings:
    """How far a net's new pictures, and its copies, are from real ones, in the features of the frozen classifier."""
    count = min(SAMPLES, len(data.test.images))
    real = features(ruler, data.test.images)
    latents = {
        "normal": standard_normal(count, net.latent_shape, seed),
        "mixture": torch.as_tensor(mixture[:count]),
        "reconstruction": encode_pictures(net, data.test.images),
    }
    pictures = {name: decode_latents(net, z) for name, z in latents.items()}
    seen = {name: features(ruler, drawn) for name, drawn in pictures.items()}
    train = features(ruler, data.train.images)
    numbers = {name: set_distance(found, real, seed)._asdict() for name, found in seen.items()}
    for name in ("normal", "mixture"):
        numbers[name] |= originality(seen[name], real, train)
    shown = pictures["mixture"][:SAMPLES_SHOWN]
    closest = nearest_neighbours(seen["mixture"][:SAMPLES_SHOWN].numpy(), train.numpy(), 1).indices[:, 0]
    return Findings(
        numbers,
        {
            "normal": pictures["normal"][:SAMPLES_SHOWN],
            "mixture": shown,
            "closest": data.train.images[torch.from_numpy(closest)],
        },
    )


def ruler_itself(data: ImageSet, ruler: Classifier, seed: int) -> Findings:
    """What the ruler says of real pictures (the floor), of copies of the training set, and how good it is."""
    real, train = features(ruler, data.test.images), features(ruler, data.train.images)
    chosen = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed))[: len(real)]
    with torch.inference_mode():
        guesses = torch.cat([ruler(batch.float() / 255).argmax(1) for batch in data.test.images.split(1_000)])
    floor = set_distance(train[chosen], real, seed)._asdict()
    return Findings(
        {
            "floor": floor | originality(train[chosen], real, train),
            "accuracy": float((guesses == data.test.labels).float().mean()),
        }
    )


def originality(samples: Tensor, real: Tensor, train: Tensor) -> dict[str, float]:
    """Whether samples are copies: their distance to the nearest training picture beside that of real, unseen pictures.

    Args:
        samples: Features of the samples (N, F).
        real: Features of pictures that the net did not learn from (M, F).
        train: Features of those that it did (T, F).
    """
    own, unseen = (nearest_neighbours(some.numpy(), train.numpy(), 1).distances[:, 0] for some in (samples, real))
    return {
        "nearest_ratio": float(np.median(own) / np.median(unseen)),  # well below 1 for copies
        "copied_share": float(np.mean(own < np.percentile(unseen, 1))),  # 0.01 for unseen real pictures, 1 for copies
    }


def features(ruler: Classifier, images: Tensor) -> Tensor:
    """The ruler's features (N, F) of pictures (N, C, H, W), uint8 or in [0, 1]."""
    if images.dtype == torch.uint8:
        return encode_pictures(ruler, images)
    with torch.inference_mode():
        return torch.cat([ruler.encode(batch) for batch in images.split(1_000)])


def flat_codes(net: EncoderModel, images: Tensor) -> Floats:
    """Codes (N, D) of uint8 pictures."""
    codes: Floats = encode_pictures(net, images).flatten(1).numpy()
    return codes


class Pixels:
    """No net: the code is the picture."""

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) as they are."""
        return x


class Edges:
    """No net: the code is what a fingerprinter has to foretell."""

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) to edge histograms (B, E)."""
        return edge_histograms(x)


def returned(net: Autoencoder | VAE, codes: Floats) -> Floats:
    """Where flat codes (N, D) land when they are decoded and encoded again."""
    landed: Floats = reencode_latents(net, as_latents(codes, net.latent_shape)).flatten(1).numpy()
    return landed


def same_points(net: Autoencoder | VAE, seed: int) -> Tensor:
    """Random latents (P, *latent_shape) that begin with the same numbers for every net."""
    count = numbers_in(net)
    rows = [np.random.default_rng((seed, row)).standard_normal(count) for row in range(POINTS_SHOWN)]
    return as_latents(np.stack(rows), net.latent_shape)


def numbers_in(net: Autoencoder | VAE) -> int:
    """How many numbers one latent has."""
    return int(np.prod(net.latent_shape))


def tests_of(verdict: DistributionTests) -> dict[str, dict[str, float | bool | None]]:
    """The emptiness tests as plain numbers; a band that is open on one side has None there."""
    return {
        name: {
            "value": test.value,
            "low": test.low if np.isfinite(test.low) else None,
            "high": test.high if np.isfinite(test.high) else None,
            "unusual": test.unusual,
        }
        for name, test in verdict.tests.items()
    }


def first_of_each_class(data: ImageSet) -> Tensor:
    """The index of the first test picture of each class."""
    found = [(data.test.labels == number).nonzero() for number in range(len(data.classes))]
    return torch.stack([places[0, 0] for places in found if len(places)])
