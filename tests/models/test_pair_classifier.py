"""The pair model gives without torch what it gives with it."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pochade.analysis.comparison.relation_features import FEATURES
from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.array_files import write_arrays
from pochade.models.checkpoints import load_model
from pochade.models.model_configs import PAIR_RELATIONS, PairConfig
from pochade.models.pair_classifier import PairClassifier
from pochade.models.pair_model import PairModel
from pochade.models.stored_model import MODEL_FORMAT, read_stored_model

PATH = weights.FOLDER / weights.PAIR_FILE


def test_probabilities_are_those_of_the_torch_module() -> None:
    model = load_model(PATH)
    assert isinstance(model, PairModel)
    features = model.middle + 2 * model.spread * torch.randn(50, FEATURES, generator=torch.Generator().manual_seed(0))
    probabilities = PairClassifier(PATH).probabilities(features.numpy())
    with torch.no_grad():
        assert np.allclose(probabilities, model.probabilities(features).numpy(), atol=1e-5)
    assert probabilities.shape == (50, len(PAIR_RELATIONS))
    assert probabilities.sum(1) == pytest.approx(1)


def test_weights_that_do_not_fit_their_config_are_refused(tmp_path: Path) -> None:
    config, arrays = read_stored_model(PATH, PairConfig)
    metadata = {"net": "PairNet", "config": json.dumps(dataclasses.asdict(config) | {"hidden": 64})}
    write_arrays(tmp_path / "pairs.safetensors", MODEL_FORMAT, arrays, metadata)
    with pytest.raises(CheckpointDamaged, match="do not fit"):
        PairClassifier(tmp_path / "pairs.safetensors")
