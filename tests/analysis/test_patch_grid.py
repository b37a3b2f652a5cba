"""A picture that is cut into overlapping patches is put together again without a change."""

import pytest
import torch

from pochade.analysis.patch_grid import blend_patches, gather_patches, grid_corners, grid_rows


@pytest.mark.parametrize(("side", "stride"), [(7, 3), (20, 3), (32, 2), (33, 1)])
def test_patches_of_a_picture_make_the_picture(side: int, stride: int) -> None:
    pixels = torch.rand((side * side, 3), generator=torch.Generator().manual_seed(0))
    rows = grid_rows(side, stride)
    torch.testing.assert_close(blend_patches(gather_patches(pixels, rows, side), rows, side), pixels)


def test_the_last_patch_ends_at_the_edge() -> None:
    assert grid_corners(20, 3).tolist() == [0, 3, 6, 9, 12, 13]


def test_the_centre_of_a_patch_counts_more_than_its_edge() -> None:
    black, white = torch.zeros((1, 147)), torch.ones((1, 147))
    rows = torch.tensor([0, 3])  # the second patch begins three pixels to the right
    columns = blend_patches(torch.cat([black, white]), rows, 10).reshape(10, 10, 3)[3, 3:7, 0]
    assert columns.tolist() == sorted(columns.tolist())
    assert columns[0] < 0.2
    assert columns[-1] > 0.8
