"""A picture is laid on an edit of it, and on another stage of it, to a pixel or two."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from pochade.analysis.comparison.affine import apply_affine
from pochade.analysis.comparison.alignment import align_views, guess_from_squares
from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.registration import align
from pochade.images.features.edge_map import edge_map
from pochade.images.geometry.letterbox import make_squares
from tests.support.drawings import drawing

SIDE = 256
Change = Callable[[Image.Image], Image.Image]
POINTS = np.array([[80.0, 90.0], [150.0, 100.0], [120.0, 170.0]])


def view(picture: Image.Image) -> PictureView:
    """A view of a picture."""
    return PictureView(np.asarray(picture.convert("RGB")))


def line_art(picture: Image.Image) -> Image.Image:
    """Dark lines where the colours change."""
    return ImageOps.invert(picture.convert("L").filter(ImageFilter.FIND_EDGES)).convert("RGB")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (ImageOps.mirror, lambda p: [255 - p[:, 0], p[:, 1]]),
        (lambda picture: picture.transpose(Image.Transpose.ROTATE_90), lambda p: [p[:, 1], 255 - p[:, 0]]),
        (line_art, lambda p: [p[:, 0], p[:, 1]]),
        (lambda picture: picture.crop((32, 32, 224, 224)), lambda p: [*((p - 31.5) * 4 / 3 - 0.5).T]),
    ],
    ids=["mirrored", "turned", "line art", "cropped"],
)  # fmt: skip
def test_a_picture_is_laid_on_what_was_made_of_it(
    seed: int, change: Change, expected: Callable[..., list[np.ndarray]]
) -> None:
    picture = drawing(seed, SIDE)
    alignment = align_views(view(picture), view(change(picture)))
    assert alignment is not None
    found = apply_affine(alignment.matrix, POINTS)
    np.testing.assert_allclose(found, np.stack(expected(POINTS), 1), atol=2)


def test_an_alignment_of_subjects_is_one_of_views() -> None:
    picture = drawing(2, SIDE)
    padded = ImageOps.expand(picture, 40, "white").resize((SIDE, SIDE))
    first, second = view(picture), view(padded)
    edges = np.stack([edge_map(make_squares(v.pixels).subject.pixels) for v in (first, second)])
    transform = align(edges.astype(np.float32), np.array([[0, 1]])).transforms[0].astype(np.float64)
    guess = guess_from_squares(first, second, transform)
    assert guess is not None
    scale = SIDE / (SIDE + 80)
    np.testing.assert_allclose(apply_affine(guess, POINTS), (POINTS + 40) * scale, atol=6)


def test_a_strip_gives_no_guess() -> None:
    strip = view(drawing(0, SIDE).resize((400, 60)))
    assert guess_from_squares(strip, strip, np.eye(2, 3)) is None


def test_empty_pictures_are_not_laid_on_each_other() -> None:
    empty = view(Image.new("RGB", (100, 80), "white"))
    assert align_views(empty, view(drawing(0))) is None
