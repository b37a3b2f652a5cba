"""Hard edits leave the picture where a person would still recognise it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.shared.hard_edits import HARD_EDITS, collage, crop_heavily, photograph_print, simulate_screenshot
from experiments.shared.resaves import RESAVES

RED = Image.new("RGB", (100, 60), (200, 0, 0))


def test_a_heavy_crop_keeps_four_tenths_of_each_side() -> None:
    assert crop_heavily(RED).size == (40, 24)


def test_a_screenshot_shows_the_whole_picture_in_its_size() -> None:
    shot = np.asarray(simulate_screenshot(RED))
    assert (shot == (200, 0, 0)).all(2).sum() == 100 * 60
    assert shot.shape[1] > 120


def test_a_photo_shows_the_print_on_a_table() -> None:
    photo = np.asarray(photograph_print(RED)).astype(int)
    middle = photo[photo.shape[0] // 2, photo.shape[1] // 2]
    assert middle[0] > 120
    assert middle[1] < 60
    assert abs(photo[2, 2] - (112, 84, 56)).max() < 30


def test_a_collage_has_both_pictures_equally_high() -> None:
    both = np.asarray(collage(RED, Image.new("RGB", (30, 30), (0, 0, 200))))
    assert both.shape[0] == 60
    assert both.shape[1] == 100 + 2 + 60
    assert both[30, 50].tolist() == [200, 0, 0]
    assert both[30, -10].tolist() == [0, 0, 200]


@pytest.mark.parametrize("name", HARD_EDITS)
def test_hard_edits_are_the_same_every_time(name: str) -> None:
    assert HARD_EDITS[name](RED).tobytes() == HARD_EDITS[name](RED).tobytes()


def test_resaves_have_the_size_and_colours_that_they_say(tmp_path: Path) -> None:
    for name, resave in RESAVES.items():
        path = tmp_path / f"{name}{resave.suffix}"
        resave.write(RED, path)
        with Image.open(path) as picture:
            assert max(picture.size) == resave.side
            assert (picture.mode == "P") is (resave.colours is not None)
