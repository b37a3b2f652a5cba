"""The stages of the study that ask what was learnt about classes without labels."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.probes import clustering_accuracy, knn_accuracy, linear_accuracy, normalised_mutual_information
from pochade.analysis.spectral_clusters import SpectralClustering
from pochade.models.edge_autoencoder import edge_histograms
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.study_latents import flat_latents
from pochade.study.study_settings import EMBEDDING_DIM
from pochade.training.evaluation.reconstruction import EncoderModel

QUERIES = (9, 6, 5)  # classes whose first test pictures are searched: an ankle boot, a shirt, a sandal
NEIGHBOURS_SHOWN = 10


class PixelEncoder:
    """An encoder without a model: the latent is the picture."""

    def encode(self, x: Tensor) -> Tensor:
        """Return pictures (B, C, H, W) as they are."""
        return x


class EdgeEncoder:
    """An encoder without a model: the latent says where edges run. Its principal components are the embedding.

    The edge autoencoder learns to predict the same histograms, and its latents are no better for finding classes: see
    docs/log.md.
    """

    def encode(self, x: Tensor) -> Tensor:
        """Compute the edge histograms (B, E) of pictures (B, C, H, W)."""
        return edge_histograms(x)


def unit_embeddings(data: ImageSet, model: EncoderModel) -> tuple[Floats, Floats]:
    """Reduce a model's latents of the training and of the test pictures to unit vectors (N, 64 or fewer)."""
    train, test = (flat_latents(model, split.images) for split in (data.train, data.test))
    principal = PrincipalComponents.fit(train, EMBEDDING_DIM)
    return principal.unit_components(train), principal.unit_components(test)


def probe_classes(inputs: StageInputs) -> StageResult:
    """Measure how well classes can be told from latents, and from PCA of pixels and of edges for comparison."""
    encoders: dict[str, EncoderModel] = {
        "fingerprint": EdgeEncoder(),  # the embedding
        "edge autoencoder": inputs.model("edge_autoencoder"),
        "autoencoder": inputs.model("autoencoder"),
        "vae": inputs.model("vae"),
        "pixels, PCA": PixelEncoder(),
    }
    return StageResult({name: _probe(inputs.data, encoder) for name, encoder in encoders.items()})


def _probe(data: ImageSet, encoder: EncoderModel) -> dict[str, float]:
    train, test = unit_embeddings(data, encoder)
    train_labels, test_labels = data.train.labels.numpy(), data.test.labels.numpy()
    return {
        "dimensions": train.shape[1],
        "knn_accuracy": knn_accuracy(train, train_labels, test, test_labels),
        "linear_accuracy": linear_accuracy(train, train_labels, test, test_labels),
    }


def cluster_pictures(inputs: StageInputs) -> StageResult:
    """Cluster all pictures by their embeddings into as many groups as there are classes, and compare the two.

    The method is told the number of groups, once also that all are equally large, and once not.
    """
    data, seed, count = inputs.data, inputs.settings.seed, len(inputs.data.classes)
    embeddings = np.concatenate(unit_embeddings(data, EdgeEncoder()))
    labels = torch.cat([data.train.labels, data.test.labels]).numpy()
    clustering = SpectralClustering(embeddings, count, seed)
    groups = clustering.clusters(equal_sizes=True)
    numbers = _compare_groups(groups, labels) | {
        "pictures": len(labels),
        "sizes_unknown": _compare_groups(clustering.clusters(equal_sizes=False), labels),
    }
    return StageResult(numbers, {"groups": groups})


def _compare_groups(groups: Integers, labels: Integers) -> dict[str, Any]:
    """The accuracy and the mutual information of groups (N,), given the classes (N,)."""
    return {"accuracy": clustering_accuracy(groups, labels), "nmi": normalised_mutual_information(groups, labels)}


def find_neighbours(inputs: StageInputs) -> StageResult:
    """Find the training pictures nearest to some test pictures: by pixels, by latents, and by embeddings."""
    data = inputs.data
    queries = [int((data.test.labels == number).nonzero()[0]) for number in QUERIES]
    encoders: dict[str, EncoderModel] = {
        "pixels": PixelEncoder(),
        "autoencoder": inputs.model("autoencoder"),
        "embedding": EdgeEncoder(),
    }
    arrays: dict[str, Tensor] = {
        "queries": data.test.images[queries],
        "query_labels": data.test.labels[queries],
    }
    for name, encoder in encoders.items():
        rows = torch.as_tensor(_nearest_rows(data, encoder, queries))  # (Q, 10)
        arrays |= {name: data.train.images[rows], f"{name}_labels": data.train.labels[rows]}
    return StageResult({}, arrays)


def _nearest_rows(data: ImageSet, encoder: EncoderModel, queries: list[int]) -> Integers:
    """The rows of the nearest training pictures; embeddings are compared as unit vectors, as the tool does."""
    if isinstance(encoder, PixelEncoder):
        train, test = (flat_latents(encoder, split.images) for split in (data.train, data.test))
    else:
        train, test = unit_embeddings(data, encoder)
    return nearest_neighbours(test[queries], train, NEIGHBOURS_SHOWN).indices
