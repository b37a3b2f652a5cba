"""The models of the study by name: how each is built, and what it learns to minimise."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from pochade.models.autoencoder import denoising_loss, reconstruction_loss
from pochade.models.classifier import classification_loss
from pochade.models.edge_autoencoder import edge_loss
from pochade.models.vae import WeightedLoss, batch_summed_loss, calibrated_loss, summed_loss
from pochade.study.fashion_mnist import ImageSet
from pochade.study.study_settings import StudySettings
from pochade.training.recipe import REFERENCE_CLASSIFIER_RECIPE, Recipe

KL_WEIGHTS = (4.0, 0.25, 0.06)  # of the VAEs that trade sharpness for a filled latent space; the plain VAE has 1
CONTROL_SIZES = (16, 32, 2)  # numbers in the latents of the autoencoders that are compared with the VAEs
REFERENCE_CLASSIFIER_SEED = 0  # the same in every study, so that distances can be compared between studies

WEIGHTED_NAMES = tuple(f"vae_kl_{weight:g}" for weight in KL_WEIGHTS)
VAE_NAMES = ("vae", "vae_calibrated", *WEIGHTED_NAMES)
JUDGED_NAMES = (
    "autoencoder",
    "autoencoder_16",
    "vae",
    "vae_calibrated",
)  # their share of random latents out of distribution is reported
SAMPLED_NAMES = (*JUDGED_NAMES[:2], "autoencoder_32", *JUDGED_NAMES[2:])  # models with a learned prior
WALKED_NAMES = ("autoencoder", "autoencoder_16", "vae")  # paths between two pictures are decoded by these
_WEIGHTS: dict[str, float] = {"vae": 1.0, **dict(zip(WEIGHTED_NAMES, KL_WEIGHTS, strict=True))}
KL_WEIGHT_BY_NAME: dict[str, float | None] = {  # of the rate-distortion curve, from the largest to the smallest
    **{name: _WEIGHTS[name] for name in sorted(_WEIGHTS, key=lambda name: -_WEIGHTS[name])},
    "vae_calibrated": None,  # it needs no weight
}
TRADING_NAMES = tuple(KL_WEIGHT_BY_NAME)
GENERATIVE_NAMES = ("autoencoder", "autoencoder_16", "autoencoder_32", "autoencoder_2", *VAE_NAMES, "vae_2", "denoiser")


@dataclass(frozen=True)
class ModelPlan:
    """How a model of the study is built and trained."""

    build: Callable[[], nn.Module]  # with initial weights that depend on the seed only
    loss: Callable[..., Tensor]
    recipe: Recipe
    seed: int
    with_labels: bool = False  # whether the loss needs the labels; true for the reference classifier alone
    loss_pictures: int = 1  # pictures over which the loss is a sum; recorded losses are divided by it, so that of the
    # last, smaller batch of an epoch is recorded too low


def model_plans(data: ImageSet, settings: StudySettings) -> dict[str, ModelPlan]:
    """The plan of every model of a study, by name.

    Args:
        data: The pictures; only their size, channels and number of classes matter.
        settings: The settings of the study.
    """

    def plan(build: Callable[..., nn.Module], loss: Callable[..., Tensor], *sizes: Any) -> ModelPlan:
        return ModelPlan(partial(build, data, *sizes), loss, settings.recipe, settings.seed)

    def plain_vae(*sizes: int) -> ModelPlan:
        if settings.recipe.name != "tutorial":
            return plan(settings.vae, summed_loss, *sizes)
        return replace(plan(settings.vae, batch_summed_loss, *sizes), loss_pictures=settings.recipe.batch_size)

    return {
        "autoencoder": plan(settings.autoencoder, reconstruction_loss),
        "vae": plain_vae(),
        "vae_calibrated": plan(settings.vae, calibrated_loss),
        **{f"autoencoder_{size}": plan(settings.autoencoder, reconstruction_loss, size) for size in CONTROL_SIZES},
        **{f"vae_kl_{weight:g}": plan(settings.vae, WeightedLoss(weight)) for weight in KL_WEIGHTS},
        "vae_2": plain_vae(2),
        "denoiser": plan(settings.autoencoder, denoising_loss),
        "edge_autoencoder": plan(settings.edge_autoencoder, edge_loss),
        "classifier": ModelPlan(
            partial(settings.reference_classifier, data),
            classification_loss,
            REFERENCE_CLASSIFIER_RECIPE,
            REFERENCE_CLASSIFIER_SEED,
            with_labels=True,
        ),
    }
