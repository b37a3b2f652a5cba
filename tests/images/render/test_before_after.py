"""The sheet of a picture before and after cleaning: its size, its memory, what its panels show."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.images.base.picture import Header, Picture
from pochade.images.io.read import read_picture
from pochade.images.render.before_after import amplify, draw_before_after
from tests.support.picture_files import (
    encode_with_pillow,
)


@pytest.mark.parametrize("size", [(3000, 5000), (5000, 3000), (9000, 10), (10, 9000)])
def test_a_sheet_is_never_too_large(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(encode_with_pillow(Image.new("L", size, 200), "PNG"))
    picture = read_picture(tmp_path / "scan.png")
    (tmp_path / "sheet.jpg").write_bytes(draw_before_after(picture, picture))
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width <= 2400
        assert sheet.height <= 2400
        assert np.asarray(sheet)[0, -1].tolist() == [128, 128, 128]


def test_a_sheet_of_a_large_scan_takes_little_memory() -> None:
    pixels, alpha = np.full((1500, 4000, 3), 50_000, np.uint16), np.full((1500, 4000), 40_000, np.uint16)
    header = Header("PNG", 4000, 1500, 16, 3, has_alpha=True, frames=1)
    picture = Picture(header, pixels, alpha, None, None, None, ())
    tracemalloc.start()
    draw_before_after(picture, picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 4000 * 1500


def test_a_sheet_shows_before_after_and_their_difference(tmp_path: Path) -> None:
    size = (3000, 2000)
    panels = []
    for grey, square in ((200, 100), (200, 220)):
        image = Image.new("RGB", size, (grey,) * 3)
        image.paste((square,) * 3, (0, 0, 1500, 1000))
        (tmp_path / "scan.png").write_bytes(encode_with_pillow(image, "PNG"))
        panels.append(read_picture(tmp_path / "scan.png"))
    (tmp_path / "sheet.jpg").write_bytes(draw_before_after(*panels))
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        width = (sheet.width - 2 * 8) // 3
        levels = np.asarray(sheet.convert("L")).astype(int)
    firsts = [levels[10, number * (width + 8) + 10] for number in range(3)]
    lasts = [levels[-10, number * (width + 8) + width - 10] for number in range(3)]
    np.testing.assert_allclose(firsts, [100, 220, 8], atol=3)  # the removed square was 120 levels darker
    np.testing.assert_allclose(lasts, [200, 200, 128], atol=3)


def test_removed_parts_are_drawn_darker_or_lighter_than_mid_grey() -> None:
    removed = np.zeros((100, 100, 3), np.float32)
    removed[:10], removed[-10:] = -5, 200
    drawn = amplify(removed)
    assert drawn[50, 50].tolist() == [128] * 3
    assert drawn[0, 0, 0] < 128 < drawn[-1, -1, 0]
