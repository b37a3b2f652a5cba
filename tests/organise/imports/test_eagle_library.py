"""Eagle libraries are recognised and read; damaged parts are left out with a reason."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pochade.organise.imports import eagle_library
from pochade.organise.imports.eagle_library import is_eagle_library, read_eagle_library
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut
from pochade.system.progress import ignore_progress
from tests.support.foreign_libraries import make_eagle_library
from tests.support.sidecar_files import write_picture

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "folders", "children", "tags", "star", "ext"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    return write_picture(tmp_path, "cat.png")


def read(place: Path, *, with_parents: bool = False) -> list[ForeignItem | LeftOut]:
    return list(read_eagle_library(place, ignore_progress, with_parents=with_parents))


def test_tags_folders_rating_and_note_are_read(cat: Path, tmp_path: Path) -> None:
    metadata = {"tags": ["sold", "ink"], "folders": ["LEF9MEGUUQ286", "gone"], "star": 1, "annotation": "sold in May"}
    place = make_eagle_library(tmp_path / "Art.library", {cat: metadata})
    (item,) = read(place)
    picture = place / "images" / "LHLQYXAINN000.info" / "cat.png"
    shown = "LHLQYXAINN000.info/cat.png"
    assert item == ForeignItem(picture, ("sold", "ink", "Norway", "1 star"), shown, has_note=True)
    (item,) = read(place, with_parents=True)
    assert isinstance(item, ForeignItem)
    assert item.labels == ("sold", "ink", "Places", "Norway", "1 star")


def test_what_is_in_the_trash_of_eagle_is_left_out(cat: Path, tmp_path: Path) -> None:
    place = make_eagle_library(tmp_path / "Art.library", {cat: {"tags": ["sold"], "isDeleted": True}})
    assert read(place) == [LeftOut("images/LHLQYXAINN000.info", "is in Eagle's trash")]


def test_the_picture_is_found_though_its_name_in_the_metadata_differs(cat: Path, tmp_path: Path) -> None:
    place = make_eagle_library(tmp_path / "Art.library", {cat: {"name": "../../outside", "tags": ["sold"]}})
    (item,) = read(place)
    assert isinstance(item, ForeignItem)
    assert item.file.name == "cat.png"


def test_one_damaged_item_does_not_stop_the_others(tmp_path: Path) -> None:
    pictures = [write_picture(tmp_path, f"{number}.png") for number in range(6)]
    place = make_eagle_library(tmp_path / "Art.library", {picture: {"tags": ["ink"]} for picture in pictures})
    metadata = [place / "images" / f"LHLQYXAINN00{number}.info" / "metadata.json" for number in range(6)]
    metadata[0].write_text("{")
    metadata[1].write_bytes(b"")
    metadata[2].write_text("[" * 100_000)
    metadata[3].unlink()
    metadata[4].unlink()
    metadata[4].symlink_to("/etc/hostname")
    items = sorted(read(place), key=lambda item: item.shown)
    assert [item.reason for item in items if isinstance(item, LeftOut)] == [
        "is no JSON that can be read", "is empty", "is no JSON that can be read", "does not exist",
        "is a link, which is not followed",
    ]  # fmt: skip
    assert [item.labels for item in items if isinstance(item, ForeignItem)] == [("ink",)]


def test_folders_that_are_nested_too_deep_end(cat: Path, tmp_path: Path) -> None:
    place = make_eagle_library(tmp_path / "Art.library", {cat: {"folders": ["99", "101"], "tags": ["ink"]}})
    folders: list[object] = []
    for number in reversed(range(150)):
        folders = [{"id": str(number), "name": f"folder {number}", "children": folders}]
    (place / "metadata.json").write_text(json.dumps({"folders": folders}))
    (item,) = read(place)
    assert isinstance(item, ForeignItem)
    assert item.labels == ("ink", "folder 99")


def test_too_many_folders_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eagle_library, "MAX_FOLDERS", 3)
    children = [{"id": str(number), "name": str(number), "children": []} for number in range(9)]
    assert len(eagle_library._folder_paths({"folders": children})) == 3


def test_a_library_without_its_file_of_folders_still_gives_tags(cat: Path, tmp_path: Path) -> None:
    place = make_eagle_library(tmp_path / "Art.library", {cat: {"folders": ["LEF9MEGUUQ286"], "tags": ["ink"]}})
    (place / "metadata.json").write_text("{")
    left_out, item = read(place)
    assert left_out == LeftOut("metadata.json", "is no JSON that can be read; the names of Eagle's folders are unknown")
    assert isinstance(item, ForeignItem)
    assert item.labels == ("ink",)


def test_other_folders_are_no_libraries(cat: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    assert not is_eagle_library(tmp_path)
    (tmp_path / "metadata.json").write_text("{}")
    assert not is_eagle_library(tmp_path)
    assert not is_eagle_library(cat)
    assert is_eagle_library(make_eagle_library(tmp_path / "renamed", {cat: {}}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(library=ANY_JSON, metadata=ANY_JSON)
def test_whatever_the_files_say_each_item_is_read_or_left_out(
    tmp_path: Path, library: object, metadata: object
) -> None:
    place = tmp_path / "Art.library"
    if not place.exists():
        make_eagle_library(place, {write_picture(tmp_path, "cat.png"): {}})
    (place / "metadata.json").write_text(json.dumps({"folders": library}))
    (place / "images" / "LHLQYXAINN000.info" / "metadata.json").write_text(json.dumps(metadata))
    (item,) = read(place)
    assert isinstance(item, LeftOut if not isinstance(metadata, dict) else ForeignItem)
