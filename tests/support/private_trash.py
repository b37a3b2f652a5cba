"""A trash of the tests' own, so that no test ever touches the trash of the person who runs it."""

import os
from pathlib import Path

import pytest
from send2trash import plat_other


@pytest.fixture
def private_trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trash of a home folder that the test has for itself, also in the processes that it starts."""
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(data / "Trash"))
    monkeypatch.setattr("pochade.system.trash.send2trash", plat_other.send2trash)
    return data / "Trash"


def names_in_trash(trash: Path) -> list[str]:
    """The names of everything in a trash, sorted."""
    folder = trash / "files"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
