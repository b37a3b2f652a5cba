"""Specks and threads have the size and length that they should."""

import numpy as np
import pytest

from pochade.training.augment.specks import draw_discs, random_thread


def test_a_disc_thinner_than_a_pixel_covers_part_of_it() -> None:
    cover = np.zeros((9, 9), np.float32)
    draw_discs(cover, np.array([4.5]), np.array([4.5]), np.array([0.2], np.float32))
    assert 0 < cover[4, 4] < 0.5
    assert cover.sum() == cover[4, 4]


def test_a_thread_has_the_given_length() -> None:
    down, across = random_thread(np.random.default_rng(0), (50, 50), 30, 1.0)
    assert np.hypot(np.diff(down), np.diff(across)).sum() == pytest.approx(30, rel=0.05)
