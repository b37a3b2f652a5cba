"""Connected regions, and those along the border."""

import numpy as np

from pochade.analysis.regions import label_regions, regions_inside


def test_regions_have_boxes_and_areas_and_touch_at_corners() -> None:
    mask = np.zeros((10, 12), bool)
    mask[2, 3] = mask[3, 4] = True
    mask[7:9, 8:11] = True
    regions = label_regions(mask)
    assert regions.boxes.tolist() == [[2, 3, 2, 2], [7, 8, 2, 3]]
    assert regions.areas.tolist() == [2, 6]
    assert ((regions.labels > 0) == mask).all()


def test_a_region_along_an_edge_is_left_out_and_one_that_only_touches_it_is_not() -> None:
    mask = np.zeros((20, 20), bool)
    mask[:, :3] = mask[8, 10] = mask[19, 15] = True
    inside = regions_inside(mask, 0.1)
    assert inside.sum() == 2
    assert inside[8, 10]
    assert inside[19, 15]
