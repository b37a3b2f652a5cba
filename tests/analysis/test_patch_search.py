"""Patches are searched so that all of them are used, and sources of neighbours are continued."""

import torch

from pochade.analysis.patch_grid import grid_rows
from pochade.analysis.patch_search import (
    choose_proposals,
    continue_neighbours,
    fit_components,
    join_rows,
    search_all,
    split_rows,
)


def test_a_patch_that_is_nearer_to_another_place_gives_way() -> None:
    queries = torch.tensor([[0.0, 0], [0.1, 0]])
    keys = torch.tensor([[[0.0, 0], [3.0, 0]]])  # the first one is exactly at the first query
    table = search_all(queries, keys, torch.tensor([[10, 20]]))
    assert table.rows.tolist() == [[10], [20]]


def test_every_picture_has_its_nearest_patch() -> None:
    queries, keys = torch.tensor([[1.0, 1]]), torch.tensor([[[1.0, 1], [9, 9]], [[8.0, 8], [1, 2]]])
    table = search_all(queries, keys, torch.tensor([[0, 1], [100, 101]]))
    assert table.rows.tolist() == [[0, 101]]


def test_the_components_hold_what_varies() -> None:
    generator = torch.Generator().manual_seed(0)
    direction = torch.nn.functional.normalize(torch.randn(147, generator=generator), dim=0)
    patches = torch.randn((400, 1), generator=generator) * direction
    basis = fit_components(patches, generator)
    torch.testing.assert_close(patches @ basis @ basis.T, patches, atol=1e-4, rtol=0)


def test_a_shifted_copy_is_completed_from_one_right_source() -> None:
    side, stride = 32, 3
    pixels = torch.rand((side * side, 3), generator=torch.Generator().manual_seed(0))
    right = grid_rows(side, stride).reshape(10, 10)
    rows = torch.zeros_like(right)
    rows[0, 0] = right[0, 0]
    rows[5, 5] = right[5, 5]  # one patch is right, and so are those that continue it
    proposals = continue_neighbours(rows, side, stride, torch.Generator().manual_seed(0))
    targets = pixels[(right.flatten()[:, None] + torch.tensor([y * side + x for y in range(7) for x in range(7)]))]
    chosen = choose_proposals(targets.flatten(1), pixels, proposals.flatten(0, 1), side, torch.ones(1))
    assert (chosen.reshape(10, 10)[4:7, 4:7] == right[4:7, 4:7]).all()


def test_a_penalty_prefers_another_picture() -> None:
    pixels = torch.cat([torch.full((49, 3), 0.5), torch.full((49, 3), 0.6)])
    targets, proposals = torch.full((1, 147), 0.5), torch.tensor([[0, 49]])
    assert choose_proposals(targets, pixels, proposals, 7, torch.ones(2)).tolist() == [0]
    assert choose_proposals(targets, pixels, proposals, 7, torch.tensor([1e6, 1])).tolist() == [49]


def test_rows_are_split_and_joined_inside_their_picture() -> None:
    source, y, x = split_rows(torch.tensor([2 * 400 + 3 * 20 + 5]), 20)
    assert (source.item(), y.item(), x.item()) == (2, 3, 5)
    assert join_rows(source, y + 99, x - 99, 20).item() == 2 * 400 + 13 * 20
