"""What was measured on two pictures is the same in both orders, and says where they differ."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.relation_features import FEATURES, relate
from tests.support.drawings import drawing


def view(picture: Image.Image) -> PictureView:
    """A view of a picture."""
    return PictureView(np.asarray(picture.convert("RGB")))


def changed_drawing() -> Image.Image:
    """A drawing with one part painted over, smaller than the drawing and with paper around it."""
    changed = drawing(5, 256).copy()
    ImageDraw.Draw(changed).rectangle((60, 120, 90, 150), fill=(250, 240, 0))
    return ImageOps.expand(changed, 64, "white")


def test_the_order_of_two_pictures_does_not_matter() -> None:
    first, second = view(drawing(5, 256)), view(changed_drawing())
    relation, other = relate(first, second, 0.9), relate(second, first, 0.9)
    assert relation is not None
    assert other is not None
    assert relation.features.shape == (FEATURES,)
    assert np.isfinite(relation.features).all()
    np.testing.assert_allclose(relation.features, other.features, atol=0.5)


def test_the_region_that_differs_is_given_in_both_pictures() -> None:
    relation = relate(view(drawing(5, 256)), view(changed_drawing()), 0.9)
    assert relation is not None
    assert relation.region is not None
    assert relation.region.in_first == pytest.approx((60, 120, 31, 31), abs=8)
    scale = 256 / 384
    assert relation.region.in_second == pytest.approx((124 * scale, 184 * scale, 31 * scale, 31 * scale), abs=8)


def test_a_picture_does_not_differ_from_itself() -> None:
    first = view(drawing(6))
    relation = relate(first, first, 1.0)
    assert relation is not None
    assert relation.region is None


def test_empty_paper_has_nothing_in_common_with_a_drawing() -> None:
    assert relate(view(Image.new("RGB", (64, 64), "white")), view(drawing(6)), 0.1) is None
