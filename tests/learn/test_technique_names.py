"""Techniques are stored with the pictures, named again by another model, and empty for what can't be seen."""

from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.index.schema import TEXTS
from pochade.index.text_store import store_techniques, techniques_by_row
from tests.support.made_techniques import MAKERS

pytestmark = pytest.mark.slow


def test_pictures_are_found_by_their_technique(tmp_path: Path) -> None:
    for technique in ("line art", "flat colour", "pencil"):
        MAKERS[technique](1).save(tmp_path / f"{technique}.png")
    with Collection.open(tmp_path) as collection:
        collection.learn(minutes=0)
        for technique in ("line art", "flat colour", "pencil"):
            found = collection.search(f'technique:"{technique}"')
            assert [picture.path.stem for picture in found] == [technique]


def test_a_technique_that_another_model_named_is_named_again(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        number = collection.pictures()[0].number
        store_techniques(collection.index, {number: "photo"})
        assert [picture.number for picture in collection.search("technique:photo")] == [number]
        collection.learn(minutes=0)
        assert collection.search("technique:photo") == []
        assert len(collection.search("technique:flat")) == 12


def test_a_picture_without_thumbnail_and_file_has_no_technique(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        picture = collection.pictures()[0]
        picture.path.unlink()
        (learnt_folder / ".pochade" / "thumbnails" / picture.hash[:2] / f"{picture.hash}.jpg").unlink()
        for path in (learnt_folder / ".pochade").glob("techniques-*.f32"):
            path.unlink()
        collection.learn(minutes=0)
        assert techniques_by_row(collection.index)[picture.row].technique == ""


def test_pictures_whose_texts_were_never_read_wait_for_them(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        with collection.index.writing() as connection:
            connection.execute(sql.delete(TEXTS))
        assert techniques_by_row(collection.index) == {}
        collection.learn(minutes=0)
        assert len(collection.search("technique:flat")) == 12
