"""Pictures whose files are gone are removed, and all others keep their vectors, labels and groups."""

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql

from pochade import Collection
from pochade.index import picture_removal
from pochade.index.picture_removal import REMOVAL_SETTING, finish_removal
from pochade.index.schema import PICTURES, TABLES
from pochade.index.settings_store import write_setting
from tests.support.drawings import drawing
from tests.support.drawings_folder import stored_pictures
from tests.support.learnt_collection import read_descriptors


def remove_files(folder: Path, *seeds: int) -> None:
    """Delete the files of some drawings."""
    for seed in seeds:
        next(folder.rglob(f"drawing {seed}.png")).unlink()


def rows_by_hash(collection: Collection) -> dict[str, bytes]:
    """The descriptor of each picture."""
    descriptors = read_descriptors(collection)
    return {content: descriptors[row].tobytes() for row, content in enumerate(collection.index.contents())}


def test_the_others_stay_as_they_were(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures(), "all")
        collection.groups()
        remove_files(learnt_folder, 0, 5, 11)
        collection.learn(minutes=0)
        before, descriptors = stored_pictures(collection), rows_by_hash(collection)
        gone = collection.gone_pictures()
        for path in list(collection.thumbnails.rglob("*.jpg")):
            path.with_suffix(".dark").touch()  # what the page shows on a dark ground
        assert [picture.labels for picture in gone] == [("all",)] * 3
        assert collection.forget(gone) == 3
        assert collection.gone_pictures() == []
        assert stored_pictures(collection) == before
        assert rows_by_hash(collection) == {
            content: row for content, row in descriptors.items() if content in collection.index.contents()
        }
        assert collection.labels() == {"all": 9}
        assert collection.index.row_count() == 9
        assert len(list(collection.thumbnails.rglob("*.jpg"))) == 9
        assert len(list(collection.thumbnails.rglob("*.dark"))) == 9
        assert collection.find(drawing(3), 1)[0].path.name == "drawing 3.png"


def test_a_picture_that_comes_back_is_new(learnt_folder: Path) -> None:
    content = (learnt_folder / "drawing 0.png").read_bytes()
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures(), "all")
        remove_files(learnt_folder, 0)
        collection.learn(minutes=0)
        collection.forget(collection.gone_pictures())
        (learnt_folder / "drawing 0.png").write_bytes(content)
        assert collection.learn(minutes=0).new == 1
        assert collection.labels() == {"all": 11}
        assert collection.find(drawing(0), 1)[0].path.name == "drawing 0.png"


def test_only_what_was_shown_and_is_still_gone_is_removed(learnt_folder: Path) -> None:
    content = next(learnt_folder.rglob("drawing 1.png")).read_bytes()
    with Collection.open(learnt_folder) as collection:
        remove_files(learnt_folder, 1, 2)
        collection.learn(minutes=0)
        shown = collection.gone_pictures()
        (learnt_folder / "back.png").write_bytes(content)
        remove_files(learnt_folder, 3)
        collection.learn(minutes=0)
        assert collection.forget(shown) == 1
        assert len(collection.gone_pictures()) == 1


def test_the_last_picture_can_be_removed(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        remove_files(learnt_folder, *range(12))
        collection.learn(minutes=0, accept_missing=True)
        assert collection.forget(collection.gone_pictures()) == 12
        assert collection.index.row_count() == 0
        with collection.index.reading() as connection:
            for table in TABLES.tables.values():
                has_pictures = any(key.column is PICTURES.c.id for key in table.foreign_keys)
                assert not has_pictures or not connection.execute(sql.select(table)).all()


def test_verdicts_about_removed_pictures_go_and_others_stay(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        number = {file.path.name: file.number for file in collection.pictures()}
        zero, two, four = (learnt_folder / f"drawing {seed}.png" for seed in (0, 2, 4))
        for pair in ((zero, two), (four, zero), (two, four)):
            collection.set_verdict(*pair, "different")
        remove_files(learnt_folder, 0)
        collection.learn(minutes=0)
        assert len(collection.verdicts()) == 3
        collection.forget(collection.gone_pictures())
        lower, higher = sorted((number["drawing 2.png"], number["drawing 4.png"]))
        assert collection.verdicts() == {(lower, higher): "different"}


@pytest.mark.parametrize("step", ["copy_rows", "_delete_pictures"])
def test_an_interrupted_removal_is_finished_by_the_next_learn(
    step: str, learnt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = Collection.open(learnt_folder)
    remove_files(learnt_folder, 0, 1)
    collection.learn(minutes=0)
    before = stored_pictures(collection)
    original = getattr(picture_removal, step)

    def interrupt(*words: object) -> None:
        original(*words)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(picture_removal, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            collection.forget(collection.gone_pictures())
    assert stored_pictures(collection) == before
    collection.learn(minutes=0)
    assert collection.index.row_count() == 10
    assert stored_pictures(collection) == before


def test_a_vector_file_with_missing_rows_is_made_again(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        remove_files(learnt_folder, 0)
        collection.learn(minutes=0)
        before = rows_by_hash(collection)
        path = next(collection.home.glob("measured-*.u8"))
        path.write_bytes(path.read_bytes()[: 4096 + 5 * 4608])
        collection.forget(collection.gone_pictures())
        after = rows_by_hash(collection)
        assert after == {content: before[content] for content in after}


def test_a_list_of_another_run_without_such_pictures_does_no_harm(learnt_folder: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        before = stored_pictures(collection)
        write_setting(collection.index, REMOVAL_SETTING, "[1, 2, 999]")
        assert finish_removal(collection.library) == 0
        assert stored_pictures(collection) == before
        assert np.array_equal(sorted(file.row for file in collection.pictures()), np.arange(12))
