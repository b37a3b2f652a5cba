"""The entropy coder's tables are complete, and agree with the distributions that the models are trained with."""

import pytest
import torch

from pochade.embedding.entropy_tables import MAX_OFFSET, SCALE_COUNT, laplace_tables
from pochade.models.sketch_prior import laplace_bits


def test_all_counts_of_a_table_add_up_and_every_offset_has_one() -> None:
    counts = laplace_tables(range(SCALE_COUNT), MAX_OFFSET, 1 << 22)
    assert (counts.sum(2) == 1 << 22).all()
    assert (counts > 0).all()


@pytest.mark.parametrize("table", [0, 10, 20])
def test_the_tables_agree_with_the_models_distributions(table: int) -> None:
    counts = laplace_tables(range(table, table + 1), MAX_OFFSET, 1 << 22)[0]  # (4, 511)
    scale = torch.tensor((table - 10) / 4).exp()
    for fraction, row in zip(range(-2, 2), counts, strict=True):
        offsets = torch.arange(-MAX_OFFSET, MAX_OFFSET + 1) - fraction / 4
        likely = torch.from_numpy(row) / (1 << 22) > 1e-3  # others are rounded up, or cut off
        bits = -torch.log2(torch.from_numpy(row)[likely] / (1 << 22))
        torch.testing.assert_close(bits, laplace_bits(offsets, scale)[likely].float(), atol=0.05, rtol=0.02)
