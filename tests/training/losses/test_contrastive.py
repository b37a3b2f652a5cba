"""The contrastive loss teaches an embedding model to recognise its pictures."""

import pytest
import torch
from torch.nn import functional

from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_configs import EmbeddingConfig
from pochade.training.losses.contrastive import ContrastiveLoss, info_nce_loss
from pochade.training.muon import Muon
from tests.support.letterboxed import letterboxed_drawings

CONFIG = EmbeddingConfig(side=64, widths=(8, 8, 8, 16), head=16)


@pytest.mark.slow
def test_the_loss_falls_and_every_picture_is_remembered() -> None:
    torch.manual_seed(0)
    model, batch = EmbeddingModel(CONFIG), letterboxed_drawings(16)
    contrastive, rows = ContrastiveLoss(16, 64), torch.arange(16)
    optimiser = Muon(model.parameters(), 2e-2)  # as the shipped model was trained
    values = []
    for _ in range(200):
        value = contrastive.loss(model, batch.pictures, batch.frames, rows, rows)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert sum(values[-20:]) < 0.95 * sum(values[:20])
    assert (contrastive.groups == rows).all()


def test_embeddings_of_the_same_picture_do_not_count_as_others() -> None:
    torch.manual_seed(0)
    first = functional.normalize(torch.randn(4, 8))
    memory = first.clone()  # the same pictures, remembered: no others
    pictures = torch.arange(4)
    same = pictures.view(-1, 1) == torch.cat([pictures, pictures])
    assert info_nce_loss(first, first, memory, same, 0.05) < 0.05
    assert info_nce_loss(first, first.flip(0), memory, same, 0.05) > 5


def test_the_memory_changes_in_place_and_only_in_the_rows_of_the_batch() -> None:
    torch.manual_seed(0)
    model, batch = EmbeddingModel(CONFIG), letterboxed_drawings(4)
    contrastive = ContrastiveLoss(9, 64)
    memory, groups = contrastive.memory, contrastive.groups
    rows = torch.tensor([1, 3, 5, 8])
    contrastive.loss(model, batch.pictures, batch.frames, rows, rows * 2).backward()
    assert contrastive.memory is memory
    assert contrastive.groups is groups
    assert groups.tolist() == [-1, 2, -1, 6, -1, 10, -1, -1, 16]
    torch.testing.assert_close(memory[rows].norm(dim=1), torch.ones(4))
    assert (memory[[0, 2, 4, 6, 7]] == 0).all()


def test_rows_without_an_embedding_do_not_count() -> None:
    model, batch, rows = EmbeddingModel(CONFIG).eval(), letterboxed_drawings(4), torch.arange(4)
    values = []
    for picture_count in (4, 4000):
        torch.manual_seed(0)
        values.append(ContrastiveLoss(picture_count, 64).loss(model, batch.pictures, batch.frames, rows, rows).item())
    assert values[0] == pytest.approx(values[1], abs=1e-5)


def test_the_same_torch_seed_gives_the_same_loss_wherever_tensors_are_made_by_default() -> None:
    model, batch, rows = EmbeddingModel(CONFIG).eval(), letterboxed_drawings(4), torch.arange(4)
    values = []
    for device in ("cpu", "meta"):
        contrastive = ContrastiveLoss(4, 64)
        torch.manual_seed(0)
        with torch.device(device):
            values.append(contrastive.loss(model, batch.pictures, batch.frames, rows, rows).item())
    assert values[0] == values[1]


def test_the_loss_is_computed_in_full_precision_under_autocast() -> None:
    model, batch, rows = EmbeddingModel(CONFIG), letterboxed_drawings(8), torch.arange(8)
    contrastive = ContrastiveLoss(8, 64)
    with torch.autocast("cpu", torch.bfloat16):
        value = contrastive.loss(model, batch.pictures, batch.frames, rows, rows)
    assert value.dtype == torch.float32
    assert value.isfinite()
    assert contrastive.memory.dtype == torch.float32
