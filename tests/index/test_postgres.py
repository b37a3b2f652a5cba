"""A collection can keep its index in a Postgres database."""

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.index.database import Index
from pochade.index.picture_records import Filter
from pochade.index.picture_search import search_numbers
from pochade.index.relation_store import add_relations, read_relations
from pochade.index.search_query import parse_query
from pochade.system import folder_walk
from tests.support.drawings import drawing, folder_of_art
from tests.support.earlier_schema import write_third_schema
from tests.support.indexed_pictures import index_with_pictures
from tests.support.searched_pictures import fill_searched_index

pytestmark = pytest.mark.slow


def test_a_collection_lives_on_postgres_as_it_does_on_sqlite(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_walk, "SETTLED_NS", 0)  # or a file written just before a run may be read in the next one
    art = folder_of_art(tmp_path / "art")
    (art / os.fsdecode(b"caf\xe9.png")).write_bytes((art / "drawing 0.png").read_bytes())
    (art / "cut.png").write_bytes((art / "drawing 0.png").read_bytes()[:20])
    with Collection.open(art, index=database) as collection:
        first_run = collection.learn(minutes=0)
        assert (first_run.new, first_run.again, len(first_run.problems)) == (12, 1, 1)
        collection.label([file for file in collection.pictures() if file.path.name == "drawing 3.png"], "sold")
        shutil.move(art / "old" / "drawing 3.png", art / "moved.png")
        second_run = collection.learn(minutes=0)
        assert (second_run.new, second_run.again, second_run.gone, second_run.unchanged) == (0, 1, 1, 13)
    with Collection.open(art, index=database) as reopened:
        assert [match.path.name for match in reopened.find(drawing(3), 1, among=Filter(label="sold"))] == ["moved.png"]
        assert reopened.info().pictures == 12
        assert not (art / ".pochade" / "index.sqlite").exists()
        (family,) = reopened.families()
        assert {member.kind for member in family.members} == {"exact"}
        groups = reopened.groups()
        reopened.rename_group(groups[0].number, "mine")
        assert reopened.groups()[0].name == "mine"
        reopened.teach("sold", [], refused=[art / "moved.png"])
        assert reopened.labels() == {}
        assert reopened.map() == reopened.map()
        assert reopened.set_verdict(art / "drawing 0.png", art / "drawing 2.png", "keep") is None
        assert reopened.set_verdict(art / "drawing 2.png", art / "drawing 0.png", "different") == "keep"
        assert list(reopened.verdicts().values()) == ["different"]
        assert reopened.set_folder_role("old", "protected") is None
        assert reopened.folder_roles() == {"old": "protected"}


def test_the_third_schema_is_migrated_and_relations_are_as_on_sqlite(database: str, tmp_path: Path) -> None:
    region = [[1, 2, 3, 4], [5, 6, 7, 8]]
    with index_with_pictures(tmp_path, 2, database) as index, index.writing() as connection:
        write_third_schema(connection)
    index = Index(database)
    assert not sql.inspect(index.engine).has_table("pairs")
    likelihoods = {"resave": 0.5, "edit": 0.25, "version": 0.125, "variant": 0.0}
    add_relations(index, "model", [{"first": 1, "second": 2, **likelihoods, "region": region, "proven": True}])
    assert read_relations(index, "model") == [(1, 2, *likelihoods.values(), region, True)]
    add_relations(index, "model", [{"first": 1, "second": 2, **likelihoods}])
    assert read_relations(index, "model") == [(1, 2, *likelihoods.values(), None, None)]
    index.close()


QUERIES = (
    "owl", "ow", '"ow"', "owl -night", "-owl", '"at night"', '"night owl"', "name:owl", "folder:old", "folder:owl",
    "label:harb", "label:harbour label:sold", '"night sold"', "caption:ubung", "prompt:castle", "technique:line",
    "colour:blue", "-colour:red", "format:jpg", "shape:portrait", "shape:square", "since:1970-01-02", "until:1969",
    "猫", "夜猫", "www.owl.org", "1e5", "2.50", "owl's", "it", "e", "labels", "-label:sold ow",
)  # fmt: skip


def test_a_search_finds_the_same_on_sqlite_and_on_postgres(database: str, tmp_path: Path) -> None:
    indexes = [Index(tmp_path / "index.sqlite"), Index(database)]
    for index in indexes:
        fill_searched_index(index)
    parsed = [parse_query(query) for query in QUERIES]
    found, found_on_server = ([search_numbers(index, query) for query in parsed] for index in indexes)
    assert found == found_on_server
    assert sum(bool(numbers) for numbers in found) > len(QUERIES) / 2
    for index in indexes:
        index.close()


def test_sqlite_and_postgres_indexes_of_one_folder_share_no_file(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art")
    with Collection.open(art) as on_sqlite, Collection.open(art, index=database) as on_server:
        assert on_sqlite.learn(minutes=0).new == 12
        assert on_server.home.parent == on_sqlite.home
        drawing(99).save(art / "between.png")
        on_server.learn(minutes=0)
        assert on_server.find(drawing(3), 1)[0].path.name == "drawing 3.png"
        assert on_sqlite.learn(minutes=0).new == 1
        assert on_sqlite.find(drawing(99), 1)[0].path.name == "between.png"
