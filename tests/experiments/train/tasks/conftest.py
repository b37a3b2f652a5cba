"""Small data packs for the tests of training tasks."""

from pathlib import Path

import pytest

from experiments.pack import pack_file
from tests.support.small_packs import write_small_packs


@pytest.fixture(scope="session")
def small_packs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    write_small_packs(folder)
    return folder


@pytest.fixture(autouse=True)
def _small_packs(small_packs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_file, "PACKS", small_packs_folder)
