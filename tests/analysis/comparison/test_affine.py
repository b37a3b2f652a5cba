"""Affine maps are inverted, composed and described."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.analysis.comparison.affine import (
    Affine,
    apply_affine,
    compose_affine,
    describe_motion,
    invert_affine,
    resize_map,
)


def similarity(degrees: float, scale: float, *, mirrored: bool = False, shift: float = 0.0) -> Affine:
    """A turn, a change of size, perhaps a mirror, and a shift."""
    cosine, sine = math.cos(math.radians(degrees)) * scale, math.sin(math.radians(degrees)) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    return np.column_stack([linear, [shift, -shift]])


similarities = st.builds(
    similarity, st.floats(-180, 180), st.floats(0.3, 3), mirrored=st.booleans(), shift=st.floats(-90, 90)
)


@given(similarities, similarities)
def test_a_map_and_the_map_back_leave_every_point_where_it_was(matrix: Affine, other: Affine) -> None:
    points = np.array([[0.0, 0.0], [13.0, 5.0], [-4.0, 90.0]])
    np.testing.assert_allclose(apply_affine(invert_affine(matrix), apply_affine(matrix, points)), points, atol=1e-6)
    both = apply_affine(compose_affine(other, matrix), points)
    np.testing.assert_allclose(both, apply_affine(other, apply_affine(matrix, points)), atol=1e-6)


def test_resizing_keeps_the_outer_corners_of_pixels() -> None:
    doubled = resize_map(2, 3)
    np.testing.assert_allclose(
        apply_affine(doubled, np.array([[-0.5, -0.5], [9.5, 9.5]])), [[-0.5, -0.5], [19.5, 29.5]]
    )


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("degrees", "turned", "tilt"), [(0, False, 0), (4, False, 4), (86, True, 4), (180, True, 0)])
def test_a_map_is_taken_apart(degrees: float, turned: bool, tilt: float, mirrored: bool) -> None:
    motion = describe_motion(similarity(degrees, 0.5, mirrored=mirrored))
    assert (motion.mirrored, motion.turned) == (mirrored, turned)
    assert motion.tilt == pytest.approx(tilt, abs=1e-6)
    assert motion.scale == pytest.approx(0.5)
    assert motion.stretch == pytest.approx(1)
