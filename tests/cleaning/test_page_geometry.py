"""Cleaned pages are straightened and cropped where it is sure, and the record says how."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pochade.cleaning.clean_files import clean_files
from pochade.cleaning.clean_options import CleanOptions, StrengthPercents
from pochade.cleaning.page_geometry import Geometry, GeometryModes, Mode, find_geometry
from pochade.images.io.read import read_picture
from tests.support.scan_files import FakeCleaner
from tests.support.text_pages import drawing_page, framed_page, on_desk, text_page, turn


def options(straighten: Mode = "auto", crop: Mode = "auto") -> CleanOptions:
    """Options of a run that cleans nothing but moves pages."""
    return CleanOptions(StrengthPercents.from_overall(0), geometry=GeometryModes(straighten, crop))


def clean_one(folder: Path, page: np.ndarray, **modes: Mode) -> tuple[Any, np.ndarray]:
    """Clean one page; returns its record, and the result (H, W, 3)."""
    Image.fromarray(page).save(folder / "page.png", dpi=(300, 300))
    (outcome,) = clean_files([folder / "page.png"], folder / "clean", options(**modes), FakeCleaner(), preview=True)
    assert outcome.record
    return outcome.record, read_picture(folder / "clean" / "page.png").pixels


def test_a_turned_page_of_text_becomes_level_and_the_record_holds_the_matrix(tmp_path: Path) -> None:
    record, result = clean_one(tmp_path, turn(text_page(3), 3.0))
    assert record.geometry["evidence"] == "text"
    assert result.shape[:2] == (record.geometry["height"], record.geometry["width"])
    matrix = np.array(record.geometry["matrix"])
    assert np.degrees(np.arctan2(matrix[0, 1], matrix[0, 0])) == pytest.approx(3, abs=0.1)
    assert any("turned by 3.0" in note for note in record.notes)
    mask = read_picture(tmp_path / "clean" / "page.png.specks.png").pixels
    assert mask.shape[:2] == read_picture(tmp_path / "page.png").pixels.shape[:2]  # masks have the size of the scan


def test_a_page_on_a_desk_is_cropped_and_straightened(tmp_path: Path) -> None:
    record, result = clean_one(tmp_path, on_desk(framed_page(1), 4.0)[0])
    assert record.geometry["evidence"] == "sheet"
    np.testing.assert_allclose(result.shape[:2], (820, 620), atol=5)
    edges = result.mean(2)[6:-6, 6:-6]
    assert min(edges[0].mean(), edges[-1].mean(), edges[:, 0].mean(), edges[:, -1].mean()) > 230  # no desk is left


@pytest.mark.parametrize(
    ("page", "modes"),
    [
        (turn(drawing_page(2), 0), {}),
        (turn(text_page(0), 3.0), {"straighten": "off"}),
        (on_desk(drawing_page(0), 0)[0], {"crop": "off"}),
        (turn(framed_page(0), 0.02), {}),
    ],
    ids=["a drawing", "off", "a desk, off", "level already"],
)
def test_other_pages_keep_every_pixel(page: np.ndarray, modes: dict[str, Mode], tmp_path: Path) -> None:
    record, result = clean_one(tmp_path, page, **modes)
    assert record.geometry is None
    assert result.shape == page.shape


def test_without_straightening_a_sheet_is_cropped_to_its_box() -> None:
    photograph, corners = on_desk(text_page(0), 0.0)
    geometry = find_geometry(photograph, GeometryModes("off", "auto"))
    assert isinstance(geometry, Geometry)
    np.testing.assert_array_equal(geometry.matrix[:2, :2], np.eye(2))
    np.testing.assert_allclose(-geometry.matrix[:2, 2], corners[0], atol=3)
