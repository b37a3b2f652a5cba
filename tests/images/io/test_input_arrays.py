"""An input picture is shown in sRGB, and rebuilt from its colours."""

import numpy as np
from PIL import Image

from pochade.images.base.ground import DARK_GREY
from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.primaries import PRIMARIES_BY_CODE
from pochade.images.base.tone_curves import SRGB_CURVE
from pochade.images.io.input_arrays import input_on_ground, open_input_array


def test_rebuilding_from_the_same_colours_gives_the_input() -> None:
    rng = np.random.default_rng(0)
    for shape in ((5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)):
        array = rng.integers(0, 65536, shape, np.uint16)
        image = open_input_array(array)
        np.testing.assert_array_equal(image.rebuild(image.colour), array)


def test_the_profile_of_a_pillow_image_counts() -> None:
    image = Image.new("RGB", (4, 4), (200, 100, 80))
    image.info["icc_profile"] = make_rgb_profile("Display P3", PRIMARIES_BY_CODE[12], SRGB_CURVE)
    assert input_on_ground(image)[0, 0].tolist() == [215, 93, 73]
    assert input_on_ground(image.convert("RGBA"))[0, 0].tolist() == [215, 93, 73]


def test_white_ink_is_laid_on_a_ground_on_which_it_is_seen() -> None:
    ink = Image.new("LA", (4, 4), (255, 0))
    ink.putpixel((1, 1), (255, 255))
    shown = input_on_ground(ink)
    assert (shown[0, 0].tolist(), shown[1, 1].tolist()) == (list(DARK_GREY), [255, 255, 255])
