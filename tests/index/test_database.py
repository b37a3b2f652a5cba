"""The database is safe against newer versions, failed migrations, damage, and several processes at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.errors import IndexDamaged, OutputUnwritable, UsageError
from pochade.index import schema
from pochade.index.database import Index
from pochade.index.model_store import prepare_model
from pochade.index.schema_version import SCHEMA_VERSION
from tests.support.drawings import drawing


def test_an_index_of_a_newer_pochade_is_refused(learnt_folder: Path) -> None:
    engine = sql.create_engine(f"sqlite:///{learnt_folder / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sql.text("UPDATE settings SET value = '99'"))
    engine.dispose()
    with pytest.raises(IndexDamaged, match="schema 99"):
        Collection.open(learnt_folder).pictures()


def test_a_migration_that_fails_half_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "index.sqlite"
    Index(place).close()
    version = SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", version + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", {version: ["CREATE TABLE half (id INTEGER)", "no statement"]})
    with pytest.raises((IndexDamaged, UsageError)):
        Index(place)
    engine = sql.create_engine(f"sqlite:///{place}")
    assert not sql.inspect(engine).has_table("half")
    engine.dispose()


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    indexes = [Index(tmp_path / "index.sqlite") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        writes = [
            pool.submit(prepare_model, index, f"{number}", "now", {}) for number in range(20) for index in indexes
        ]
    assert [write.result() for write in writes] == [None] * 40
    for index in indexes:
        index.close()


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    writer, reader = Index(tmp_path / "index.sqlite"), Index(tmp_path / "index.sqlite")
    with writer.writing() as connection:
        connection.execute(sql.text("INSERT INTO settings (name, value) VALUES ('a', 'b')"))
        assert reader.row_count() == 0
    writer.close()
    reader.close()


def test_a_read_only_index_can_be_read(learnt_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # as on a CD; root may write everywhere
    collection = Collection.open(learnt_folder)
    assert collection.find(drawing(3), k=1)[0].distance < 0.01
    with pytest.raises(OutputUnwritable):
        collection.label(collection.pictures(), "mine")


def test_a_damaged_index_is_reported(learnt_folder: Path) -> None:
    for log in (learnt_folder / ".pochade").glob("index.sqlite-*"):
        log.unlink()
    (learnt_folder / ".pochade" / "index.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(IndexDamaged, match="can't be read"):
        Collection.open(learnt_folder).pictures()
