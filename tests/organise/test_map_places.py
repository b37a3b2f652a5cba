"""Pictures keep their places on the map, unless the whole map is made again."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.index.schema import PLACES
from tests.support.learnt_collection import draw_stripes


def fresh_map(art: Path, to: Path) -> list[tuple[float, float]]:
    """The places on the first map of a copy of a collection."""
    with Collection.open(shutil.copytree(art, to)) as copy:
        with copy.index.writing() as connection:
            connection.execute(sql.delete(PLACES))
        return [(spot.x, spot.y) for spot in copy.map()]


def test_new_pictures_are_placed_and_the_others_stay(collection: Collection, art: Path) -> None:
    before = {spot.path: (spot.x, spot.y) for spot in collection.map()}
    assert len(before) == len(collection.pictures())
    shutil.copy(art / "stripes" / "3.png", art / "again.png")
    draw_stripes(77).save(art / "new.png")
    collection.learn(minutes=0)
    after = {spot.path: (spot.x, spot.y) for spot in collection.map()}
    assert {path: after[path] for path in before} == before
    assert after[art / "again.png"] == after[art / "stripes" / "3.png"]
    assert max(map(abs, after[art / "new.png"])) <= 1.01


@pytest.mark.slow
def test_a_map_from_scratch_equals_a_first_map(collection: Collection, art: Path, tmp_path: Path) -> None:
    before = set(collection.map())
    for seed in range(100, 110):
        draw_stripes(seed).save(art / f"new {seed}.png")
    removed_file = art / "drawing 2.png"
    removed_file.rename(tmp_path / "away.png")
    collection.learn(minutes=0)
    first_map = fresh_map(art, tmp_path / "copy")
    grown_map, new_map = collection.map(), collection.map(anew=True)
    assert [(spot.x, spot.y) for spot in new_map] == first_map
    assert [(spot.x, spot.y) for spot in grown_map] != first_map
    assert collection.map() == new_map
    (tmp_path / "away.png").rename(removed_file)
    collection.learn(minutes=0)
    (returned_spot,) = set(collection.map()) - set(new_map)
    assert returned_spot.path == removed_file
    assert returned_spot not in before  # its place on the old map is not used
