"""The map of a created picture says briefly which real picture each place is from."""

from pathlib import Path

import numpy as np
import pytest

from pochade.analysis.patch_synthesis import Synthesis
from pochade.create.picture_finishing import map_regions
from pochade.create.region_map import Lender, RegionMap


@pytest.fixture
def regions() -> RegionMap:
    sources = np.full((128, 128), -1)
    sources[:32], sources[96:] = 2, 0
    sources[64:96, :32] = 2
    lenders = [Lender("a" * 64, Path("a.png")), Lender("b" * 64, Path("b.png")), Lender("", None)]
    return map_regions(Synthesis(np.zeros((128, 128, 3), np.uint8), sources), lenders)


def test_the_largest_lender_is_first_and_others_are_left_out(regions: RegionMap) -> None:
    assert [lender.path for lender in regions.lenders] == [None, Path("a.png")]
    assert [round(lender.share, 3) for lender in regions.lenders] == [0.556, 0.444]
    assert regions.largest_share == pytest.approx(4 / 9)


def test_the_runs_cover_the_map_line_by_line(regions: RegionMap) -> None:
    assert regions.runs[0] == (0, 16 * 64)
    assert sum(length for _, length in regions.runs) == 64 * 64
    places = np.repeat([source for source, _ in regions.runs], [length for _, length in regions.runs])
    np.testing.assert_array_equal(places.reshape(64, 64), regions.sources)


def test_the_data_names_contents_and_no_paths(regions: RegionMap) -> None:
    data = regions.as_data()
    assert data["lenders"][1] == {"picture": "a" * 64, "share": 0.4444, "largest_connected_share": 0.4444}
    assert "png" not in str(data)
