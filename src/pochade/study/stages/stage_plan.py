"""Every stage of the study: what it needs, and about how long it takes beside the others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pochade.study.stages.compression_stage import measure_file_sizes
from pochade.study.stages.denoising_stage import DENOISING_NAMES, measure_denoising
from pochade.study.stages.embedding_stage import cluster_pictures, find_neighbours, probe_classes
from pochade.study.stages.latent_stage import interpolate_classes, map_latents, measure_random_latents
from pochade.study.stages.rate_distortion_stage import measure_rate_distortion
from pochade.study.stages.reconstruction_stage import measure_reconstructions
from pochade.study.stages.sample_stage import measure_normal_samples, measure_real_pictures, measure_samples
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.training_stage import train_model
from pochade.study.study_models import (
    GENERATIVE_NAMES,
    SAMPLED_NAMES,
    VAE_NAMES,
    WALKED_NAMES,
    WEIGHTED_NAMES,
)
from pochade.study.study_settings import StudySettings
from pochade.training.recipe import FAST_RECIPE

TRAINING_COST, MEASURING_COST = 20.0, 8.0  # about seconds on one core with the fast recipe


@dataclass(frozen=True)
class Stage:
    """One stage of the study."""

    name: str
    measure: Callable[..., StageResult]  # called with the inputs, and with a report if `is_training`
    needs: tuple[str, ...] = ()  # stages whose results it reads
    cost: float = MEASURING_COST  # relative to other stages
    is_training: bool = False


def study_stages(settings: StudySettings) -> list[Stage]:
    """Return all stages, in an order in which each comes after those that it needs."""
    return [*_training_stages(settings.recipe.epochs / FAST_RECIPE.epochs), *_measuring_stages()]


def _training_stages(length: float) -> list[Stage]:
    """The stages that train a model; `length` is how many times as long as with the fast recipe they take."""
    costs = {"classifier": TRAINING_COST}  # its recipe is always the same
    return [
        Stage(name, partial(train_model, name=name), cost=costs.get(name, length * TRAINING_COST), is_training=True)
        for name in ("classifier", *GENERATIVE_NAMES, "edge_autoencoder")
    ]


def _measuring_stages() -> list[Stage]:
    return [
        Stage("reconstructions", measure_reconstructions, GENERATIVE_NAMES, 40),  # long, and others need it
        Stage("clusters", cluster_pictures, cost=30),
        Stage("probes", probe_classes, ("edge_autoencoder", "autoencoder", "vae"), 40),
        Stage("map", map_latents, ("autoencoder",), 30),
        Stage("real pictures", measure_real_pictures, ("classifier",)),
        *(Stage(f"{name} points", partial(measure_random_latents, name=name), (name,), 15) for name in SAMPLED_NAMES),
        *(
            Stage(
                f"{name} samples",
                partial(measure_samples, name=name),
                ("classifier", "real pictures", name, f"{name} points"),
                15,
            )
            for name in SAMPLED_NAMES
        ),
        *(
            Stage(
                f"{name} samples",
                partial(measure_normal_samples, name=name),
                ("classifier", "real pictures", name),
            )
            for name in WEIGHTED_NAMES
        ),
        Stage(
            "rate-distortion",
            measure_rate_distortion,
            ("reconstructions", *(f"{name} samples" for name in VAE_NAMES)),
            1,
        ),
        Stage("file sizes", measure_file_sizes, ("autoencoder", "autoencoder_16", "vae", "reconstructions"), 15),
        Stage("denoising", measure_denoising, DENOISING_NAMES),
        Stage("neighbours", find_neighbours, ("autoencoder",)),
        *(Stage(f"{name} paths", partial(interpolate_classes, name=name), (name,), 1) for name in WALKED_NAMES),
    ]
