"""Edge maps show where colours change, whatever the strength of the change."""

import numpy as np
import pytest

from pochade.images.features.edge_map import edge_map, local_mean


def test_edges_are_where_colours_change_whatever_the_difference() -> None:
    picture = np.full((96, 96, 3), 200, np.uint8)
    picture[:, 48:] = 205
    faint, strong = edge_map(picture), edge_map(np.where(picture > 200, 0, picture).astype(np.uint8))
    assert set(faint.argmax(1).tolist()) == {15}
    assert np.abs(faint - strong).max() < 0.02
    assert not edge_map(np.full((96, 96, 3), 7, np.uint8)).any()


def test_the_local_mean_ends_at_the_border() -> None:
    values = np.random.default_rng(0).integers(0, 256, (96, 96))
    means = local_mean(values)
    assert means[0, 0] == pytest.approx(values[:5, :5].mean())
    assert means[50, 95] == pytest.approx(values[46:55, 91:].mean())
    assert means[40, 30] == pytest.approx(values[36:45, 26:35].mean())
