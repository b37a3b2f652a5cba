"""A picture that is cut into overlapping patches is put together again without a change."""

import numpy as np
import pytest

from pochade.analysis.patch_grid import blend_patches, gather_patches, grid_corners, grid_rows


@pytest.mark.parametrize(("side", "stride"), [(7, 3), (20, 3), (32, 2), (33, 1)])
def test_patches_of_a_picture_make_the_picture(side: int, stride: int) -> None:
    pixels = np.random.default_rng(0).random((side * side, 3), np.float32)
    patches = gather_patches(pixels, grid_rows(side, stride), side)
    np.testing.assert_allclose(blend_patches(patches, side, stride), pixels, rtol=1e-5, atol=1e-6)


def test_a_patch_is_the_square_below_and_to_the_right_of_its_pixel() -> None:
    pictures = np.random.default_rng(0).random((2, 9, 9, 3), np.float32)
    row = 81 + 2 * 9 + 1  # of the second picture
    patch = gather_patches(pictures.reshape(-1, 3), np.array([row]), 9)[0]
    np.testing.assert_array_equal(patch.reshape(7, 7, 3), pictures[1, 2:9, 1:8])


def test_the_last_patch_ends_at_the_edge() -> None:
    assert grid_corners(20, 3).tolist() == [0, 3, 6, 9, 12, 13]


def test_the_centre_of_a_patch_counts_more_than_its_edge() -> None:
    black, white = np.zeros((2, 147), np.float32), np.ones((2, 147), np.float32)
    patches = np.stack([black, white], 1)  # in both lines of the grid, the white one begins three pixels further right
    columns = blend_patches(patches, 10, 3).reshape(10, 10, 3)[3, 3:7, 0]
    assert columns.tolist() == sorted(columns.tolist())
    assert columns[0] < 0.2
    assert columns[-1] > 0.8
