"""The thumbnail from which light and paper are estimated."""

import numpy as np
import pytest

from pochade.analysis.plane_filters import resize_bilinear
from pochade.cleaning.clean_picture import shipped_cleaner
from pochade.cleaning.page_light import NO_PAPER_NOTE, TONED_PAPER_NOTE, downscale, interpolate_field, read_page


@pytest.mark.parametrize(("height", "width"), [(100, 3000), (3000, 115)])
def test_the_thumbnail_of_a_strip_shows_all_of_it(height: int, width: int) -> None:
    strip = np.full((height, width, 3), 255, np.uint8)
    strip[height // 2 :] = 0
    cut = 255 / (4 * 4)  # of the four rows or columns of the thumbnail less than a quarter of one may be cut off
    assert float(downscale(strip, 128).mean()) == pytest.approx(strip.mean(), abs=cut)


def test_a_thumbnail_has_the_mean_of_its_page() -> None:
    sheet = np.random.default_rng(0).integers(0, 256, (1300, 700, 3), np.uint8)
    small = downscale(sheet, 128)
    assert small.shape == (3, 128, 69)
    assert float(small.mean()) == pytest.approx(float(sheet.mean()), abs=0.5)


@pytest.mark.parametrize("size", [(90, 50), (9, 1), (3, 4)])
def test_a_part_of_a_page_has_its_part_of_the_light(size: tuple[int, int]) -> None:
    field = np.random.default_rng(0).random((3, 9, 5), np.float32)
    whole = interpolate_field(field, (slice(0, size[0]), slice(0, size[1])), size)
    part = (slice(1, size[0] - 1), slice(size[1] // 2, size[1]))
    np.testing.assert_allclose(whole, resize_bilinear(field, size), atol=1e-5)
    np.testing.assert_allclose(interpolate_field(field, part, size), whole[:, *part], atol=1e-6)


def lined_page(colour: tuple[float, float, float]) -> np.ndarray:
    """A page of a colour with lines of a pen on it."""
    page = np.full((400, 300, 3), 235.0)
    page[60:360:24, 40:260] = 60
    return (page * np.array(colour) + np.random.default_rng(0).normal(0, 2, page.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "colour", [(0.9, 0.85, 0.5), (0.6, 0.55, 0.5), (0.42, 0.42, 0.45)], ids=["yellow", "dim", "dark"]
)
def test_the_bare_paper_of_yellow_and_dim_pages_is_recognised(colour: tuple[float, float, float]) -> None:
    page = read_page(shipped_cleaner().page_model, lined_page(colour))
    assert page.notes == ()
    np.testing.assert_allclose(np.exp(page.paper), np.array(colour) * 235 / 255, rtol=0.08)


def test_a_painting_without_bare_paper_is_left_alone() -> None:
    rng = np.random.default_rng(1)
    paint = np.kron(rng.integers(20, 220, (12, 9, 3)), np.ones((40, 40, 1))).astype(np.uint8)
    assert read_page(shipped_cleaner().page_model, paint).notes == (NO_PAPER_NOTE,)


def test_a_white_strip_beside_a_page_is_no_light_on_toned_paper() -> None:
    page = lined_page((0.75, 0.72, 0.65))
    page[:, :20] = 255
    assert TONED_PAPER_NOTE not in read_page(shipped_cleaner().page_model, page).notes
