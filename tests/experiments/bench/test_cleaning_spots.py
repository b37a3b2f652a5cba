"""Dust counts as removed and dots count as lost only when they are."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_rivals import median_filter
from experiments.bench.cleaning_spots import add_dust, draw_sky, draw_stipple, lost_spots, removed_specks
from tests.experiments.bench.line_drawings import line_drawing


def test_dust_is_removed_only_when_its_error_is() -> None:
    dust = add_dust(line_drawing(), 300, np.random.default_rng(1))
    assert len(removed_specks(dust, dust.clean)) > 20
    assert all(removed_specks(dust, dust.clean))
    assert not any(removed_specks(dust, dust.scan))


@pytest.mark.slow
@pytest.mark.parametrize("draw", [draw_stipple, draw_sky])
def test_dots_are_lost_in_a_median_and_not_where_nothing_changes(draw: type) -> None:
    picture, dots = draw(np.random.default_rng(2))
    assert len(dots) > 30
    assert not any(lost_spots(picture, picture, dots))
    assert np.mean(lost_spots(picture, median_filter(picture, 9), dots)) > 0.8
