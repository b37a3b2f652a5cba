"""What a folder says about its model is read before the model is loaded, and everything missing has its sentence."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from pochade.embedding.eye_folder import PictureInput, licence_in, read_model_folder
from pochade.errors import CheckpointDamaged, UsageError
from pochade.system.progress import ignore_progress
from tests.support.small_eyes import SIDE, save_dinov2, save_siglip, save_vit


@pytest.fixture
def folder(siglip: Path, tmp_path: Path) -> Path:
    """A copy of a tiny model that the test may change."""
    return Path(copytree(siglip, tmp_path / "model"))


def change_json(path: Path, **changes: Any) -> None:
    """Change values in a JSON file; None removes them."""
    values = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))


def test_a_folder_says_what_its_model_is(siglip: Path, dinov2: Path) -> None:
    model = read_model_folder(siglip)
    assert (model.family, model.licence, model.knows_words) == ("siglip", "apache-2.0", True)
    assert model.input == PictureInput(SIDE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert model.weight_bytes == (siglip / "model.safetensors").stat().st_size
    assert not read_model_folder(dinov2).knows_words


def test_the_crop_of_a_processor_is_the_size_of_pictures(folder: Path) -> None:
    change_json(folder / "preprocessor_config.json", do_center_crop=True, crop_size=48, size={"shortest_edge": 64})
    assert read_model_folder(folder).input.side == 48


def test_settings_may_be_in_the_file_of_the_whole_processor(folder: Path) -> None:
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": settings}))
    assert read_model_folder(folder).input.side == SIDE


@pytest.mark.parametrize(
    "changes",
    [
        {"size": None},
        {"size": {"shortest_edge": 224}},
        {"size": 0},
        {"size": 1e9},
        {"size": "large"},
        {"image_mean": None},
        {"image_mean": [0.5]},
        {"image_std": [0, 0, 0]},
        {"image_std": "abc"},
    ],
)
def test_impossible_settings_are_damage(changes: dict[str, Any], folder: Path) -> None:
    change_json(folder / "preprocessor_config.json", **changes)
    with pytest.raises(CheckpointDamaged, match="does not say which pictures"):
        read_model_folder(folder)


def test_a_folder_without_a_config_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged, match=r"has no config.json, so it is no model"):
        read_model_folder(tmp_path)


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000])
def test_a_config_that_is_no_json_is_damage(content: bytes, folder: Path) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(CheckpointDamaged, match="is damaged"):
        read_model_folder(folder)


def test_a_model_of_another_family_is_no_eye(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is of the family 'vit', and eyes are of clip, siglip, dinov2"):
        read_model_folder(save_vit(tmp_path / "vit"))


def test_weights_as_a_pickle_are_never_read(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CheckpointDamaged, match=r"has no model.safetensors; weights in other forms are pickles"):
        read_model_folder(folder)


def test_weights_may_be_in_several_files_and_all_must_be_there(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    with pytest.raises(CheckpointDamaged, match="lacks some of its weights"):
        read_model_folder(folder)
    (folder / "model-00002-of-00002.safetensors").write_bytes(b"more")
    assert [path.name for path in read_model_folder(folder).weights] == sorted(names.values())


@pytest.mark.parametrize("names", [{}, {"a": "../model.safetensors"}, {"a": 7}, []])
def test_a_list_of_weights_never_leads_out_of_the_folder(names: Any, folder: Path) -> None:
    (folder / "model.safetensors").rename(folder.parent / "model.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    with pytest.raises(CheckpointDamaged, match="lacks some of its weights"):
        read_model_folder(folder)


def test_a_model_without_its_tokenizer_knows_no_words(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert not read_model_folder(folder).knows_words


def test_the_key_depends_on_the_model_and_not_on_its_place(siglip: Path, folder: Path, tmp_path: Path) -> None:
    key = read_model_folder(siglip).key(ignore_progress)
    assert len(key) == 16
    assert read_model_folder(folder).key(ignore_progress) == key
    others = [save_siglip(tmp_path / "other", seed=1), save_dinov2(tmp_path / "dinov2")]
    change_json(folder / "preprocessor_config.json", image_std=[0.25] * 3)
    assert len({read_model_folder(path).key(ignore_progress) for path in (siglip, folder, *others)}) == 4


def test_a_licence_is_read_from_the_first_lines_of_the_card() -> None:
    assert licence_in("---\ntags: [a]\nlicense: 'mit'\n---\ntext") == "mit"
    for card in ("", "license: mit", "---\ntags: [a]\n---\nlicense: mit", "---\nlicense:\n---\n"):
        assert licence_in(card) == ""
