"""Descriptors measure outlines, colours and technique, wherever the subject lies; the layout tells where it lies."""

import numpy as np
from PIL import Image, ImageDraw

from pochade.images.base.picture import Array
from pochade.images.features.descriptors import (
    APPEARANCE_LENGTH,
    LAYOUT_LENGTH,
    appearance_descriptor,
    layout_descriptor,
)
from pochade.images.geometry.letterbox import make_squares


def draw_shape(shape: str, colour: str, place: int = 60, soft: bool = False) -> Array:
    """A shape of a colour on white paper, (240, 240, 3)."""
    image = Image.new("RGB", (240, 240), "white")
    draw = ImageDraw.Draw(image)
    box = (place, place, place + 100, place + 100)
    if shape == "round":
        draw.ellipse(box, fill=colour)
    else:
        draw.rectangle(box, fill=colour)
    if soft:
        fade = Image.radial_gradient("L").resize(image.size)
        image = Image.composite(image, Image.new("RGB", image.size, "grey"), fade)
    return np.asarray(image)


def distance(first: Array, second: Array) -> float:
    """The distance of the appearance descriptors of two pictures."""
    return float(
        np.linalg.norm(appearance_descriptor(make_squares(first)) - appearance_descriptor(make_squares(second)))
    )


def test_descriptors_of_pictures_of_any_shape_have_one_length() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
    drawn = draw_shape("round", "red")
    for picture in [drawn, noise, noise[:1], noise[:, :1], noise[:1, :1], np.zeros((9, 9, 3), np.uint8)]:
        descriptor = appearance_descriptor(make_squares(picture))
        assert descriptor.shape == (APPEARANCE_LENGTH,)
        assert descriptor.dtype == np.float32
        assert np.isfinite(descriptor).all()


def test_the_appearance_is_the_same_wherever_the_subject_lies_on_its_paper() -> None:
    centred, shifted = draw_shape("round", "red"), draw_shape("round", "red", place=110)
    assert distance(centred, shifted) < 0.2 * distance(centred, draw_shape("square", "red"))


def test_the_appearance_distinguishes_outlines_colours_and_soft_light() -> None:
    red = draw_shape("round", "red")
    others = [draw_shape("square", "red"), draw_shape("round", "blue"), draw_shape("round", "red", soft=True)]
    assert min(distance(red, other) for other in others) > 0.5


def test_turning_a_picture_by_a_right_angle_turns_its_outlines_and_leaves_its_colours() -> None:
    striped = draw_shape("square", "blue").copy()
    for top in range(0, 240, 24):
        striped[top : top + 12] = 0
    upright, turned = (appearance_descriptor(make_squares(picture)) for picture in (striped, np.rot90(striped).copy()))
    assert np.linalg.norm(upright[:128] - turned[:128]) > 0.3
    np.testing.assert_allclose(upright[144:174], turned[144:174], atol=0.1)


def test_the_layout_tells_where_the_subject_lies_and_the_appearance_does_not() -> None:
    left, right = Image.new("RGB", (96, 96), "white"), Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(left).ellipse((8, 30, 44, 66), fill="navy")
    ImageDraw.Draw(right).ellipse((52, 30, 88, 66), fill="navy")
    first, second = make_squares(np.asarray(left)), make_squares(np.asarray(right))
    assert layout_descriptor(first).shape == (LAYOUT_LENGTH,)
    assert np.linalg.norm(layout_descriptor(first) - layout_descriptor(second)) > 1
    assert np.linalg.norm(appearance_descriptor(first) - appearance_descriptor(second)) < 0.3


def test_an_empty_page_has_an_empty_layout() -> None:
    assert not layout_descriptor(make_squares(np.full((40, 60, 3), 255, np.uint8))).any()
