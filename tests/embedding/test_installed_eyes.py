"""A model is used only if this person installed it on this machine, and if it is still the same one."""

import json
import os
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from pochade.embedding.eye_folder import read_model_folder
from pochade.embedding.eye_model import EyeModel
from pochade.embedding.installed_eyes import InstalledEye, installed_eye, load_eye
from pochade.errors import CheckpointDamaged, DataMissing
from pochade.system.data_folder import data_folder
from tests.support.small_eyes import installed, save_siglip


@pytest.fixture
def folder(siglip: Path, tmp_path: Path) -> Path:
    """A copy of a tiny model that the test may change."""
    return Path(copytree(siglip, tmp_path / "model"))


@pytest.fixture
def eye(folder: Path) -> InstalledEye:
    """The copy, installed."""
    return installed(folder)


def test_an_installed_eye_is_found_by_its_key_and_stays_loaded(eye: InstalledEye, folder: Path) -> None:
    assert installed_eye(eye.key, "another name") == eye
    loaded = load_eye(eye.key, eye.name)
    assert isinstance(loaded, EyeModel)
    assert loaded.folder == read_model_folder(folder)
    assert load_eye(eye.key, eye.name) is loaded


def test_an_eye_that_was_never_installed_here_is_one_sentence() -> None:
    with pytest.raises(DataMissing, match="the eye 'siglip2' is not installed on this machine") as caught:
        load_eye("f" * 16, "siglip2")
    assert "pochade learn --eye siglip2" in caught.value.hint


def test_a_name_that_a_stranger_chose_is_no_command_to_paste() -> None:
    with pytest.raises(DataMissing) as caught:
        load_eye("f" * 16, "a/b; rm -rf ~")
    assert caught.value.hint == "install it: pochade learn --eye FOLDER, or do without it: --eye none"


def test_a_model_that_is_gone_is_one_sentence(eye: InstalledEye, folder: Path) -> None:
    rmtree(folder)
    with pytest.raises(DataMissing, match="the model of the eye 'tiny' is gone from") as caught:
        load_eye(eye.key, eye.name)
    assert caught.value.hint == "install it again: pochade learn --eye FOLDER"


def test_a_model_that_lost_a_file_is_one_sentence(eye: InstalledEye, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointDamaged, match=r"has no model.safetensors"):
        load_eye(eye.key, eye.name)


def test_a_model_that_changed_is_another_eye(eye: InstalledEye, folder: Path) -> None:
    save_siglip(folder, seed=5)
    with pytest.raises(DataMissing, match="the model of the eye 'tiny' has changed"):
        load_eye(eye.key, eye.name)
    assert installed(folder).key != eye.key


def test_a_model_that_was_installed_again_after_a_change_is_loaded_again(eye: InstalledEye, folder: Path) -> None:
    before = load_eye(eye.key, eye.name)
    save_siglip(folder, seed=5)
    again = installed(folder)
    assert load_eye(again.key, again.name) is not before


def test_a_model_whose_files_were_only_touched_keeps_its_key(eye: InstalledEye, folder: Path) -> None:
    os.utime(folder / "model.safetensors", (1, 1))
    again = installed(folder)
    assert again.key == eye.key
    assert load_eye(eye.key, eye.name).folder.path == folder


def test_a_model_that_moved_is_found_after_it_was_installed_again(eye: InstalledEye, folder: Path) -> None:
    moved = folder.rename(folder.with_name("moved"))
    assert installed(moved).key == eye.key
    assert installed_eye(eye.key, eye.name).folder == moved


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": "x"}', b'{"name":"x","folder":7,"stamps":{}}'])
def test_a_damaged_record_counts_as_missing(content: bytes, eye: InstalledEye) -> None:
    (data_folder() / "eyes" / f"{eye.key}.json").write_bytes(content)
    with pytest.raises(DataMissing, match="is not installed on this machine"):
        installed_eye(eye.key, eye.name)


def test_a_key_that_is_none_leads_to_no_file(tmp_path: Path) -> None:
    (tmp_path / "evil.json").write_text(json.dumps({"name": "x", "folder": "/", "stamps": {}}))
    for key in (f"../../{tmp_path.name}/evil", "", "A" * 16, str(tmp_path / "evil")):
        with pytest.raises(DataMissing):
            installed_eye(key, "x")
