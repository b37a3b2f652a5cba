"""Indexes of earlier versions are migrated."""

from pathlib import Path

import sqlalchemy as sql

from pochade import Collection
from pochade.index.relation_store import read_relations
from pochade.index.schema_version import SCHEMA_VERSION
from pochade.index.settings_store import read_setting
from tests.support.earlier_schema import write_fourth_schema, write_third_schema
from tests.support.learnt_collection import families_of_drawings


def test_pictures_of_the_fourth_schema_are_found_by_name_at_once_and_by_their_texts_after_learning(
    learnt_folder: Path,
) -> None:
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures()[:1], "harbour")
    engine = sql.create_engine(f"sqlite:///{learnt_folder / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        write_fourth_schema(connection)
    engine.dispose()
    with Collection.open(learnt_folder) as reopened:
        assert len(reopened.search("drawing png")) == 12
        assert len(reopened.search("label:harb")) == 1
        assert reopened.search("technique:flat") == []
        assert reopened.learn(minutes=0).unchanged == 12
        assert len(reopened.search("technique:flat")) == 12


def test_an_index_of_the_third_schema_is_migrated(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures()[:2], "mine")
    engine = sql.create_engine(f"sqlite:///{learnt_folder / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        write_third_schema(connection)
    engine.dispose()
    with Collection.open(learnt_folder) as reopened:
        assert reopened.labels() == {"mine": 2}
        assert reopened.set_verdict(learnt_folder / "drawing 0.png", learnt_folder / "drawing 2.png", "version") is None
        assert list(reopened.verdicts().values()) == ["version"]
        assert read_relations(reopened.index, "a model of schema 3") == []
        assert not sql.inspect(reopened.index.engine).has_table("pairs")
        assert read_setting(reopened.index, "pairs") is None
        assert reopened.learn(minutes=0).unchanged == 12


def test_an_index_of_the_first_schema_is_migrated(collection: Collection, art: Path) -> None:
    collection.close()
    engine = sql.create_engine(f"sqlite:///{art / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        for table in ("places", "grouped", "groups", "relations", "verdicts", "withdrawn", "texts", "search"):
            connection.execute(sql.text(f"DROP TABLE {table}"))
        connection.execute(sql.text("DROP INDEX ix_files_piece_mtime"))
        connection.execute(sql.text("ALTER TABLE pieces DROP COLUMN pixels"))
        connection.execute(sql.text("ALTER TABLE labels DROP COLUMN refused"))
        connection.execute(sql.text("ALTER TABLE files DROP COLUMN ctime"))
        connection.execute(sql.text("INSERT INTO labels (piece, label) SELECT id, 'old' FROM pieces WHERE row = 0"))
        connection.execute(sql.text("UPDATE settings SET value = '1' WHERE name = 'schema'"))
    engine.dispose()
    with Collection.open(art) as reopened:
        assert len(families_of_drawings(reopened)) == 3
        assert reopened.labels() == {"old": 1}
        with reopened.index.reading() as connection:
            assert connection.scalar(sql.text("SELECT value FROM settings WHERE name = 'schema'")) == str(
                SCHEMA_VERSION
            )


def test_labels_in_both_forms_of_unicode_become_one(learnt_folder: Path) -> None:
    engine = sql.create_engine(f"sqlite:///{learnt_folder / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sql.text("ALTER TABLE files DROP COLUMN ctime"))
        connection.execute(sql.text("DROP TABLE withdrawn"))
        write_third_schema(connection)
        insert = sql.text("INSERT INTO labels (piece, label, refused) VALUES (:piece, :label, FALSE)")
        connection.execute(insert, [
            {"piece": piece, "label": label}
            for piece, label in ((1, "cafe\u0301"), (1, "caf\u00e9"), (2, "cafe\u0301"))
        ])  # fmt: skip
        connection.execute(sql.text("UPDATE settings SET value = '2' WHERE name = 'schema'"))
    engine.dispose()
    with Collection.open(learnt_folder) as reopened:
        assert reopened.labels() == {"caf\u00e9": 2}
        assert reopened.learn(minutes=0).unchanged == 12
        assert all(row.stamp.ctime is not None for row in reopened.index.files().values())
