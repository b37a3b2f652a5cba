"""Training crops keep the full resolution, and files that give no picture give no crops."""

from pathlib import Path

import numpy as np

from pochade.learn.avif_crops import CROP_SIDE, cut_crops, random_crop
from tests.support.paintings import painting, save_png


def test_crops_keep_the_full_resolution() -> None:
    rng, pixels = np.random.default_rng(0), painting(300, 400)
    crop = random_crop(pixels, rng)
    assert crop is not None
    corners = [(y, x) for y in range(300 - CROP_SIDE + 1) for x in range(400 - CROP_SIDE + 1)]
    assert any(np.array_equal(pixels[y : y + CROP_SIDE, x : x + CROP_SIDE], crop) for y, x in corners)


def test_small_pictures_are_padded_and_flat_ones_skipped() -> None:
    rng = np.random.default_rng(0)
    small = random_crop(painting(20, 500), rng)
    assert small is not None
    assert small.shape == (CROP_SIDE, CROP_SIDE, 3)
    assert random_crop(np.full((300, 300, 3), 90, np.uint8), rng) is None


def test_a_file_that_gives_no_picture_gives_no_crops(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG nothing")
    (tmp_path / "good.png").write_bytes(save_png(painting(200, 210)))
    crops = cut_crops([tmp_path / "bad.png", tmp_path / "gone.png", tmp_path / "good.png"], 3)
    assert len(crops) == 3
    for crop in crops:
        assert crop.decoded.shape == crop.clean.shape == (CROP_SIDE, CROP_SIDE, 3)
        assert 0 < np.abs(crop.decoded.astype(int) - crop.clean).mean() < 40
        assert 0 <= crop.quality <= 100
