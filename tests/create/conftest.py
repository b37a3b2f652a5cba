"""A learnt folder of drawings, and a generator that was fitted to them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade import Collection
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearGenerator

DRAWING_COUNT = 24


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder of drawings; don't change it."""
    folder = folder_of_art(tmp_path_factory.mktemp("create") / "art", DRAWING_COUNT)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture
def folder(shared_folder: Path, tmp_path: Path) -> Path:
    """A copy of the learnt folder that the test may change."""
    return Path(shutil.copytree(shared_folder, tmp_path / "art"))


@pytest.fixture
def drawings(folder: Path) -> Iterator[Collection]:
    """The collection of the copy."""
    with Collection.open(folder) as collection:
        yield collection


@pytest.fixture(scope="session")
def generator() -> LinearGenerator:
    """A generator that was fitted to the drawings."""
    return LinearGenerator([drawing(seed) for seed in range(DRAWING_COUNT)])
