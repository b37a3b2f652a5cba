"""The embedding model gives unit vectors."""

import torch

from pochade.models.embedding_model import EmbeddingModel


def test_embeddings_are_unit_vectors() -> None:
    embeddings = EmbeddingModel().eval()(torch.rand(3, 4, 96, 96))
    assert embeddings.shape == (3, 64)
    torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(3))
