"""The thumbnail from which light and paper are estimated."""

import numpy as np
import pytest

from pochade.cleaning.page_light import downscale


@pytest.mark.parametrize(("height", "width"), [(100, 3000), (3000, 115)])
def test_the_thumbnail_of_a_strip_shows_all_of_it(height: int, width: int) -> None:
    strip = np.full((height, width, 3), 255, np.uint8)
    strip[height // 2 :] = 0
    cut = 255 / (4 * 4)  # of the four rows or columns of the thumbnail less than a quarter of one may be cut off
    assert float(downscale(strip, 128).mean()) == pytest.approx(strip.mean(), abs=cut)


def test_a_thumbnail_has_the_mean_of_its_page() -> None:
    sheet = np.random.default_rng(0).integers(0, 256, (1300, 700, 3), np.uint8)
    small = downscale(sheet, 128)
    assert small.shape == (1, 3, 128, 69)
    assert float(small.mean()) == pytest.approx(float(sheet.mean()), abs=0.5)
