"""The data of the scripts holds what the page promises: models that decode, and maps with every picture on them."""

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from pochade.models.vae import VAE, VAEConfig
from pochade.study.fashion_mnist import ImageSet
from pochade.study.page.lesson_data import MAPPED_NAMES, latent_map, lesson_data
from pochade.study.page.model_export import export_layers, export_model
from pochade.study.study_models import GENERATIVE_NAMES, model_plans
from pochade.study.study_settings import StudySettings


@pytest.fixture(scope="module")
def content(pictures: ImageSet) -> dict[str, Any]:
    """The data of untrained models."""
    plans = model_plans(pictures, StudySettings(widths=(4, 8)))
    models: dict[str, Any] = {name: plans[name].build().eval() for name in GENERATIVE_NAMES}
    curve = [{"model": "vae", "kl_weight": 1.0}]
    return dict(json.loads(json.dumps(lesson_data(pictures, models, curve))))


def test_the_pictures_are_five_of_each_class_in_order(content: dict[str, Any], pictures: ImageSet) -> None:
    pixels = np.frombuffer(base64.b64decode(content["pictures"]["pixels"]), np.uint8).reshape(50, 1, 28, 28)
    assert content["pictures"]["labels"] == sorted([*range(10)] * 5)
    assert np.array_equal(pixels[5], pictures.test.images[1][None, 0].numpy())


def test_every_picture_has_a_position_on_both_maps_and_a_cloud(content: dict[str, Any], pictures: ImageSet) -> None:
    for name in MAPPED_NAMES:
        positions = np.frombuffer(base64.b64decode(content["maps"][name]["positions"]), "<u2")
        assert positions.size == 2 * len(pictures.test.images)
    assert np.array(content["clouds"]["deviation"]).shape == (50, 2)
    assert np.min(content["clouds"]["deviation"]) > 0


def test_the_map_of_a_vae_shows_the_prior() -> None:
    """The latents of an untrained model lie close together, but random points come from the whole prior."""
    shown = latent_map(VAE(VAEConfig(latent_dim=2)).eval(), torch.zeros(30, 1, 28, 28, dtype=torch.uint8))
    assert max(shown["low"]) <= -3 < 3 <= min(shown["high"])


def test_exported_weights_are_those_of_the_layers_in_half_precision() -> None:
    layer = torch.nn.Linear(3, 2)
    (exported,) = export_layers(layer)
    weight = np.frombuffer(base64.b64decode(exported["weight"]), "<f2").reshape(2, 3)
    assert np.allclose(weight, layer.weight.detach().numpy(), atol=1e-3)


def test_a_layer_that_the_scripts_do_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="Dropout"):
        export_layers(torch.nn.Dropout())


def test_the_encoder_of_a_vae_ends_with_the_mean() -> None:
    exported = export_model(VAE(VAEConfig(latent_dim=7)), with_encoder=True)
    assert exported["encoder"][-1]["out"] == exported["decoder"][0]["in"] == 7
    assert "encoder" not in export_model(VAE(), with_encoder=False)
