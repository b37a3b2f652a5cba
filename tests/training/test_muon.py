"""Muon's updates are nearly orthogonal."""

import pytest
import torch

from pochade.training.muon import orthogonalise


@pytest.mark.parametrize("shape", [(5, 20), (20, 5), (7, 7)])
def test_orthogonalising_keeps_singular_vectors_and_evens_singular_values(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    left, singular_values, right = torch.linalg.svd(orthogonalise(matrix), full_matrices=False)
    assert singular_values.min() > 0.6
    assert singular_values.max() < 1.3
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.trace((left @ right).T @ (u @ v)) / min(shape) == pytest.approx(1, abs=1e-3)
