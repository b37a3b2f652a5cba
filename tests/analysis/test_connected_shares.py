"""The largest connected region of each source is measured against what is drawn, not against the paper."""

import numpy as np
import pytest

from pochade.analysis.connected_shares import largest_connected_shares


def test_only_what_is_connected_counts_and_paper_does_not() -> None:
    sources = np.full((6, 10), -1)
    sources[0, :4] = 0  # four places
    sources[2, :2] = 0  # two more, apart from them
    sources[4, :2] = 1
    assert largest_connected_shares(sources, 3) == pytest.approx([0.5, 0.25, 0])


def test_regions_that_touch_at_a_corner_are_not_connected() -> None:
    assert largest_connected_shares(np.array([[0, -1], [-1, 0]]), 1) == [0.5]


def test_bare_paper_has_no_shares() -> None:
    assert largest_connected_shares(np.full((3, 3), -1), 2) == [0, 0]
