"""The interval around a share."""

import pytest

from pochade.study.figures.share_interval import share_interval


def test_it_is_wilsons_interval() -> None:
    assert share_interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)


@pytest.mark.parametrize(("share", "end"), [(0.0, (0.0, 0.0038)), (1.0, (0.9962, 1.0))])
def test_it_stays_between_0_and_1_and_has_a_width_at_both_ends(share: float, end: tuple[float, float]) -> None:
    assert share_interval(share, 1_000) == pytest.approx(end, abs=1e-4)
