"""An index that another person made can lead nowhere: not to files elsewhere, and not to endless work."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.errors import IndexDamaged
from pochade.index.index_home import adopt_earlier_files, server_home
from tests.support.drawings import drawing

PLANTED_PATHS = ("../victim/secret.png", "{victim}/secret.png", "old/../../victim/secret.png", ".pochade/index.sqlite")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder beside the collection, with one picture, which nothing may touch."""
    folder = tmp_path / "victim"
    folder.mkdir()
    drawing(50).save(folder / "secret.png")
    return folder


def plant(art: Path, *statements: str, **values: object) -> None:
    """Change the database of an index as a stranger could."""
    engine = sql.create_engine(f"sqlite:///{art / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sql.text(statement), values)
    engine.dispose()


@pytest.mark.parametrize("planted", PLANTED_PATHS)
def test_rows_that_lead_out_of_the_folder_are_ignored(planted: str, learnt_folder: Path, victim: Path) -> None:
    path = planted.format(victim=victim)
    plant(
        learnt_folder, "UPDATE files SET path = :path WHERE path = :known", path=path.encode(), known=b"drawing 0.png"
    )
    before = sorted(victim.rglob("*"))
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures(), "mine")
        assert len(collection.pictures()) == 11
        assert collection.write_sidecars() == []
        assert not [match for match in collection.find(drawing(0)) if match.path.name == "secret.png"]
        assert collection.learn(minutes=0).new == 0
    assert sorted(victim.rglob("*")) == before
    assert not list((learnt_folder / ".pochade").rglob("*.xmp"))


def test_rows_that_lead_through_a_link_in_the_folder_are_ignored(learnt_folder: Path, victim: Path) -> None:
    (learnt_folder / "linked").symlink_to(victim)
    plant(
        learnt_folder,
        "UPDATE files SET path = :path WHERE path = :known",
        path=b"linked/secret.png",
        known=b"drawing 0.png",
    )
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures(), "mine")
        assert len(collection.pictures()) == 11
        assert collection.write_sidecars() == []
        assert not [match for match in collection.find(drawing(0)) if match.path.name == "secret.png"]
        assert collection.learn(minutes=0).gone == 1  # no run follows links to folders
    assert [path.name for path in victim.iterdir()] == ["secret.png"]


def test_a_content_hash_that_is_a_path_makes_no_thumbnail_elsewhere(learnt_folder: Path, victim: Path) -> None:
    plant(learnt_folder, "UPDATE pieces SET hash = :hash WHERE row = 0", hash="../../../victim/secret")
    shutil.rmtree(learnt_folder / ".pochade" / "thumbnails")
    next((learnt_folder / ".pochade").glob("looks-*.f32")).unlink()
    with Collection.open(learnt_folder) as collection, pytest.raises(IndexDamaged, match="is no content"):
        collection.learn(minutes=0)
    assert [path.name for path in victim.iterdir()] == ["secret.png"]


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TRIGGER t AFTER INSERT ON labels BEGIN DELETE FROM labels; END"],
        ["ALTER TABLE places RENAME TO hidden", "CREATE VIEW places AS SELECT * FROM hidden"],
        ["CREATE VIRTUAL TABLE words USING fts5(word)"],
        ["DROP TABLE search", "CREATE VIRTUAL TABLE search USING fts5(names, content='labels')"],
        ["DROP TABLE search", "CREATE VIEW search AS SELECT * FROM labels"],
    ],
)
def test_an_index_with_more_than_tables_is_refused(statements: list[str], learnt_folder: Path) -> None:
    plant(learnt_folder, *statements)
    with pytest.raises(IndexDamaged, match="Pochade did not make"):
        Collection.open(learnt_folder).labels()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE search_data SET block = zeroblob(40)",
        "UPDATE search_data SET block = x'ffffffffffffffffffffffff'",
        "UPDATE search_data SET block = substr(block, 1, length(block) / 2)",
        "UPDATE search_content SET c0 = 5, c1 = NULL",
        "DELETE FROM search_docsize",
        "DELETE FROM search_config",
        "DROP TABLE search_data",
    ],
)
def test_a_damaged_table_of_searched_words_gives_wrong_answers_or_an_error_at_most(
    statement: str, learnt_folder: Path
) -> None:
    plant(learnt_folder, statement)
    with Collection.open(learnt_folder) as collection:
        for action in (lambda: collection.search("draw"), lambda: collection.label(collection.pictures(), "mine")):
            with suppress(IndexDamaged):
                action()


