"""Sources that were chosen at one size are the same ones at a finer size."""

import numpy as np

from pochade.analysis.patch_grid import grid_rows
from pochade.analysis.patch_levels import PatchLevel, enlarge_sources, level_sides, resize_rows


def test_levels_grow_evenly_to_the_side() -> None:
    assert level_sides(256)[::5] == [32, 256]
    assert level_sides(32) == [32, 32]


def test_the_identity_stays_the_identity_at_a_finer_level() -> None:
    rows = enlarge_sources(grid_rows(40, 1).reshape(34, 34), (40, 1), (100, 3))
    right = grid_rows(100, 3).reshape(rows.shape)
    assert (np.abs(rows // 100 - right // 100) <= 1).all()
    assert (np.abs(rows % 100 - right % 100) <= 1).all()


def test_patches_in_their_own_places_draw_their_picture() -> None:
    pictures = np.random.default_rng(0).random((2, 3, 40, 40), np.float32)
    level = PatchLevel(pictures, 40)
    rows = 1600 + grid_rows(40, 3).reshape(12, 12)
    np.testing.assert_allclose(
        level.paint(rows, 3), pictures[1].transpose(1, 2, 0).reshape(-1, 3), rtol=1e-5, atol=1e-6
    )


def test_a_blurred_level_is_what_a_coarser_one_knows() -> None:
    level = PatchLevel(np.random.default_rng(0).random((1, 3, 40, 40), np.float32), 40)
    assert level.blur_from(10).std() < level.sharp.std() / 2
    assert resize_rows(level.sharp, 20).shape == (400, 3)
