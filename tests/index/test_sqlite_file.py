"""The database is safe on network disks, and complete in read-only folders."""

import os
import sqlite3
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.errors import OutputUnwritable
from pochade.index import sqlite_file, vectors
from pochade.index.database import Index
from pochade.index.settings_store import read_setting, write_setting


@pytest.fixture
def network_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder is on a network disk."""
    for module in (sqlite_file, vectors):
        monkeypatch.setattr(module, "is_network_disk", lambda _: True)


def journal_of(place: Path) -> str:
    """The journal that a database uses."""
    connection = sqlite3.connect(place)
    (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    return str(journal)


def test_a_local_index_has_a_shared_log(tmp_path: Path) -> None:
    Index(tmp_path / "index.sqlite").close()
    assert journal_of(tmp_path / "index.sqlite") == "wal"


@pytest.mark.usefixtures("network_disk")
def test_an_index_on_a_network_disk_has_no_shared_log_and_maps_no_memory(learnt_folder: Path) -> None:
    place = learnt_folder / ".pochade" / "index.sqlite"
    with Collection.open(learnt_folder) as collection:
        embeddings = collection.models.embeddings(12)
        assert embeddings.shape == (12, 64)
        assert type(embeddings).__name__ == "ndarray"
        assert collection.neighbours(collection.pictures()[0], 3)
        collection.label(collection.pictures(), "mine")
    assert journal_of(place) == "delete"
    assert not list(place.parent.glob("index.sqlite-*"))


@pytest.mark.usefixtures("network_disk")
def test_a_shared_log_in_use_on_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "index.sqlite"
    with monkeypatch.context() as as_local:
        as_local.setattr(sqlite_file, "is_network_disk", lambda _: False)
        Index(place).close()
    other = sqlite3.connect(place)
    other.execute("SELECT * FROM settings").fetchone()
    monkeypatch.setattr(sqlite_file, "LOCK_TIMEOUT_SECONDS", 0.0)
    with pytest.raises(OutputUnwritable):
        Index(place)
    other.close()
    Index(place).close()
    assert journal_of(place) == "delete"


def test_a_read_only_index_shows_what_is_still_in_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "index.sqlite"
    writer = Index(place)
    write_setting(writer, "a", "in the log")
    assert place.with_name("index.sqlite-wal").stat().st_size > 0
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path.parent))
    reader = Index(place)
    assert read_setting(reader, "a") == "in the log"
    with pytest.raises(OutputUnwritable):
        write_setting(reader, "a", "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    reader.close()
    writer.close()


def test_the_schema_of_a_stranger_is_not_trusted(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    with index.reading() as connection:
        assert connection.scalar(sql.text("PRAGMA trusted_schema")) == 0
    index.close()
