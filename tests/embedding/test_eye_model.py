"""Tiny models in the real code: embeddings have unit length, depend on the picture alone, and need no network."""

import socket
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel
from transformers.utils import logging as transformers_logging

from pochade.embedding import eye_model
from pochade.embedding.eye_folder import read_model_folder
from pochade.embedding.eye_model import PICTURES_PER_BATCH, EyeModel, free_memory
from pochade.errors import CheckpointDamaged, PochadeError, UsageError
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import letterbox
from tests.support.drawings import drawing
from tests.support.small_eyes import COLUMNS, SIDE, save_clip


def pixels(seed: int, side: int = 60) -> Array:
    """A drawing as pixels."""
    return np.asarray(drawing(seed, side).convert("RGB"))


@pytest.fixture(scope="module")
def eye(siglip: Path) -> EyeModel:
    """A tiny SigLIP."""
    return EyeModel(read_model_folder(siglip))


@pytest.fixture
def eyes(siglip: Path, dinov2: Path, tmp_path: Path) -> list[EyeModel]:
    """A tiny model of each family."""
    return [EyeModel(read_model_folder(path)) for path in (siglip, dinov2, save_clip(tmp_path / "clip"))]


def test_every_family_embeds_pictures_as_unit_vectors(eyes: list[EyeModel]) -> None:
    for eye in eyes:
        rows = eye.embed([pixels(0), pixels(1), pixels(2)[:9]])
        assert rows.shape == (3, COLUMNS)
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        assert not np.allclose(rows[0], rows[1], atol=1e-3)


def test_an_embedding_is_what_transformers_computes_from_the_whole_picture(siglip: Path, eye: EyeModel) -> None:
    picture = pixels(3)[:40]
    square = letterbox(picture, SIDE).pixels.astype(np.float32) / 127.5 - 1
    model = AutoModel.from_pretrained(siglip)
    with torch.inference_mode():
        features = model.get_image_features(torch.from_numpy(square.transpose(2, 0, 1)[None])).pooler_output[0].numpy()
    assert eye.embed([picture])[0] == pytest.approx(features / np.linalg.norm(features), abs=1e-5)


def test_an_embedding_does_not_depend_on_the_other_pictures(eye: EyeModel) -> None:
    pictures = [pixels(seed) for seed in range(PICTURES_PER_BATCH + 1)]
    assert np.array_equal(eye.embed(pictures)[-1:], eye.embed(pictures[-1:]))


def test_words_are_embedded_among_pictures_and_case_makes_no_difference(eyes: list[EyeModel]) -> None:
    for eye in (eyes[0], eyes[2]):
        owl, boat = eye.embed_words("an owl"), eye.embed_words("a boat at night")
        assert owl.shape == (COLUMNS,)
        assert np.linalg.norm(owl) == pytest.approx(1, abs=1e-5)
        assert not np.allclose(owl, boat, atol=1e-3)
        assert np.array_equal(eye.embed_words("An OWL"), owl)


def test_a_long_text_is_cut(eye: EyeModel) -> None:
    assert np.array_equal(eye.embed_words("owl " * 500), eye.embed_words("owl " * 8))


def test_a_model_without_words_says_so(eyes: list[EyeModel]) -> None:
    with pytest.raises(UsageError, match="does not know words"):
        eyes[1].embed_words("owl")


def test_nothing_is_asked_of_the_network_and_nothing_is_printed(
    siglip: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    verbosity = transformers_logging.get_verbosity()
    eye = EyeModel(read_model_folder(siglip))
    eye.embed([pixels(0)])
    eye.embed_words("owl")
    assert capfd.readouterr() == ("", "")
    assert transformers_logging.get_verbosity() == verbosity


def test_damaged_weights_are_one_sentence(siglip: Path, tmp_path: Path) -> None:
    folder = Path(copytree(siglip, tmp_path / "damaged"))
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointDamaged, match=r"transformers can't use the model in '.*damaged'") as caught:
        EyeModel(read_model_folder(folder))
    assert "\n" not in caught.value.sentence


def test_a_damaged_tokenizer_is_one_sentence(siglip: Path, tmp_path: Path) -> None:
    folder = Path(copytree(siglip, tmp_path / "damaged"))
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointDamaged, match="transformers can't use"):
        EyeModel(read_model_folder(folder)).embed_words("owl")


def test_a_model_that_does_not_fit_into_memory_is_not_loaded(
    siglip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:     500000 kB\n")
    monkeypatch.setattr(eye_model, "MEMORY_FILE", tmp_path / "meminfo")
    assert free_memory() == 512_000_000
    with pytest.raises(PochadeError, match=r"needs about 0.7 GB of memory, and 0.5 GB are free") as caught:
        EyeModel(read_model_folder(siglip))
    assert "choose a smaller model" in caught.value.hint


def test_a_system_that_does_not_tell_its_memory_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eye_model, "MEMORY_FILE", tmp_path / "missing")
    assert free_memory() is None


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")])
def test_memory_that_runs_out_is_no_damage(error: Exception, eye: EyeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(eye.model, "get_image_features", fail)
    with pytest.raises(PochadeError, match="the memory is too small") as caught:
        eye.embed([pixels(0)])
    assert type(caught.value) is PochadeError


def test_results_that_are_no_numbers_are_never_stored(eye: EyeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    output = SimpleNamespace(pooler_output=torch.full((PICTURES_PER_BATCH, COLUMNS), float("nan")))
    monkeypatch.setattr(eye.model, "get_image_features", lambda **_: output)
    with pytest.raises(CheckpointDamaged, match="results that are no numbers"):
        eye.embed([pixels(0)])


def test_without_the_extra_the_error_says_how_to_install_it(siglip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eye_model, "EYE_LIBRARIES", ("torch", "no_such_library"))
    with pytest.raises(UsageError, match="eyes need torch and transformers") as caught:
        EyeModel(read_model_folder(siglip))
    assert "pochade[eyes]" in caught.value.hint
