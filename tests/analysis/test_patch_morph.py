"""A morph begins and ends with its pictures, and its shapes move instead of fading."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pochade.analysis.patch_morph import MorphEnds, draw_between, prepare_ends


def disc(x: int) -> NDArray[np.uint8]:
    picture = Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(picture).ellipse((x, 30, x + 30, 60), fill="navy", outline="black")
    return np.asarray(picture)


@pytest.fixture(scope="module")
def ends() -> MorphEnds:
    return prepare_ends(disc(5), disc(60))


def test_the_ends_are_the_pictures_themselves(ends: MorphEnds) -> None:
    for share, picture, number in ((0, disc(5), 0), (1, disc(60), 1)):
        drawn = draw_between(ends, share)
        np.testing.assert_array_equal(drawn.picture, picture)
        assert set(np.unique(drawn.sources)) == {-1, number}


def test_a_shape_moves_instead_of_fading(ends: MorphEnds) -> None:
    middles = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        dark = draw_between(ends, share).picture[..., 0] < 60
        assert 500 < dark.sum() < 1000, "one whole disc, no two faint ones"
        middles.append(np.nonzero(dark)[1].mean())
    np.testing.assert_allclose(np.diff(middles), 55 / 4, atol=5)


def test_frames_change_evenly(ends: MorphEnds) -> None:
    frames = [draw_between(ends, share).picture.astype(int) for share in np.linspace(0, 1, 9)]
    steps = [np.abs(after - before).mean() for before, after in pairwise(frames)]
    assert max(steps) < 2.5 * np.mean(steps)
    np.testing.assert_array_equal(frames[4], draw_between(ends, 0.5).picture)