@pytest.mark.parametrize(
    "link", ["index.sqlite", "thumbnails", "nets", "learning.lock", "looks-planted.f32", "page/x.json"]
)
def test_an_index_with_links_is_refused(link: str, learnt_folder: Path, victim: Path) -> None:
    path = learnt_folder / ".pochade" / link
    path.parent.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(victim)
    with Collection.open(learnt_folder) as collection:
        for action in (collection.labels, lambda: collection.learn(minutes=0)):
            with pytest.raises(IndexDamaged, match="is a link"):
                action()
    assert [path.name for path in victim.iterdir()] == ["secret.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
@pytest.mark.parametrize("pipe", ["index.sqlite", "learning.lock", "looks-planted.f32", "nets/planted/config.json"])
def test_an_index_with_pipes_is_refused_instead_of_waited_for(pipe: str, learnt_folder: Path) -> None:
    path = learnt_folder / ".pochade" / pipe
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    with Collection.open(learnt_folder) as collection:
        for action in (collection.labels, lambda: collection.learn(minutes=0)):
            with pytest.raises(IndexDamaged, match="is a pipe"):
                action()


@pytest.mark.parametrize("name", ["index.sqlite", "looks-planted.f32"])
def test_a_second_name_of_a_file_elsewhere_is_not_written(name: str, learnt_folder: Path, victim: Path) -> None:
    path, content = learnt_folder / ".pochade" / name, (victim / "secret.png").read_bytes()
    path.unlink(missing_ok=True)
    path.hardlink_to(victim / "secret.png")
    with pytest.raises(IndexDamaged, match="second name"):
        Collection.open(learnt_folder).learn(minutes=0)
    assert (victim / "secret.png").read_bytes() == content


def test_an_index_folder_that_is_a_link_is_refused_unless_the_person_names_it(
    learnt_folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (learnt_folder / ".pochade").rename(elsewhere)
    (learnt_folder / ".pochade").symlink_to(elsewhere)
    with pytest.raises(IndexDamaged, match="is a link"):
        Collection.open(learnt_folder).pictures()
    assert len(Collection.open(learnt_folder, index=elsewhere).pictures()) == 12


@pytest.mark.parametrize("same", ["db://you:word@host:5432/art", "db://host:5432/art?sslmode=require"])
def test_the_folder_of_a_servers_index_depends_on_the_database_alone(same: str, tmp_path: Path) -> None:
    home = server_home(tmp_path, "db://me:secret@host:5432/art")
    assert server_home(tmp_path, same) == home
    others = ("db://host:5433/art", "db://host:5432/other", "db://other:5432/art", "db://host:5432/art?host=/run")
    assert home not in {server_home(tmp_path, other) for other in others}
    assert "secret" not in str(home)


@pytest.mark.parametrize("has_sqlite", [True, False])
def test_files_of_an_earlier_servers_index_are_adopted_unless_they_may_be_another_indexs(
    has_sqlite: bool, tmp_path: Path
) -> None:
    home = server_home(tmp_path, "db://host/art")
    home.parent.mkdir()
    looks = home.parent / "looks-abc.f32"
    looks.write_bytes(b"rows")
    if has_sqlite:
        (home.parent / "index.sqlite").touch()
    adopt_earlier_files(home)
    assert looks.exists() is has_sqlite
    assert (home / looks.name).exists() is not has_sqlite
