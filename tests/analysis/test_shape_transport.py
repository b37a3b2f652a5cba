"""Shapes move from their place in one picture to their place in the other."""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.shape_transport import assign_shapes, bend_coordinates, bend_picture


def square_at(x: int, y: int, size: int = 16) -> Floats:
    picture = np.ones((64, 64, 3), np.float32)
    picture[y : y + size, x : x + size] = [0.8, 0.1, 0.1]
    return picture


def middle(picture: Floats) -> tuple[float, float]:
    y, x = np.nonzero(picture[..., 1] < 0.5)
    return float(x.mean()), float(y.mean())


def test_half_of_the_way_both_pictures_show_the_square_in_the_middle() -> None:
    first, second = square_at(4, 10), square_at(40, 30)
    transport = assign_shapes(first, second)
    for picture, origin in zip((first, second), bend_coordinates(transport, 0.5, 64), strict=True):
        x, y = middle(bend_picture(picture, origin))
        assert abs(x - 29.5) < 3
        assert abs(y - 27.5) < 3


def test_the_ends_are_not_bent() -> None:
    first, second = square_at(4, 10), square_at(30, 30, 25)
    transport = assign_shapes(first, second)
    np.testing.assert_allclose(bend_picture(first, bend_coordinates(transport, 0, 64)[0]), first, atol=1e-4)
    np.testing.assert_allclose(bend_picture(second, bend_coordinates(transport, 1, 64)[1]), second, atol=1e-4)


def test_a_picture_of_bare_paper_can_be_assigned() -> None:
    assert np.isfinite(assign_shapes(np.ones((64, 64, 3), np.float32), square_at(4, 10)).moves).all()
