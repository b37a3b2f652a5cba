"""Models survive being saved, damaged files are refused, and names in files never change."""

from pathlib import Path

import pytest
import torch
from torch import nn

from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.checkpoints import MODEL_CLASSES, STORED_NAMES, load_model, read_tensors, save_model
from pochade.models.classifier import Classifier
from pochade.models.conv_stacks import ConvConfig
from pochade.models.denoiser import Denoiser
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.mark_model import MarkModel
from pochade.models.page_model import PageModel
from pochade.models.pair_model import PairModel
from pochade.models.sketch_model import SketchVAE
from pochade.models.stored_model import MODEL_FORMAT
from pochade.models.vae import VAE

SAVED_MODELS = {
    "autoencoder": Autoencoder(),
    "flat autoencoder": Autoencoder(AutoencoderConfig(ConvConfig((9, 14), 3, (4, 5)), 6)),
    "vae": VAE(),
    "classifier": Classifier(),
}
SHIPPED_MODELS = {
    weights.EMBEDDING_FILE: ("LookEncoder", EmbeddingModel),
    weights.SKETCH_FILE: ("CodeVAE", SketchVAE),
    weights.PAIR_FILE: ("PairNet", PairModel),
    weights.MARK_FILE: ("MarkNet", MarkModel),
    weights.CLEANER_FILE: ("Restorer", Denoiser),
    weights.PAGE_FILE: ("PageNet", PageModel),
    weights.GENERATOR_FILE: ("DiffusionVAE", FlowMatchingVAE),
}


@pytest.mark.parametrize("model", SAVED_MODELS.values(), ids=SAVED_MODELS)
def test_a_loaded_model_equals_the_saved_one(model: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, model)
    loaded = load_model(path)
    assert type(loaded) is type(model)
    assert loaded.config == model.config
    assert not loaded.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "expected"), SHIPPED_MODELS.items(), ids=list(SHIPPED_MODELS))
def test_a_shipped_model_keeps_its_stored_name(
    file: str, expected: tuple[str, type[nn.Module]], tmp_path: Path
) -> None:
    name, model_class = expected
    model = load_model(weights.FOLDER / file)
    assert type(model) is model_class
    save_model(tmp_path / file, model)
    for path in (weights.FOLDER / file, tmp_path / file):
        assert read_tensors(path, MODEL_FORMAT)[1]["net"] == name


def test_the_names_in_files_are_those_of_the_first_version() -> None:
    assert set(MODEL_CLASSES) == {
        "Autoencoder", "VAE", "EdgeNet", "Classifier",
        "LookEncoder", "CodeVAE", "PairNet", "MarkNet", "Restorer", "PageNet", "DiffusionVAE",
    }  # fmt: skip
    assert set(STORED_NAMES.values()) == set(MODEL_CLASSES)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, Autoencoder())
    content = path.read_bytes()
    for damaged in (b"", content[:100], content[:-10], b"\xff" * 64):
        path.write_bytes(damaged)
        with pytest.raises(CheckpointDamaged, match=r"model\.safetensors"):
            load_model(path)
    with pytest.raises(CheckpointDamaged):
        load_model(tmp_path / "missing.safetensors")


def test_a_model_that_does_not_fit_its_own_config_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, Autoencoder())
    path.write_bytes(path.read_bytes().replace(b"[16, 32, 64]", b"[16, 32, 65]"))
    with pytest.raises(CheckpointDamaged, match="does not hold a model"):
        load_model(path)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, Autoencoder())
    with pytest.raises(CheckpointDamaged, match="pochade-training-1"):
        read_tensors(path, "pochade-training-1")
