"""Pictures are resized as Pillow resizes them, in bands of any size."""

import numpy as np
import pytest
from PIL import Image

from pochade.analysis.bicubic_resize import resize_squares


@pytest.mark.parametrize(("old", "new"), [(20, 150), (150, 20), (150, 149), (64, 65), (7, 1)])
def test_a_picture_is_resized_as_by_pillow(old: int, new: int) -> None:
    pixels = 0.2 + 0.6 * np.random.default_rng(0).random((old, old)).astype(np.float32)
    expected = np.asarray(Image.fromarray(pixels).resize((new, new), Image.Resampling.BICUBIC)).clip(0, 1)
    np.testing.assert_allclose(resize_squares(pixels[None, None], new)[0, 0], expected, atol=1e-4)


def test_colours_stay_between_0_and_1() -> None:
    half = np.zeros((1, 3, 8, 8), np.float32)
    half[..., 4:] = 1
    resized = resize_squares(half, 40)  # the kernel overshoots beside an edge
    assert resized.min() == 0
    assert resized.max() == 1
