"""TagStudio libraries are read without a trace, whoever made them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pochade.errors import DataDamaged
from pochade.organise.imports import tagstudio_library
from pochade.organise.imports.foreign_items import MAX_LABELS_OF_PICTURE, ForeignItem, LeftOut
from pochade.organise.imports.tagstudio_library import read_tagstudio_library, tagstudio_file
from tests.support.foreign_libraries import make_tagstudio_library

TAGS = {"cat.png": ["sold", "cat"], "old/dog.png": ["dog"], "plain.png": []}
PARENTS = {"cat": "animal", "dog": "animal", "animal": "nature"}


def labels_of(folder: Path, *, with_parents: bool = False) -> dict[str, set[str]]:
    """The labels of each entry, by its path."""
    items = read_tagstudio_library(folder, with_parents=with_parents)
    return {item.shown: set(item.labels) for item in items if isinstance(item, ForeignItem)}


def change(file: Path, statement: str) -> None:
    """Change a library with one statement."""
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(statement)


def test_tags_are_read_and_nothing_is_written(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    before = file.read_bytes(), file.stat().st_mtime_ns
    assert labels_of(tmp_path) == {"cat.png": {"sold", "cat"}, "old/dog.png": {"dog"}}
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("version", [6, 99, 101, 400])
def test_parents_become_labels_on_request_in_all_versions(tmp_path: Path, version: int) -> None:
    make_tagstudio_library(tmp_path, TAGS, PARENTS, version)
    assert labels_of(tmp_path, with_parents=True)["cat.png"] == {"sold", "cat", "animal", "nature"}


def test_parents_in_a_circle_end(tmp_path: Path) -> None:
    make_tagstudio_library(tmp_path, TAGS, {"cat": "dog", "dog": "cat"})
    assert labels_of(tmp_path, with_parents=True)["old/dog.png"] == {"dog", "cat"}


def test_paths_that_lead_out_of_the_library_are_left_out(tmp_path: Path) -> None:
    make_tagstudio_library(tmp_path, {"../cat.png": ["cat"], "/etc/passwd": ["cat"], "a/../b.png": ["cat"]})
    items = list(read_tagstudio_library(tmp_path, with_parents=False))
    assert [item.reason for item in items if isinstance(item, LeftOut)] == ["its path leads out of the library"] * 3


def test_values_of_wrong_types_are_passed_over(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    change(file, "UPDATE tags SET name = x'ff' WHERE name = 'sold'; INSERT INTO tag_entries VALUES ('a', 'b')")
    assert labels_of(tmp_path)["cat.png"] == {"cat"}


def test_names_made_out_of_nothing_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagstudio_library, "MAX_TEXT_LENGTH", 100_000)
    file = make_tagstudio_library(tmp_path, {f"{number}.png": ["cat"] for number in range(9)})
    change(
        file,
        "ALTER TABLE entries RENAME COLUMN path TO short; ALTER TABLE entries ADD COLUMN path AS (hex(zeroblob(9999)))",
    )
    with pytest.raises(DataDamaged, match="its entries are too long"):
        labels_of(tmp_path)


def test_a_tag_with_countless_parents_takes_no_time(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    change(
        file,
        "WITH RECURSIVE n(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 19000) "
        "INSERT INTO tag_parents SELECT i, id FROM n, tags WHERE name = 'cat';"
        "WITH RECURSIVE n(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 19000) "
        "INSERT INTO tags (id, name) SELECT i, i FROM n;",
    )
    labels = labels_of(tmp_path, with_parents=True)["cat.png"]
    assert {"sold", "cat"} <= labels
    assert len(labels) == MAX_LABELS_OF_PICTURE + 1, "one more, so that the plan says that there are too many"


def test_a_view_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'x' AS name FROM n"
    change(file, f"DROP TABLE tags; CREATE VIEW tags AS {endless}")
    with pytest.raises(DataDamaged, match="no library that Pochade knows"):
        labels_of(tmp_path)


def test_a_query_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tagstudio_library(tmp_path, {f"{number}.png": ["cat"] for number in range(2000)})
    monkeypatch.setattr(tagstudio_library, "STEPS_PER_CHECK", 1000)
    monkeypatch.setattr(tagstudio_library, "MAX_CHECKS", 2)
    with pytest.raises(DataDamaged, match="interrupted"):
        labels_of(tmp_path)


def test_a_library_that_is_being_written_is_refused(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    file.with_name(file.name + "-journal").write_bytes(b"half of a change")
    with pytest.raises(DataDamaged, match="is being written to"):
        labels_of(tmp_path)


def test_an_earlier_library_names_the_next_step(tmp_path: Path) -> None:
    (tmp_path / ".TagStudio").mkdir()
    (tmp_path / ".TagStudio" / "ts_library.json").write_text("{}")
    with pytest.raises(DataDamaged) as caught:
        labels_of(tmp_path)
    assert caught.value.hint == "open it once with TagStudio 9.5 or later"


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = make_tagstudio_library(tmp_path, TAGS)
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(DataDamaged, match="file is not a database"):
        labels_of(tmp_path)
    assert tagstudio_file(tmp_path) == file
    assert tagstudio_file(tmp_path / "other") is None
