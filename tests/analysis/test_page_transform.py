"""Matrices that turn, crop and unwarp pages."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pochade.analysis.page_transform import box_matrix, move_pixels, rotation_matrix, sheet_matrix


def test_a_crop_by_whole_pixels_is_exact() -> None:
    page = np.random.default_rng(0).integers(0, 2**16, (40, 50, 3), np.uint16)
    matrix, size = box_matrix(np.array([[5.2, 7.9], [30.1, 7.9], [30.1, 20.0], [5.2, 20.0]]), (40, 50))
    np.testing.assert_array_equal(move_pixels(page, matrix, size), page[7:21, 5:32])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_a_turn_back_restores_the_middle_of_a_page(kind: type, channels: tuple[int, ...]) -> None:
    y, x = np.mgrid[:80, :60]
    values = (np.sin(x / 9) * np.cos(y / 7) + 1) / 2 * np.iinfo(kind).max
    page: NDArray[Any] = np.broadcast_to(values.reshape(80, 60, *(1,) * len(channels)), (80, 60, *channels)).astype(
        kind
    )
    matrix, size = rotation_matrix(5, (80, 60))
    turned = move_pixels(page, matrix, size)
    assert (turned.shape, turned.dtype) == ((*size, *channels), page.dtype)
    back = move_pixels(turned, np.linalg.inv(matrix).astype(np.float64), (80, 60))
    error = np.abs(back[20:60, 20:40].astype(float) - page[20:60, 20:40]).max()
    assert error < 0.02 * np.iinfo(kind).max


def test_nothing_of_a_turned_page_is_cut_off() -> None:
    matrix, (height, width) = rotation_matrix(10, (100, 60))
    corners = np.array([[0, 0, 1], [59, 0, 1], [59, 99, 1], [0, 99, 1]]) @ matrix.T
    assert corners[:, :2].min() > -1
    assert (corners[:, :2] < [width, height]).all()


def test_a_sheet_in_perspective_becomes_a_rectangle() -> None:
    corners = np.array([[10.0, 12], [90, 18], [95, 140], [4, 130]])
    matrix, (height, width) = sheet_matrix(corners)
    moved = np.column_stack([corners, np.ones(4)]) @ matrix.T
    expected = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    np.testing.assert_allclose(moved[:, :2] / moved[:, 2:], expected, atol=1e-2)
