"""The stages of the study that ask what was learnt about classes without labels."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.balanced_spectral import balanced_clusters
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.probes import clustering_accuracy, knn_accuracy, linear_accuracy, normalised_mutual_information
from pochade.models.autoencoder import Autoencoder
from pochade.models.edge_autoencoder import edge_histograms
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import StageResult
from pochade.study.study_latents import flat_latents
from pochade.study.study_settings import EMBEDDING_DIM
from pochade.training.evaluation.reconstruction import EncoderModel


class PixelEncoder:
    """An encoder without a model: the latent is the picture."""

    def encode(self, x: Tensor) -> Tensor:
        """Return pictures (B, C, H, W) as they are."""
        return x


class EdgeEncoder:
    """An encoder without a model: the latent is what the embedding model predicts."""

    def encode(self, x: Tensor) -> Tensor:
        """Compute the edge histograms (B, E) of pictures (B, C, H, W)."""
        return edge_histograms(x)


def unit_embeddings(data: ImageSet, model: EncoderModel) -> tuple[Floats, Floats]:
    """Reduce a model's latents of the training and of the test pictures to unit vectors (N, 64 or fewer)."""
    train, test = (flat_latents(model, split.images) for split in (data.train, data.test))
    principal = PrincipalComponents.fit(train, EMBEDDING_DIM)
    return principal.unit_components(train), principal.unit_components(test)


def probe_classes(data: ImageSet, embedding_model: EncoderModel, autoencoder: Autoencoder, vae: VAE) -> StageResult:
    """Measure how well classes can be told from latents, and from PCA of pixels and of edges for comparison.

    Args:
        data: The pictures; their labels are used only here, never to train the models.
        embedding_model: The model whose latents are the embeddings.
        autoencoder: The trained autoencoder.
        vae: The trained VAE.
    """
    encoders: dict[str, EncoderModel] = {
        "fingerprint": embedding_model,
        "autoencoder": autoencoder,
        "vae": vae,
        "edges, PCA": EdgeEncoder(),
        "pixels, PCA": PixelEncoder(),
    }
    return StageResult({name: _probe(data, encoder) for name, encoder in encoders.items()})


def _probe(data: ImageSet, encoder: EncoderModel) -> dict[str, float]:
    train, test = unit_embeddings(data, encoder)
    train_labels, test_labels = data.train.labels.numpy(), data.test.labels.numpy()
    return {
        "dimensions": train.shape[1],
        "knn_accuracy": knn_accuracy(train, train_labels, test, test_labels),
        "linear_accuracy": linear_accuracy(train, train_labels, test, test_labels),
    }


def cluster_pictures(data: ImageSet, embedding_model: EncoderModel, seed: int) -> StageResult:
    """Cluster all pictures by their embeddings into as many groups as there are classes, and compare the two."""
    groups = balanced_clusters(np.concatenate(unit_embeddings(data, embedding_model)), len(data.classes), seed)
    labels = torch.cat([data.train.labels, data.test.labels]).numpy()
    numbers = {
        "accuracy": clustering_accuracy(groups, labels),
        "nmi": normalised_mutual_information(groups, labels),
        "pictures": len(labels),
    }
    return StageResult(numbers, {"groups": groups})
