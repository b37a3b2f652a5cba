"""Synthetic drawings follow from their seed, are of every kind, and have what a cleaner has to keep."""

import numpy as np
import pytest
from scipy.ndimage import label

from experiments.recipes.small_marks import starry_sky
from experiments.recipes.synthetic_drawings import ALL_KINDS, ON_PAPER, Kind, draw_synthetic, to_pixels

WHITE = np.ones((96, 96, 3), np.float32)


def examples(kind: Kind, count: int = 6) -> np.ndarray:
    """Some drawings of a kind on white paper."""
    return np.stack([to_pixels(kind(np.random.default_rng(seed), WHITE)) for seed in range(count)])


@pytest.mark.parametrize("side", [64, 160])
def test_a_drawing_is_decided_by_its_seed(side: int) -> None:
    first, again, other = (draw_synthetic(np.random.default_rng(seed), side) for seed in (7, 7, 8))
    assert first.shape == (side, side, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_leaves_marks_that_differ_each_time(kind: Kind) -> None:
    drawings = examples(kind)
    assert sum((drawing < 250).any() for drawing in drawings) >= 5
    assert len({drawing.tobytes() for drawing in drawings}) == len(drawings)


@pytest.mark.parametrize("kind", ON_PAPER, ids=lambda kind: kind.__name__)
def test_kinds_on_white_paper_leave_it_white_somewhere(kind: Kind) -> None:
    assert (examples(kind) == 255).all(-1).any()


@pytest.mark.slow
def test_the_paper_itself_has_no_grain() -> None:
    sheets = [draw_synthetic(np.random.default_rng(seed), 96) for seed in range(60)]
    largest_shares = [np.unique(sheet.reshape(-1, 3), axis=0, return_counts=True)[1].max() / 96**2 for sheet in sheets]
    assert np.mean(np.array(largest_shares) > 0.2) > 0.5


@pytest.mark.slow
def test_most_drawings_are_on_white_and_some_leave_no_paper() -> None:
    sheets = np.stack([draw_synthetic(np.random.default_rng(seed), 64) for seed in range(200)])
    white = (sheets == 255).all(-1).mean((1, 2))
    assert 0.4 < (white > 0.2).mean() < 0.8
    assert (white == 0).mean() > 0.1


def test_no_two_kinds_are_the_same() -> None:
    drawings = np.stack([examples(kind)[3].ravel() for kind in ALL_KINDS])
    assert len(np.unique(drawings, axis=0)) == len(ALL_KINDS)


def test_stars_are_many_small_spots_on_a_full_ground() -> None:
    skies = examples(starry_sky).max(-1)
    spots = [label(sky > np.median(sky) + 60)[1] for sky in skies]
    assert np.median(spots) > 5
