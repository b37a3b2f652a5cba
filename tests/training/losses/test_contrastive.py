"""The contrastive loss teaches an embedding model to recognise its pictures."""

import pytest
import torch
from torch.nn import functional

from pochade.models.embedding_model import EmbeddingConfig, EmbeddingModel
from pochade.training.losses.contrastive import ContrastiveLoss, info_nce_loss
from pochade.training.muon import Muon
from tests.support.letterboxed import letterboxed_drawings

pytestmark = pytest.mark.slow


def test_the_loss_falls_and_every_picture_is_remembered() -> None:
    torch.manual_seed(0)
    model, batch = EmbeddingModel(EmbeddingConfig(side=64, widths=(8, 8, 8, 16), head=16)), letterboxed_drawings(16)
    contrastive, rows = ContrastiveLoss(16, 64), torch.arange(16)
    optimiser = Muon(model.parameters(), 2e-2)  # as the shipped model was trained
    values = []
    for _ in range(140):
        value = contrastive.loss(model, batch.pictures, batch.frames, rows, rows)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert sum(values[-5:]) < 0.8 * sum(values[:5])
    assert (contrastive.groups == rows).all()


def test_embeddings_of_the_same_picture_do_not_count_as_others() -> None:
    torch.manual_seed(0)
    first = functional.normalize(torch.randn(4, 8))
    memory = first.clone()  # the same pictures, remembered: no others
    pictures = torch.arange(4)
    same = pictures.view(-1, 1) == torch.cat([pictures, pictures])
    assert info_nce_loss(first, first, memory, same, 0.05) < 0.05
    assert info_nce_loss(first, first.flip(0), memory, same, 0.05) > 5
