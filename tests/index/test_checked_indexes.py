"""An unchanged index is checked once, and nothing that a stranger can write says that an index was checked."""

import json
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from pochade.errors import IndexDamaged
from pochade.index import checked_indexes
from pochade.index.checked_indexes import LIST_FILE, MAX_INDEXES, check_once
from pochade.index.database import Index

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not keep times of changes")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test, and a system whose times are settled at once."""
    monkeypatch.setattr(checked_indexes, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(checked_indexes, "SETTLED_NS", -(10**12))
    return tmp_path / "cache"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The database of a new index."""
    Index(tmp_path / "index.sqlite").close()
    return tmp_path / "index.sqlite"


def count_checks(place: Path) -> int:
    """Open an index twice, and count the checks."""
    checks = list[Path]()
    for _ in range(2):
        check_once(place, lambda: checks.append(place))
    return len(checks)


def damage(place: Path) -> None:
    """Store a value that is impossible, without another size or time of modification."""
    status = place.stat()
    connection = sqlite3.connect(place)
    connection.execute("UPDATE settings SET value = CAST(value AS BLOB) WHERE name = 'index'")
    connection.commit()
    connection.close()
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_an_unchanged_index_is_checked_once(place: Path) -> None:
    assert count_checks(place) == 1
    assert count_checks(place) == 0


def test_opening_an_index_checks_it_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Index(place).close()
    monkeypatch.setattr("pochade.index.database.check_values", lambda _: pytest.fail("checked again"))
    Index(place).close()


def test_a_changed_index_is_checked_again_whatever_its_size_and_date(place: Path) -> None:
    Index(place).close()
    damage(place)
    with pytest.raises(IndexDamaged, match="settings"):
        Index(place)
    with pytest.raises(IndexDamaged):  # it is not remembered
        Index(place)


def test_another_file_in_its_place_is_checked(place: Path, tmp_path: Path) -> None:
    Index(place).close()
    shutil.copy2(place, tmp_path / "other")
    damage(tmp_path / "other")
    (tmp_path / "other").replace(place)
    with pytest.raises(IndexDamaged):
        Index(place)


def test_what_waits_in_the_log_is_checked(place: Path) -> None:
    writer = sqlite3.connect(place)
    try:
        assert count_checks(place) == 1
        writer.execute("INSERT INTO settings VALUES ('other', 'value')")
        writer.commit()  # stays in the log as long as the connection is open
        assert count_checks(place) == 1
        assert count_checks(place) == 0
    finally:
        writer.close()


def test_an_index_that_changed_a_moment_ago_is_not_remembered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked_indexes, "SETTLED_NS", 10**12)
    assert count_checks(place) == 2


def test_an_index_on_another_disk_is_not_remembered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("this disk takes no such name")
    monkeypatch.setattr(checked_indexes, "cache_folder", lambda: Path("/proc/none"))
    assert count_checks(place) == 2


def test_other_rules_check_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert count_checks(place) == 1
    monkeypatch.setattr(checked_indexes, "_rules_digest", lambda: "a newer Pochade")
    assert count_checks(place) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 60_000, b"\xff", b"{}" + b" " * 70_000])
def test_a_damaged_list_is_written_anew(content: bytes, place: Path, cache: Path) -> None:
    cache.mkdir(exist_ok=True)
    (cache / LIST_FILE).write_bytes(content)
    assert count_checks(place) == 1
    assert count_checks(place) == 0


def test_a_cache_that_can_not_be_written_changes_nothing(place: Path, cache: Path) -> None:
    shutil.rmtree(cache)
    cache.write_bytes(b"a file where the folder should be")
    assert count_checks(place) == 2


def test_the_list_stays_short(place: Path, tmp_path: Path, cache: Path) -> None:
    for number in range(MAX_INDEXES + 3):
        copy = tmp_path / f"{number}.sqlite"
        shutil.copy(place, copy)
        check_once(copy, lambda: None)
    stamps = json.loads((cache / LIST_FILE).read_bytes())
    assert len(stamps) == MAX_INDEXES
    assert str(tmp_path / f"{MAX_INDEXES + 2}.sqlite") in stamps
