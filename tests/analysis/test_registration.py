"""Alignment finds how a copy was turned, mirrored, cropped or scaled, and tells copies from other drawings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from pochade.analysis.arrays import Floats
from pochade.analysis.registration import align, coarse_views, compose, translate, warp
from pochade.images.features.edge_map import edge_map
from tests.support.drawings import drawing, subject_square


def edge_maps_of(*pictures: Image.Image) -> Floats:
    """The edge maps of the subjects of pictures."""
    return np.stack([edge_map(subject_square(picture)) for picture in pictures]).astype(np.float32)


def correlation(first: Image.Image, second: Image.Image) -> float:
    """The edge correlation of two pictures at their best alignment."""
    return float(align(edge_maps_of(first, second), np.array([[0, 1]])).correlation[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
        lambda picture: ImageOps.mirror(picture.rotate(180)),
        lambda picture: picture.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
        lambda picture: picture.crop((20, 20, 180, 180)),
        lambda picture: ImageOps.invert(picture.convert("L")),
    ],
    ids=["unchanged", "turned", "mirrored", "tilted", "cropped", "inverted"],
)
def test_a_changed_copy_correlates_more_than_any_other_drawing(seed: int, change: object) -> None:
    with_copy = correlation(drawing(seed), change(drawing(seed)))  # type: ignore[operator]
    assert with_copy > max(correlation(drawing(seed), drawing(other)) for other in range(10, 14)) + 0.1


def test_the_transform_leads_back_to_the_first_picture() -> None:
    first = drawing(3).filter(ImageFilter.GaussianBlur(2))
    turned = first.transpose(Image.Transpose.ROTATE_270)
    squares = [subject_square(first).astype(np.float32), subject_square(turned).astype(np.float32)]
    transform = align(edge_maps_of(first, turned), np.array([[0, 1]])).transforms[0]
    positions = np.stack(np.meshgrid(*2 * [(np.arange(96) + 0.5) / 48 - 1]), -1)  # -1 to 1
    x, y = np.moveaxis(((positions @ transform[:, :2].T + transform[:, 2] + 1) * 48).astype(int).clip(0, 95), 2, 0)
    back, difference = squares[1][y, x] - squares[0], squares[1] - squares[0]
    assert np.abs(back).mean() < np.abs(difference).mean() / 5  # the rest comes from trimming to whole pixels


def test_a_warped_map_is_interpolated_and_zero_outside() -> None:
    maps = np.arange(16, dtype=np.float32).reshape(1, 4, 4) + 1
    half_a_cell_right = np.array([[[[1, 0, 0.25], [0, 1, 0]]]], np.float32)  # of 4 cells from -1 to 1
    expected = (maps[0] + np.column_stack([maps[0, :, 1:], np.zeros(4)])) / 2
    np.testing.assert_allclose(warp(maps, half_a_cell_right).reshape(4, 4), expected, atol=1e-5)


def test_no_pairs_give_no_alignments() -> None:
    maps = np.zeros((3, 32, 32), np.float32)
    assert align(maps, np.empty((0, 2), np.int64)).correlation.shape == (0,)


@given(across=st.floats(-0.4, 0.4), down=st.floats(-0.4, 0.4), number=st.integers(0, 23))
@settings(deadline=None)
def test_a_translated_view_shows_what_was_beside_it(across: float, down: float, number: int) -> None:
    view = coarse_views()[number]
    shifted = translate(view, np.array([across, down]))
    point = np.array([0.3, -0.2])
    before = view[:, :2] @ (point - 2 * np.array([across, down])) + view[:, 2]
    np.testing.assert_allclose(shifted[:, :2] @ point + shifted[:, 2], before, atol=1e-5)


@given(first=st.integers(0, 23), second=st.integers(0, 23))
def test_composed_transforms_apply_the_inner_one_first(first: int, second: int) -> None:
    outer, inner = coarse_views()[first], coarse_views()[second]
    point = np.array([0.7, 0.1])
    expected = outer[:, :2] @ (inner[:, :2] @ point + inner[:, 2]) + outer[:, 2]
    both = compose(outer, inner)
    np.testing.assert_allclose(both[:, :2] @ point + both[:, 2], expected, atol=1e-5)
