"""Pictures that were learnt without their texts get them at the next `learn`, and nothing else is done again."""

from pathlib import Path

import pytest
import sqlalchemy as sql
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pochade import Collection
from pochade.index.schema import TEXTS
from pochade.index.text_store import pictures_without_texts
from tests.support.drawings import drawing

pytestmark = pytest.mark.slow


def save_with_title(image: Image.Image, path: Path, title: str) -> None:
    """Save a picture as PNG with a title."""
    info = PngInfo()
    info.add_itxt("Title", title)
    image.save(path, pnginfo=info)


def test_texts_are_read_once_and_again_by_a_newer_reader(drawings_folder: Path) -> None:
    save_with_title(drawing(40), drawings_folder / "titled.png", "Übung am Hafen")
    with Collection.open(drawings_folder) as collection:
        collection.learn(minutes=0)
        embeddings = collection.models.embeddings(13).copy()
        assert [picture.path.name for picture in collection.search("hafen")] == ["titled.png"]
        with collection.index.writing() as connection:  # an earlier reader saw nothing
            connection.execute(sql.update(TEXTS).values(captions="", technique="", reader=0))
        assert len(pictures_without_texts(collection.index)) == 13
        stages = set[str]()
        assert collection.learn(minutes=0, report=lambda progress: stages.add(progress.stage)).unchanged == 13
        assert "reading texts" in stages
        assert pictures_without_texts(collection.index) == []
        assert [picture.path.name for picture in collection.search("hafen")] == ["titled.png"]
        assert len(collection.search("technique:flat")) == 13
        assert (collection.models.embeddings(13) == embeddings).all()


def test_a_picture_whose_file_is_gone_is_asked_again_when_it_is_back(drawings_folder: Path) -> None:
    path, elsewhere = drawings_folder / "titled.png", drawings_folder.with_name("elsewhere.png")
    save_with_title(drawing(40), path, "harbour")
    with Collection.open(drawings_folder) as collection:
        collection.learn(minutes=0)
        with collection.index.writing() as connection:
            connection.execute(sql.delete(TEXTS))
        path.rename(elsewhere)
        collection.learn(minutes=0)
        elsewhere.rename(path)
        assert collection.learn(minutes=0).again == 1
        assert [picture.path for picture in collection.search("caption:harbour")] == [path]
