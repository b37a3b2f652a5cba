"""A folder of twelve drawings, new or learnt, and a summary of what its index stores."""

import shutil
from pathlib import Path

import pytest

from pochade import Collection
from tests.support.drawings import folder_of_art


@pytest.fixture
def drawings_folder(tmp_path: Path) -> Path:
    """A folder of twelve drawings that has not been learnt."""
    return folder_of_art(tmp_path / "art")


@pytest.fixture(scope="session")
def shared_learnt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder of twelve drawings; don't change it."""
    folder = folder_of_art(tmp_path_factory.mktemp("learnt drawings") / "art")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture
def learnt_folder(shared_learnt_folder: Path, tmp_path: Path) -> Path:
    """A copy of the learnt folder that the test may change."""
    return Path(shutil.copytree(shared_learnt_folder, tmp_path / "art"))


def stored_pictures(collection: Collection) -> dict[str, tuple[str, bytes, bytes]]:
    """The content hash, embedding and sketch of each file, by its path in the folder."""
    embeddings, sketches = collection.models.embeddings(collection.index.row_count()), collection.sketches()
    return {
        str(file.path.relative_to(collection.folder)): (
            file.hash,
            embeddings[file.row].tobytes(),
            sketches[file.row].tobytes(),
        )
        for file in collection.pictures()
    }
