"""`pochade families`."""

from pathlib import Path

from PIL import Image

from pochade import errors
from tests.support.command_line import RunCommand


def test_families_are_printed_with_their_cover_and_its_reason(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    script, sheet = tmp_path / "aside.sh", tmp_path / "families.png"
    result = pochade("-C", art, "families", "--json", "--script", script, "--sheet", sheet)
    assert result.code == 0
    (family,) = result.data
    assert Path(family["cover"]).name == "drawing 2.png"
    assert [member["kind"] for member in family["members"]] == ["exact", "near"]
    assert "cover: the largest" in result.messages
    assert "families: 1; besides the covers, duplicates: 1 (" in result.messages
    with Image.open(sheet) as picture:
        assert picture.height < picture.width  # one row
    assert "small copy.jpg" in script.read_text()
    assert (art / "small copy.jpg").exists()


def test_a_script_that_would_overwrite_a_file_is_refused_before_any_work(art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "families", "--script", art / "drawing 0.png")
    assert code == errors.OutputUnwritable.exit_code
    assert "already exists" in messages


def test_the_families_are_the_result(art: Path, pochade: RunCommand) -> None:
    output = pochade("-C", art, "families").output
    assert "(cover: the largest" in output
    assert "families: 1; besides the covers, duplicates: 1 (" in output
