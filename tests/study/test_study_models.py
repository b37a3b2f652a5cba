"""The plan of the models: their names say the size of their latents, whatever the settings."""

import pytest

from pochade.models.vae import WeightedLoss, batch_summed_loss, summed_loss
from pochade.study.fashion_mnist import ImageSet
from pochade.study.study_models import GENERATIVE_NAMES, model_plans
from pochade.study.study_settings import StudySettings
from pochade.training.recipe import TUTORIAL_RECIPE


@pytest.mark.parametrize(("latent_dim", "size"), [(None, 16), (5, 5)])
def test_a_chosen_latent_size_changes_the_main_models_and_not_those_with_a_size_in_their_name(
    pictures: ImageSet, latent_dim: int | None, size: int
) -> None:
    plans = model_plans(pictures, StudySettings(latent_dim=latent_dim))
    shapes = {name: plans[name].build().latent_shape for name in GENERATIVE_NAMES}
    assert shapes["autoencoder"] == shapes["denoiser"] == ((5,) if latent_dim else (64, 3, 3))
    assert {shapes[name] for name in ("vae", "vae_calibrated", "vae_kl_4")} == {(size,)}
    assert [shapes[f"autoencoder_{fixed}"] for fixed in (16, 32, 2)] == [(16,), (32,), (2,)]
    assert shapes["vae_2"] == (2,)


def test_the_vae_has_the_plain_loss_with_every_recipe(pictures: ImageSet) -> None:
    plans = model_plans(pictures, StudySettings())
    assert plans["vae"].loss is summed_loss
    tutorial = model_plans(pictures, StudySettings(TUTORIAL_RECIPE))["vae"]
    assert (tutorial.loss, tutorial.loss_pictures) == (batch_summed_loss, TUTORIAL_RECIPE.batch_size)
    assert plans["vae_kl_0.25"].loss == WeightedLoss(0.25)
    assert [name for name, plan in plans.items() if plan.with_labels] == ["classifier"]
