"""`pochade import` of labels from other programs."""

import json
import shutil
from pathlib import Path

import pytest

from pochade.errors import DataDamaged, DataMissing, UsageError
from tests.support.command_line import RunCommand
from tests.support.foreign_libraries import make_eagle_library, make_tagstudio_library


@pytest.fixture
def copy(art: Path, tmp_path: Path) -> Path:
    """A copy of the learnt folder."""
    return Path(shutil.copytree(art, tmp_path / "copy"))


@pytest.fixture
def library(art: Path, tmp_path: Path) -> Path:
    """An Eagle library with two pictures of the collection, and one that it lacks."""
    other = tmp_path / "other.png"
    other.write_bytes(b"a picture of something else")
    items = {art / f"drawing {number}.png": {"tags": ["harbour"], "annotation": "mine"} for number in (0, 2)}
    return make_eagle_library(tmp_path / "Art.library", {**items, other: {"tags": ["boats"]}})


def test_a_preview_is_printed_and_nothing_is_imported_without_an_answer(
    copy: Path, library: Path, pochade: RunCommand
) -> None:
    result = pochade("-C", copy, "import", library)
    assert result.code == UsageError.exit_code
    assert f"Eagle library in '{library}': 3 with labels, 2 pictures of this collection" in result.messages
    assert "     2  harbour" in result.messages
    assert "LHLQYXAINN002.info/other.png is not in this collection" in result.messages
    assert "2 notes not imported: Pochade keeps no notes" in result.messages
    assert "nothing was imported: this would add 1 label to 2 pictures" in result.messages
    assert pochade("-C", copy, "labels", "--json").data == {}


def test_labels_are_imported_and_taken_back(copy: Path, library: Path, pochade: RunCommand) -> None:
    result = pochade("-C", copy, "import", library, "--yes")
    assert result.code == 0
    assert "added 1 label to 2 pictures; to take them back: pochade import --undo" in result.messages
    assert pochade("-C", copy, "labels", "--json").data == {"harbour": 2}
    assert "there is nothing to import" in pochade("-C", copy, "import", library, "--yes").messages
    assert "took back 2 labels of pictures" in pochade("-C", copy, "import", "--undo").messages
    assert pochade("-C", copy, "labels", "--json").data == {}
    assert pochade("-C", copy, "import", "--undo").code == UsageError.exit_code


def test_json_shows_what_would_change_and_imports_only_with_yes(copy: Path, library: Path, pochade: RunCommand) -> None:
    data = pochade("-C", copy, "import", library, "--json").data
    assert (data["imported"], data["added"]) == (False, 0)
    (source,) = data["sources"]
    assert (source["kind"], source["labels"], source["left_out_count"]) == ("eagle", {"harbour": 2}, 1)
    assert pochade("-C", copy, "labels", "--json").data == {}
    data = pochade("-C", copy, "import", library, "--json", "--yes").data
    assert (data["imported"], data["added"]) == (True, 2)


def test_without_a_source_the_own_folder_is_read(copy: Path, pochade: RunCommand) -> None:
    (copy / "drawing 0.png.json").write_text('["creator:somebody"]')
    (copy / "drawing 2.png.xmp").write_text("<not closed")
    result = pochade("-C", copy, "import", "--yes")
    assert result.code == 0
    assert "drawing 2.png.xmp" in result.messages
    assert pochade("-C", copy, "labels", "--json").data == {"creator:somebody": 1}
    assert pochade("-C", copy, "import", "--from", "xmp", "--json").data["sources"][0]["kind"] == "xmp"


@pytest.mark.parametrize("place", ["", ".TagStudio", ".TagStudio/ts_library.sqlite"])
def test_a_library_may_be_named_by_its_file(copy: Path, pochade: RunCommand, place: str) -> None:
    make_tagstudio_library(copy, {"drawing 0.png": ["harbour"]})
    data = pochade("-C", copy, "import", copy / place, "--from", "tagstudio", "--json").data
    assert data["sources"][0]["labels"] == {"harbour": 1}


def test_impossible_imports_name_the_next_step(copy: Path, tmp_path: Path, pochade: RunCommand) -> None:
    assert pochade("-C", copy, "import", tmp_path / "nowhere").code == DataMissing.exit_code
    assert pochade("-C", copy, "import", "--from", "picasa").code == UsageError.exit_code
    assert pochade("-C", copy, "import", "--undo", "--yes").code == UsageError.exit_code
    (tmp_path / "other.json").write_text(json.dumps({"mine": 1}))
    assert pochade("-C", copy, "import", tmp_path / "other.json").code == DataDamaged.exit_code


def test_names_of_strangers_do_not_steer_the_terminal(copy: Path, pochade: RunCommand) -> None:
    (copy / "drawing 0.png.json").write_text(json.dumps(["\x1b[31mred", "plain\u202e"]))
    result = pochade("-C", copy, "import", "--yes")
    assert "\x1b" not in result.messages
    assert "\u202e" not in result.messages
