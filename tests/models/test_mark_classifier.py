"""The mark model gives without torch what it gives with it."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pochade.analysis.mark_features import FEATURES
from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.array_files import write_arrays
from pochade.models.checkpoints import load_model, save_model
from pochade.models.mark_classifier import MarkClassifier
from pochade.models.mark_model import MarkModel
from pochade.models.model_configs import MarkConfig
from pochade.models.stored_model import MODEL_FORMAT, read_stored_model

PATH = weights.FOLDER / weights.MARK_FILE


def test_sureness_is_that_of_the_torch_module_relative_to_its_limit() -> None:
    model = load_model(PATH)
    assert isinstance(model, MarkModel)
    features = model.middle + model.spread * torch.randn(50, FEATURES, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = torch.sigmoid(model.dust_logits(features) - model.limit).numpy()
    assert np.allclose(MarkClassifier(PATH).sureness(features.numpy()), expected, atol=1e-3)


def test_a_higher_limit_makes_it_less_sure(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, surenesses = MarkModel().eval(), []
    features = torch.randn(9, FEATURES).numpy()
    for limit in (-2.0, 0.0, 2.0):
        model.limit.fill_(limit)
        save_model(tmp_path / "marks.safetensors", model)
        surenesses.append(MarkClassifier(tmp_path / "marks.safetensors").sureness(features))
    assert (np.diff(surenesses, axis=0) < 0).all()


def test_the_shipped_model_takes_what_is_measured() -> None:
    assert read_stored_model(PATH, MarkConfig).config.features == FEATURES
    assert MarkClassifier(PATH).sureness(np.zeros((0, FEATURES), np.float32)).shape == (0,)


def test_weights_that_do_not_fit_their_config_are_refused(tmp_path: Path) -> None:
    config, arrays = read_stored_model(PATH, MarkConfig)
    metadata = {"net": "MarkNet", "config": json.dumps(dataclasses.asdict(config) | {"hidden": 7})}
    write_arrays(tmp_path / "marks.safetensors", MODEL_FORMAT, arrays, metadata)
    with pytest.raises(CheckpointDamaged, match="do not fit"):
        MarkClassifier(tmp_path / "marks.safetensors")
