"""Scores of SSIMULACRA2 are those of its definition, and fall with more damage."""

import numpy as np
import pytest

from pochade.images.quality.ssimulacra2 import ssimulacra2
from tests.support.picture_files import Array


def painted(height: int, width: int) -> Array:
    """Waves of colour with a dark ring, in integer arithmetic: the same on every machine."""
    y, x = np.mgrid[:height, :width]
    waves = np.stack([x * 3 + y, x * y // 40, 200 - y * 2 + x], axis=-1) % 256
    waves = np.minimum(waves, 255 - waves) * 2
    distance = (x - width // 2) ** 2 + (y - height // 2) ** 2
    waves[(distance > height * width // 16) & (distance < height * width // 12)] //= 4
    return waves.astype(np.uint8)


def posterise(picture: Array) -> Array:
    """Reduce a picture to few levels."""
    return picture // 24 * 24 + 12


def smear(picture: Array) -> Array:
    """Mix each pixel with its neighbours on the left."""
    wide = picture.astype(np.uint16)
    return ((wide + np.roll(wide, 1, 1) + np.roll(wide, 2, 1)) // 3).astype(np.uint8)


def add_grain(picture: Array) -> Array:
    """Make pixels a little lighter or darker."""
    grain = (np.arange(picture.size).reshape(picture.shape) * 7919 % 13) - 6
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "posterised_score", "smeared_score", "grainy_score"),
    [
        (300, 412, 76.0526, 34.8040, 89.6125),
        (129, 97, 51.3183, 31.8392, 75.9585),
        (40, 23, 82.7455, 55.6372, 90.0115),
        (9, 8, 92.9147, 89.2692, 96.1463),
    ],
)
def test_scores_are_those_of_the_definition(
    height: int, width: int, posterised_score: float, smeared_score: float, grainy_score: float
) -> None:
    """The scores were computed once by the recursive filter of the definition, in 64-bit floats. Another program agreed
    within 0.3 for pictures whose edges are empty.
    """
    picture = painted(height, width)
    scores = [ssimulacra2(picture, change(picture)) for change in (posterise, smear, add_grain)]
    assert scores == pytest.approx([posterised_score, smeared_score, grainy_score], abs=0.005)


def test_equal_pictures_score_100_and_more_damage_scores_less() -> None:
    picture = painted(120, 90)
    damaged = [picture]
    for _ in range(3):
        damaged.append(smear(damaged[-1]))
    scores = [ssimulacra2(picture, other) for other in damaged]
    assert scores[0] == 100
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 300), (300, 7)])
def test_pictures_that_are_too_small_score_100(height: int, width: int) -> None:
    picture = painted(height, width)
    assert ssimulacra2(picture, 255 - picture) == 100


def test_pictures_of_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="can't be compared"):
        ssimulacra2(painted(9, 9), painted(9, 10))
