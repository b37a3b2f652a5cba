"""`pochade imagine`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade import errors
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE
from tests.support.command_line import RunCommand

pytestmark = pytest.mark.usefixtures("linear_generator")


@pytest.mark.slow
def test_new_pictures_are_on_a_contact_sheet_with_the_nearest_real_pictures(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    result = pochade("-C", art, "imagine", "-n", "6", "--size", "64", "--seed", "3", "--to", "new.png", "--json")
    assert [picture["seed"] for picture in result.data] == [3, 4, 5, 6, 7, 8]
    assert all(Path(picture["nearest"]).is_relative_to(art) for picture in result.data)
    assert {picture["net"] for picture in result.data} == {"linear8"}
    assert len(result.data[0]["code"]) == 8
    assert "wrote 'new.png': 6 pictures" in result.messages
    with Image.open(tmp_path / "new.png") as sheet:
        assert DIGITAL_SOURCE_TYPE in sheet.info["XML:com.adobe.xmp"]
        assert sheet.height > 4 * 256, "two rows of pictures, each with a row of real pictures below it"


def test_in_a_folder_each_picture_has_its_own_file_with_its_seed(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    pictures = pochade("-C", art, "imagine", "-n", "2", "--size", "64", "--seed", "3", "--to", "new", "--json").data
    again = pochade("-C", art, "imagine", "-n", "1", "--size", "64", "--seed", "4", "--to", "again", "--json").data
    assert [Path(picture["file"]).name for picture in pictures] == ["imagine 3.png", "imagine 4.png"]
    with Image.open(tmp_path / pictures[1]["file"]) as first, Image.open(tmp_path / again[0]["file"]) as second:
        assert first.info["Seed"] == "4"
        np.testing.assert_array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.parametrize("to", ["new.png", "new"])
def test_nothing_is_overwritten(to: str, art: Path, pochade: RunCommand) -> None:
    words = ["-C", art, "imagine", "-n", "1", "--size", "64", "--seed", "3", "--to", to]
    assert pochade(*words).code == 0
    code, _, messages = pochade(*words)
    assert code == errors.OutputUnwritable.exit_code
    assert "already exists" in messages


def test_a_target_that_is_neither_a_folder_nor_a_png_is_refused(art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "imagine", "--to", "new.jpg")
    assert code == errors.UsageError.exit_code
    assert "neither a folder nor a PNG" in messages


def test_without_a_seed_the_contact_sheet_is_named_after_a_random_one(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    pictures = pochade("-C", art, "imagine", "-n", "1", "--json").data
    assert (tmp_path / f"imagined {pictures[0]['seed']}.png").exists()
