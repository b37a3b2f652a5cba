"""Enlarging previews."""

import numpy as np

from pochade.images.codecs.preview_reference import resize_bicubic


def test_enlarging_keeps_flat_colours() -> None:
    assert (resize_bicubic(np.full((5, 9, 3), 77, np.uint8), 50, 91) == 77).all()
