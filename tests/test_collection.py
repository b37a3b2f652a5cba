"""`Collection` opens folders and indexes, or says what is wrong with them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade import Collection
from pochade.errors import CollectionMissing, UsageError


@pytest.mark.parametrize("minutes", [float("nan"), float("inf")])
def test_minutes_must_be_finite(collection: Collection, minutes: float) -> None:
    with pytest.raises(UsageError, match="can't take"):
        collection.learn(minutes)


def test_a_folder_whose_name_is_too_long_is_no_folder() -> None:
    with pytest.raises(CollectionMissing, match="is not a folder"):
        Collection.open("x" * 300)


def test_an_unreadable_index_is_reported(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with Collection.open(art) as other, monkeypatch.context() as patched:
        patched.setattr(Path, "stat", refused)
        with pytest.raises(CollectionMissing, match="can't be read: Permission denied"):
            other.pieces()


def test_a_database_url_with_an_invalid_port_is_refused(art: Path) -> None:
    with pytest.raises(UsageError, match="not the URL"):
        Collection.open(art, index="postgresql+psycopg://host:abc/db").pieces()


def test_older_names_still_work(collection: Collection) -> None:
    pictures = collection.pictures()
    assert collection.pieces() == pictures
    assert collection.in_use is collection.models
    np.testing.assert_array_equal(collection.codes(), collection.sketches())
    match = collection.find(pictures[0].path)[0]
    assert match.piece is match.picture


def test_neighbours_are_files_of_other_pictures(collection: Collection, art: Path) -> None:
    picture = next(file for file in collection.pictures() if file.path.name == "drawing 0.png")
    matches = collection.neighbours(picture, 5)
    assert len(matches) == 5
    assert matches == sorted(matches, key=lambda match: match.distance)
    assert not {art / "drawing 0.png", art / "same file.png"} & {match.path for match in matches}


@pytest.mark.slow
def test_a_picture_is_redrawn_in_its_own_shape(collection: Collection, art: Path) -> None:
    Image.new("RGB", (300, 100), "red").save(art / "wide.png")
    collection.learn(minutes=0)
    picture = next(file for file in collection.pictures() if file.path.name == "wide.png")
    assert collection.redraw_of(picture).shape == (32, 96, 3)


def test_groups_are_restored_only_over_the_expected_ones(collection: Collection) -> None:
    number = collection.groups()[0].number
    before = collection.group_tree()
    collection.rename_group(number, "mine")
    with pytest.raises(UsageError, match="at the same time"):
        collection.restore_groups(before, before)
    collection.restore_groups(collection.group_tree(), before)
    assert collection.group_tree() == before


def test_labels_of_a_picture_include_refused_ones(collection: Collection, art: Path) -> None:
    collection.teach("harbours", [art / "drawing 2.png"])
    collection.teach("boats", [], refused=[art / "drawing 2.png"])
    picture = next(file for file in collection.pictures() if file.path.name == "drawing 2.png")
    assert collection.labels_of(picture) == {"harbours": True, "boats": False}
    assert collection.pictures_with_label("harbours") == {picture.number}
    assert collection.pictures_with_label("boats", refused=True) == {picture.number}
