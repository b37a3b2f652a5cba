"""An input picture is rebuilt from its colours."""

import numpy as np

from pochade.images.io.input_arrays import open_input_array


def test_rebuilding_from_the_same_colours_gives_the_input() -> None:
    rng = np.random.default_rng(0)
    for shape in ((5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)):
        array = rng.integers(0, 65536, shape, np.uint16)
        image = open_input_array(array)
        np.testing.assert_array_equal(image.rebuild(image.colour), array)
