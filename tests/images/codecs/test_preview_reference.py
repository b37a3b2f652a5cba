"""The reference for previews: at most 512 pixels, and previews enlarged to it."""

import numpy as np

from pochade.images.codecs.preview_reference import PREVIEW_SIDE, PreviewReference, resize_bicubic
from tests.support.paintings import painting, save_png


def test_enlarging_keeps_flat_colours() -> None:
    assert (resize_bicubic(np.full((5, 9, 3), 77, np.uint8), 50, 91) == 77).all()


def test_a_strip_is_no_larger_than_any_other_reference() -> None:
    for sides in ((3000, 8), (1, 3000)):
        strip = np.tile(painting(), (60, 60, 1))[: sides[0], : sides[1]]
        assert max(PreviewReference(save_png(strip)).pixels.shape) == PREVIEW_SIDE
