"""Perceptual hashes: near copies are near in every orientation, and distinct rows are chosen greedily."""

import numpy as np

from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
from pochade.images.geometry.letterbox import make_squares


def grey_square(pixels: np.ndarray) -> np.ndarray:
    """A picture as a grey square, (96, 96)."""
    return np.asarray(make_squares(pixels).whole.pixels.mean(2))


def test_turned_and_mirrored_pictures_are_near_and_other_pictures_are_not() -> None:
    first, other = (grey_square(draw_shape_picture(seed)) for seed in (1, 2))
    distances = hash_distances(np.stack([first, np.rot90(first), first[:, ::-1], other]))
    assert distances[0, :3].max() < 10
    assert distances[0, 3] > 40


def test_distinct_rows_are_not_near_each_other() -> None:
    near = np.eye(5, dtype=bool)
    near[0, 1] = near[1, 0] = near[3, 4] = near[4, 3] = True
    assert distinct_rows(near) == [0, 2, 3]
    assert distinct_rows(near, limit=2) == [0, 2]
    assert distinct_rows(near, given=1) == [2, 3]
