"""Patches are searched so that all of them are used, and sources of neighbours are continued."""

import numpy as np

from pochade.analysis.patch_grid import gather_patches, grid_rows
from pochade.analysis.patch_search import (
    choose_proposals,
    continue_neighbours,
    fit_components,
    join_rows,
    search_all,
    split_rows,
)


def test_a_patch_that_is_nearer_to_another_place_gives_way() -> None:
    queries = np.array([[0.0, 0], [0.1, 0]])
    keys = np.array([[[0.0, 0], [3.0, 0]]])  # the first one is exactly at the first query
    table = search_all(queries, keys, np.array([[10, 20]]))
    assert table.rows.tolist() == [[10], [20]]


def test_every_picture_has_its_nearest_patch() -> None:
    queries, keys = np.array([[1.0, 1]]), np.array([[[1.0, 1], [9, 9]], [[8.0, 8], [1, 2]]])
    table = search_all(queries, keys, np.array([[0, 1], [100, 101]]))
    assert table.rows.tolist() == [[0, 101]]


def test_the_components_hold_what_varies() -> None:
    random = np.random.default_rng(0)
    direction = random.standard_normal(147)
    patches = random.standard_normal((400, 1)) * direction / np.linalg.norm(direction)
    basis = fit_components(patches, random)
    np.testing.assert_allclose(patches @ basis @ basis.T, patches, atol=1e-4)


def test_a_shifted_copy_is_completed_from_one_right_source() -> None:
    side, stride = 32, 3
    pixels = np.random.default_rng(0).random((side * side, 3), np.float32)
    right = grid_rows(side, stride).reshape(10, 10)
    rows = np.zeros_like(right)
    rows[0, 0] = right[0, 0]
    rows[5, 5] = right[5, 5]  # one patch is right, and so are those that continue it
    proposals = continue_neighbours(rows, side, stride, np.random.default_rng(0))
    targets = gather_patches(pixels, right.ravel(), side)
    chosen = choose_proposals(targets, pixels, proposals.reshape(100, -1), side, np.ones(1))
    assert (chosen.reshape(10, 10)[4:7, 4:7] == right[4:7, 4:7]).all()


def test_a_penalty_prefers_another_picture() -> None:
    pixels = np.concatenate([np.full((49, 3), 0.5), np.full((49, 3), 0.6)])
    targets, proposals = np.full((1, 147), 0.5), np.array([[0, 49]])
    assert choose_proposals(targets, pixels, proposals, 7, np.ones(2)).tolist() == [0]
    assert choose_proposals(targets, pixels, proposals, 7, np.array([1e6, 1])).tolist() == [49]


def test_rows_are_split_and_joined_inside_their_picture() -> None:
    source, y, x = split_rows(np.array([2 * 400 + 3 * 20 + 5]), 20)
    assert (source.item(), y.item(), x.item()) == (2, 3, 5)
    assert join_rows(source, y + 99, x - 99, 20).item() == 2 * 400 + 13 * 20
