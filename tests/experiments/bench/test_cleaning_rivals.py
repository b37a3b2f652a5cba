"""The rivals of the cleaner do what they are known for, with the settings that suit them best."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_rivals import divide_by_fitted_paper, dust_and_scratches, tune_rival
from experiments.bench.cleaning_scans import add_white_noise
from experiments.bench.cleaning_spots import draw_sky
from experiments.bench.cleaning_strokes import psnr
from tests.experiments.bench.line_drawings import line_drawing, on_uneven_paper


def test_the_light_is_fitted_to_paper_and_a_painting_without_paper_stays_as_it_is() -> None:
    drawing, scan = line_drawing(), on_uneven_paper(line_drawing())
    assert psnr(divide_by_fitted_paper(scan), drawing) > psnr(scan, drawing) + 10
    night = draw_sky(np.random.default_rng(0))[0]
    np.testing.assert_array_equal(divide_by_fitted_paper(night), night)


@pytest.mark.slow
def test_the_settings_that_score_best_are_chosen() -> None:
    noisy = add_white_noise(line_drawing(), 12, np.random.default_rng(0))
    rival = tune_rival("total variation", [(noisy, line_drawing())], psnr)
    assert rival.settings.startswith(("fitted", "as it is"))
    assert psnr(rival.clean(noisy), line_drawing()) > psnr(noisy, line_drawing()) + 3


def test_a_median_where_it_differs_much_leaves_the_rest() -> None:
    soft = np.asarray(Image.fromarray(line_drawing()).filter(ImageFilter.GaussianBlur(8)))
    speck = soft.copy()
    speck[100, 100] = 0
    cleaned = dust_and_scratches(speck, 5, 40)
    assert (cleaned != speck).any(-1).sum() == 1
