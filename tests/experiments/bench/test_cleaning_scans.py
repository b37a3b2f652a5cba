"""Scans to measure on: their grain is measured, papers cover drawings, and the busiest part is cut out."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_scans import busiest_crop, measure_grain, print_on_paper, spread_paper
from tests.experiments.bench.line_drawings import line_drawing, on_uneven_paper


def test_grain_is_measured_on_sloping_paper() -> None:
    paper = on_uneven_paper(np.full((240, 240, 3), 220, np.uint8))
    grey_noise = np.random.default_rng(0).normal(0, 4, (240, 240, 1))
    noisy = (paper + grey_noise).clip(0, 255).round().astype(np.uint8)
    assert measure_grain(noisy) == pytest.approx(4, abs=0.2)
    assert measure_grain(paper) < 0.5


def test_papers_are_spread_over_drawings() -> None:
    paper = np.full((50, 40, 3), 128, np.uint8)
    assert spread_paper(paper, (70, 90, 3)).shape == (70, 90, 3)
    assert print_on_paper(line_drawing(), np.full((400, 400, 3), 128, np.uint8)).max() == 128


def test_the_busiest_part_is_cut_out() -> None:
    nearly_empty = np.full((200, 200, 3), 255, np.uint8)
    nearly_empty[140:190, 140:190] = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    assert busiest_crop(nearly_empty, 64).mean() < nearly_empty.mean()
