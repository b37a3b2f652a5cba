"""Archives and workers that tests of several modules share."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from pochade.archive import encode_missing, model_choice
from pochade.archive.archive_writer import compress
from pochade.archive.container.manifest_records import MODEL
from tests.support.archives import InProcessPool
from tests.support.paintings import painting, save_png
from tests.support.picture_files import colour_values, make_psd


@pytest.fixture(scope="session", autouse=True)
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """A cache folder of these tests' own, for what runs of `compress` remember."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def in_process_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode in this process, where tests can patch what is called."""
    monkeypatch.setattr(encode_missing, "WorkerPool", InProcessPool)


def always_include_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Include the shipped model in every archive, whatever it saves."""
    monkeypatch.setattr(model_choice, "MIN_COLLECTION_FACTOR", 0)
    monkeypatch.setattr(model_choice, "archive_cost", lambda entry: 0 if entry.codec == MODEL else entry.bytes)


@pytest.fixture(scope="session")
def restored_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `art` with two paintings, and its archive `art.pochade` at `medium`, which includes a model.

    Tests copy it, because encoding takes long.
    """
    home = tmp_path_factory.mktemp("restored")
    (home / "art").mkdir()
    for number in range(2):
        (home / "art" / f"{number}.png").write_bytes(save_png(painting(160 + 16 * number, 200)))
    with pytest.MonkeyPatch.context() as monkeypatch:
        always_include_model(monkeypatch)
        compress(home / "art", home / "art.pochade", "medium")
    return home


@pytest.fixture
def restored_archive(restored_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the archive that includes a model, beside a copy of its folder `art`."""
    always_include_model(monkeypatch)
    shutil.copytree(restored_home, tmp_path, dirs_exist_ok=True)
    return tmp_path / "art.pochade"


@pytest.fixture
def folder_and_archive(tmp_path: Path, in_process_workers: None) -> tuple[Path, Path]:  # noqa: ARG001
    """A folder of two files, and its archive."""
    folder, target = tmp_path / "art", tmp_path / "x.pochade"
    folder.mkdir()
    (folder / "notes.txt").write_bytes(b"of paper and ink " * 99)
    (folder / "noise").write_bytes(os.urandom(500))
    compress(folder, target)
    return folder, target


@pytest.fixture(scope="session")
def medium_folder_and_archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a painting and a text, and its archive at `medium`, which tests copy before they change it."""
    home = tmp_path_factory.mktemp("medium")
    (home / "art").mkdir()
    (home / "art" / "cat.png").write_bytes(save_png(painting()))
    (home / "art" / "notes.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    compress(home / "art", home / "a.pochade", "medium")
    return home / "art", home / "a.pochade"


@pytest.fixture(scope="session")
def preview_folder_and_archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a painting, a PSD, a strip one pixel high, a damaged picture and a text, and its previews."""
    home = tmp_path_factory.mktemp("previews")
    (home / "art").mkdir()
    (home / "art" / "cat.png").write_bytes(save_png(painting(300, 400)))
    (home / "art" / "cut short.png").write_bytes(save_png(painting(300, 400))[:9000])
    noise = np.random.default_rng(0).integers(0, 256, (1, 3000, 3), dtype=np.uint8)
    (home / "art" / "strip.png").write_bytes(save_png(noise))
    (home / "art" / "layers.psd").write_bytes(make_psd(np.moveaxis(np.tile(colour_values(), (9, 9, 1)), -1, 0)))
    (home / "art" / "notes.txt").write_text("of paper and ink " * 900, encoding="utf-8")
    compress(home / "art", home / "a.pochade", "preview")
    return home / "art", home / "a.pochade"
