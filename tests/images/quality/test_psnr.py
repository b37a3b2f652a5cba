"""PSNR is that of its definition, and finite for equal pictures."""

import numpy as np
import pytest

from pochade.images.quality.psnr import decibels, psnr


def test_an_error_of_one_level_everywhere_is_48_decibels() -> None:
    picture = np.full((5, 7, 3), 100, np.uint8)
    assert psnr(picture, picture + 1) == pytest.approx(20 * np.log10(255))


def test_equal_pictures_are_at_least_as_close_as_pictures_that_differ_by_one_level_in_one_value() -> None:
    picture = np.full((5, 7, 3), 100, np.uint8)
    other = picture.copy()
    other[2, 3, 1] += 1
    assert psnr(picture, picture) == psnr(picture, other) == pytest.approx(10 * np.log10(255**2 * picture.size))


def test_decibels_are_computed_for_arrays_too() -> None:
    np.testing.assert_allclose(decibels(np.array([255.0**2, 255**2 / 10, 255**2 / 100])), [0, 10, 20], atol=1e-12)
