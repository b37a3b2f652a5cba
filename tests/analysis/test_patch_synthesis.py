"""A rough plan is drawn with the strokes of real pictures, sharply, by the seed, and not with one picture alone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from pochade.analysis.connected_shares import largest_connected_shares
from pochade.analysis.patch_synthesis import synthesise
from tests.support.drawings import drawing

SIDE = 96
Bytes = NDArray[np.uint8]


@pytest.fixture(scope="module")
def pictures() -> Bytes:
    return np.stack([np.asarray(drawing(seed).resize((SIDE, SIDE))) for seed in range(5)])


def blur(picture: Bytes) -> Bytes:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(5)))


def sharpness(picture: Bytes) -> float:
    return float(np.abs(np.diff(picture.astype(int), axis=1)).max(-1).max(-1).mean())


def test_a_blurred_picture_is_drawn_again_sharply(pictures: Bytes) -> None:
    plan = blur(pictures[2])
    penalties = np.array([9.0, 9, 1, 9, 9])
    drawn = synthesise(plan, pictures, SIDE, 0, penalties)
    assert np.abs(drawn.picture.astype(int) - pictures[2]).mean() < np.abs(plan.astype(int) - pictures[2]).mean() / 2
    assert sharpness(drawn.picture) > 2 * sharpness(plan)
    assert set(np.unique(drawn.sources)) <= {-1, 2}


def test_no_picture_has_too_large_a_connected_share(pictures: Bytes) -> None:
    plan = blur(pictures[1])
    free = synthesise(plan, pictures, SIDE, 0, np.ones(5))
    limited = synthesise(plan, pictures, SIDE, 0, np.ones(5), max_share=0.35)
    assert max(largest_connected_shares(free.sources, 5)) > 0.45, "otherwise the limit would not be tested"
    assert max(largest_connected_shares(limited.sources, 5)) < 0.45


def test_the_same_seed_gives_the_same_picture(pictures: Bytes) -> None:
    plan = blur(pictures[0])
    first, second = (synthesise(plan, pictures, SIDE, 3, np.ones(5)) for _ in range(2))
    np.testing.assert_array_equal(first.picture, second.picture)
    np.testing.assert_array_equal(first.sources, second.sources)


def test_bare_paper_stays_white_and_is_nobodys(pictures: Bytes) -> None:
    plan = np.full((SIDE, SIDE, 3), 255, np.uint8)
    plan[40:70, 40:70] = pictures[0, 40:70, 40:70]
    drawn = synthesise(plan, pictures, SIDE, 0, np.ones(5))
    paper = drawn.sources[:10] == -1
    assert paper.mean() > 0.9
    assert drawn.picture[:7][paper[:7]].min() > 245
