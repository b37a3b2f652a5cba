"""Keypoints lay a part of a picture on the whole, also if it is mirrored."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from pochade.analysis.comparison.keypoints import find_keypoints, match_keypoints
from tests.support.drawings import drawing


def grey(picture: Image.Image) -> np.ndarray:
    """A picture's grey levels."""
    return np.asarray(picture.convert("L"))


@pytest.mark.parametrize("seed", range(3))
def test_a_crop_lies_where_it_was_cut(seed: int) -> None:
    whole = drawing(seed, 256)
    match = match_keypoints(find_keypoints(grey(whole.crop((60, 40, 230, 220)))), find_keypoints(grey(whole)))
    assert match is not None
    assert match.agreeing >= 8
    np.testing.assert_allclose(match.matrix, [[1, 0, 60], [0, 1, 40]], atol=0.6)


def test_keypoints_of_a_mirrored_picture_are_those_that_are_found_in_it() -> None:
    whole = drawing(1, 256)
    mirrored = find_keypoints(grey(whole)).mirror(256)
    match = match_keypoints(mirrored, find_keypoints(grey(ImageOps.mirror(whole))))
    assert match is not None
    np.testing.assert_allclose(match.matrix, [[1, 0, 0], [0, 1, 0]], atol=0.6)
    assert match.agreeing > len(mirrored.places) / 2


def test_an_empty_picture_has_no_keypoints() -> None:
    nothing = find_keypoints(np.full((64, 64), 255, np.uint8))
    assert len(nothing.places) == 0
    assert match_keypoints(nothing, find_keypoints(grey(drawing(0)))) is None
