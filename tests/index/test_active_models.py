"""Lost vectors and thumbnails are made again, and a change of models that was interrupted is finished."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.errors import IndexDamaged
from pochade.index.model_store import prepare_model
from pochade.index.schema import MODELS
from tests.support.drawings import drawing
from tests.support.drawings_folder import stored_pictures

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lost", ["looks-*.f32", "codes-*.u8", "thumbnails"])
def test_lost_files_of_the_index_are_made_again(lost: str, learnt_folder: Path) -> None:
    home = learnt_folder / ".pochade"
    path = next(home.glob(lost))
    if path.is_dir():
        shutil.rmtree(path)
        next(home.glob("looks-*.f32")).unlink()
    else:
        path.unlink()
    collection = Collection.open(learnt_folder)
    assert collection.learn(minutes=0).new == 0
    assert collection.find(drawing(7), 1)[0].path.name == "drawing 7.png"
    assert len(list((home / "thumbnails").rglob("*.jpg"))) == 12


def test_other_shipped_models_embed_all_pictures_again(learnt_folder: Path) -> None:
    home = learnt_folder / ".pochade"
    with Collection.open(learnt_folder) as collection, collection.index.writing() as connection:
        connection.execute(sql.text(f"UPDATE {MODELS.name} SET name = 'older'"))
    for kind in ("looks", "codes"):
        (path,) = home.glob(f"{kind}-*")
        path.rename(path.with_name(f"{kind}-older{path.suffix}"))
    upgraded = Collection.open(learnt_folder)
    with pytest.raises(IndexDamaged, match="models that made this index are missing"):
        upgraded.find(drawing(0))
    assert upgraded.learn(minutes=0).new == 0
    assert upgraded.find(drawing(7), 1)[0].path.name == "drawing 7.png"
    assert not list(home.glob("*older*"))


def test_an_interrupted_change_to_models_that_are_gone_is_given_up(learnt_folder: Path) -> None:
    collection = Collection.open(learnt_folder)
    name, undisturbed = collection.models.embedder.name, stored_pictures(collection)
    prepare_model(collection.index, "gone", "2026-01-01", {})
    assert Collection.open(learnt_folder).learn(minutes=0).new == 0
    assert stored_pictures(Collection.open(learnt_folder)) == undisturbed
    assert Collection.open(learnt_folder).models.embedder.name == name
