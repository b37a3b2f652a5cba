"""The quick summary of an index that was checked before equals the whole one, and trusts nothing else."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import IndexDamaged
from pochade.index import checked_indexes
from pochade.index.collection_place import CollectionPlace, locate_collection
from pochade.index.collection_summary import quick_summary

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not keep times of changes")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of the test, and a system whose times are settled at once."""
    monkeypatch.setattr(checked_indexes, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(checked_indexes, "SETTLED_NS", -(10**12))


@pytest.fixture
def place(learnt_folder: Path) -> CollectionPlace:
    """A learnt folder with a copy in a folder below, and a file that is no picture; its index was checked."""
    with Collection.open(learnt_folder) as collection:
        (learnt_folder / "below").mkdir()
        shutil.copy(collection.pictures()[0].path, learnt_folder / "below" / "copy.png")
        (learnt_folder / "broken.png").write_bytes(b"no picture")
        collection.learn(0)
    whole_summary(locate_collection(learnt_folder))
    return locate_collection(learnt_folder)


def whole_summary(place: CollectionPlace) -> object:
    """The summary as the library makes it, after the check."""
    with Collection.open(place.folder) as collection:
        return collection.info()


def change_index(place: CollectionPlace, statement: str) -> None:
    """Change the database by a statement."""
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute(statement)
        connection.commit()


def test_it_equals_the_whole_summary(place: CollectionPlace) -> None:
    summary = quick_summary(place)
    assert summary
    assert (summary.files, summary.pictures) == (13, 12)
    assert [problem.path.name for problem in summary.problems] == ["broken.png"]
    assert summary.model
    assert summary == whole_summary(place)


def test_there_is_none_of_an_index_that_changed_since_its_check(place: CollectionPlace) -> None:
    change_index(place, "UPDATE pieces SET width = 'wide'")
    assert quick_summary(place) is None
    with pytest.raises(IndexDamaged):
        whole_summary(place)


def test_there_is_none_of_another_schema_even_if_it_passed_the_check(place: CollectionPlace) -> None:
    change_index(place, "UPDATE settings SET value = '4' WHERE name = 'schema'")
    assert isinstance(place.database, Path)
    checked_indexes.check_once(place.database, lambda: None)
    assert quick_summary(place) is None


def test_there_is_none_of_a_folder_that_was_not_learnt_or_of_a_server(tmp_path: Path) -> None:
    assert quick_summary(locate_collection(tmp_path)) is None
    assert quick_summary(locate_collection(tmp_path, "postgresql+psycopg://host/name")) is None


def test_files_behind_a_link_are_left_out_as_they_are_elsewhere(place: CollectionPlace, tmp_path: Path) -> None:
    (place.folder / "below").rename(tmp_path / "elsewhere")
    (place.folder / "below").symlink_to(tmp_path / "elsewhere")
    summary = quick_summary(place)
    assert summary
    assert summary.files == 12
    assert summary == whole_summary(place)


def test_an_index_with_a_link_is_refused(place: CollectionPlace, tmp_path: Path) -> None:
    os.symlink(tmp_path, place.home / "linked")  # noqa: PTH211
    with pytest.raises(IndexDamaged, match="a link"):
        quick_summary(place)
