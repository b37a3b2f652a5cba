"""The measure says of coded pictures what its definition says, and what it says makes sense."""

import numpy as np
import pytest

from pochade.images.quality.ssimulacra2 import ssimulacra2
from tests.support.picture_files import Array


def painted(height: int, width: int) -> Array:
    """Waves of colour with a dark ring on them, in whole numbers: the same on every machine."""
    y, x = np.mgrid[:height, :width]
    waves = np.stack([x * 3 + y, x * y // 40, 200 - y * 2 + x], axis=-1) % 256
    waves = np.minimum(waves, 255 - waves) * 2
    far = (x - width // 2) ** 2 + (y - height // 2) ** 2
    waves[(far > height * width // 16) & (far < height * width // 12)] //= 4
    return waves.astype(np.uint8)


def posterised(picture: Array) -> Array:
    """In a few steps."""
    return picture // 24 * 24 + 12


def smeared(picture: Array) -> Array:
    """Each pixel mixed with its neighbours on the left."""
    wide = picture.astype(np.uint16)
    return ((wide + np.roll(wide, 1, 1) + np.roll(wide, 2, 1)) // 3).astype(np.uint8)


def grainy(picture: Array) -> Array:
    """A little lighter or darker from pixel to pixel."""
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
    """The numbers were computed once by the definition's own recursion, in 64-bit floats; where nothing lies at the
    edges, another program agreed within 0.3.
    """
    picture = painted(height, width)
    found = [ssimulacra2(picture, change(picture)) for change in (posterised, smeared, grainy)]
    assert found == pytest.approx([posterised_score, smeared_score, grainy_score], abs=0.005)


def test_the_same_picture_is_a_hundred_and_more_damage_is_less() -> None:
    picture = painted(120, 90)
    spoilt = [picture]
    for _ in range(3):
        spoilt.append(smeared(spoilt[-1]))
    scores = [ssimulacra2(picture, one) for one in spoilt]
    assert scores[0] == 100
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 300), (300, 7)])
def test_of_pictures_too_small_to_compare_nothing_is_said(height: int, width: int) -> None:
    picture = painted(height, width)
    assert ssimulacra2(picture, 255 - picture) == 100


def test_pictures_of_two_sizes_are_not_compared() -> None:
    with pytest.raises(ValueError, match="can't be compared"):
        ssimulacra2(painted(9, 9), painted(9, 10))
