"""What an earlier commit wrote still opens: a collection with labels, groups, a map and a prior, and an archive.

`tests/golden/previous/` was written by commit 45202ba, before modules and classes were renamed.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade import Collection, open_archive
from pochade.errors import IndexDamaged
from pochade.system.progress import Progress

PREVIOUS = Path(__file__).parent / "golden" / "previous"
EXPECTED: dict[str, Any] = json.loads((PREVIOUS / "collection.json").read_text(encoding="utf-8"))


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """The folder of pictures, with the index that the previous commit made."""
    with zipfile.ZipFile(PREVIOUS / "collection.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "art"


@pytest.fixture
def collection(art: Path) -> Iterator[Collection]:
    """That folder as a collection."""
    with Collection.open(art) as collection:
        yield collection


def relative(collection: Collection, path: Path) -> str:
    """A path as the expected answers have it."""
    return path.relative_to(collection.folder).as_posix()


def groups_of(collection: Collection) -> list[Any]:
    """The groups as the expected answers have them."""
    return [
        [group.number, group.name, group.description, sorted(relative(collection, path) for path in group.paths)]
        for group in collection.groups_so_far()
    ]


def test_it_answers_as_it_did(collection: Collection) -> None:
    assert collection.labels() == EXPECTED["labels"]
    assert groups_of(collection) == EXPECTED["groups"]
    spots = {relative(collection, spot.path): [spot.x, spot.y] for spot in collection.map()}
    assert spots == EXPECTED["map"]
    families = [
        sorted(relative(collection, member.path) for member in family.members) for family in collection.families()
    ]
    assert families == EXPECTED["families"]


def test_learning_again_finds_every_picture_known_and_keeps_all_answers(collection: Collection) -> None:
    learnt = collection.learn(0)
    assert (learnt.new, learnt.gone, learnt.problems) == (0, 0, ())
    assert collection.labels() == EXPECTED["labels"]
    assert groups_of(collection) == EXPECTED["groups"]


def test_a_search_needs_embeddings_of_the_new_models(collection: Collection) -> None:
    with pytest.raises(IndexDamaged, match="are missing") as caught:
        collection.find(collection.folder / "drawing 0.png", k=3)
    assert "pochade learn" in caught.value.hint
    collection.learn(0)
    matches = collection.find(collection.folder / "drawing 0.png", k=3)
    assert relative(collection, matches[0].path) == EXPECTED["find"][0]


def test_its_prior_is_loaded_and_not_fitted_again(collection: Collection) -> None:
    stages = list[Progress]()
    collection.prepare_to_draw(stages.append)
    assert not [stage.stage for stage in stages]


def test_an_archive_gives_every_file_back(art: Path) -> None:
    with open_archive(PREVIOUS / "archive.pochade") as archive:
        assert archive.verify() == []
        names = [file.path for file in archive]
        assert len(names) == len([path for path in art.rglob("*") if path.is_file() and ".pochade" not in path.parts])
        for file in archive:
            (original,) = [path for path in art.rglob(Path(file.path).name) if ".pochade" not in path.parts]
            if file.entry.returns == "bytes":
                assert archive.read(file) == original.read_bytes()
