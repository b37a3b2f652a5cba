"""Pictures that show something new are chosen; turned, mirrored and repeated ones are not."""

import numpy as np
import pytest

from experiments.pack import distinct_hashes
from experiments.pack.distinct_hashes import choose_distinct, hash_orientations
from experiments.recipes.shape_pictures import draw_shape_picture
from pochade.images.geometry.letterbox import letterbox

NOTHING = np.zeros((0, 256))


def grey_square(seed: int) -> np.ndarray:
    grey: np.ndarray = letterbox(draw_shape_picture(seed)).pixels.mean(2)
    return grey


def hash_all(squares: list[np.ndarray]) -> np.ndarray:
    return np.stack([hash_orientations(square) for square in squares])


@pytest.mark.parametrize("per_block", [2, 512])
def test_a_turned_or_mirrored_repetition_is_not_chosen(per_block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct_hashes, "PICTURES_PER_BLOCK", per_block)
    first, other = grey_square(1), grey_square(2)
    assert choose_distinct(hash_all([first, np.rot90(first), other, first[:, ::-1], other]), NOTHING, 9) == [0, 2]


def test_a_picture_near_a_known_one_is_not_chosen() -> None:
    first, other = grey_square(1), grey_square(2)
    known = hash_orientations(first)[:1]
    assert choose_distinct(hash_all([np.rot90(first), other]), known, 9) == [1]


def test_no_more_than_the_limit_are_chosen() -> None:
    assert choose_distinct(hash_all([grey_square(seed) for seed in (1, 2, 3)]), NOTHING, 2) == [0, 1]
