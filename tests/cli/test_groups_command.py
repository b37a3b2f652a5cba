"""`pochade groups`."""

import shutil
from pathlib import Path

from PIL import Image

from pochade import errors
from tests.support.command_line import RunCommand


def test_groups_can_be_renamed_and_drawn(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    copy, sheet = shutil.copytree(art, tmp_path / "copy"), tmp_path / "groups.png"
    number = pochade("-C", copy, "groups", "--json").data[0]["number"]
    result = pochade("-C", copy, "groups", "--json", "--rename", number, "my shapes", "--sheet", sheet)
    assert result.data[0]["name"] == "my shapes"
    assert "my shapes" in result.messages
    assert "files are in no group" in result.messages
    with Image.open(sheet) as picture:
        assert picture.width > 200
    assert pochade("-C", copy, "groups", "--rename", "999", "none").code == errors.UsageError.exit_code


def test_a_picture_can_be_pinned_and_groups_can_be_merged_and_split(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    copy = shutil.copytree(art, tmp_path / "copy")
    number = pochade("-C", copy, "groups", "--json").data[0]["number"]
    pinned = copy / "drawing 4.png"
    groups = pochade("-C", copy, "groups", "--json", "--pin", pinned, number).data
    assert str(pinned) in next(group for group in groups if group["number"] == number)["paths"]
    halves = pochade("-C", copy, "groups", "--json", "--split", number).data
    assert len(halves) >= len(groups)
    first, second = (group["number"] for group in halves[:2])
    merged = pochade("-C", copy, "groups", "--json", "--merge", first, second).data
    assert len(merged) == len(halves) - 1


def test_the_groups_are_the_result(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    copy = shutil.copytree(art, tmp_path / "copy")
    output = pochade("-C", copy, "groups").output
    assert "in no group" in output
    assert "  · " in output
