"""Every number of a study in one dictionary: the content of `metrics.json`."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from torch import nn

from pochade.study.model_training import StudyModels, TrainingCurves
from pochade.study.run_environment import code_version, machine_info
from pochade.study.stage_store import StageResult
from pochade.study.study_settings import StudySettings

SET_MEASURES = {  # keys of `metrics.json`, and the measures of `set_distance` and `measure_originality`
    "fcd": "frechet",
    "kid": "kernel",
    "kid_deviation": "kernel_deviation",
    "density": "density",
    "coverage": "coverage",
    "nearest_ratio": "nearest_ratio",
    "copied_share": "copied_share",
}


def collect_metrics(
    results: Mapping[str, StageResult],
    curves: TrainingCurves,
    models: StudyModels,
    settings: StudySettings,
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Collect every number of a study.

    Args:
        results: The results of the stages by name.
        curves: The losses of the models.
        models: The trained models.
        settings: The settings of the study.
        seconds: The time that each stage took.
    """
    copies, probes = results["copies"].numbers, results["probes"].numbers
    generative = {"autoencoder": models.autoencoder, "vae": models.vae}
    return {
        "settings": dataclasses.asdict(settings),
        "pixels": copies["pixels"],
        **{
            name: copies[name] | {"parameters": _parameter_count(model)} | curves[name]
            for name, model in generative.items()
        },
        "pca": copies["pca"],
        "knn_accuracy": probes["fingerprint"]["knn_accuracy"],
        "probes": probes,
        "clustering": results["groups"].numbers,
        "empty_point": results["autoencoder points"].numbers | {"vae": results["vae points"].numbers},
        **{key: _by_sampler(results, measure) for key, measure in SET_MEASURES.items()},
        "ruler": {"accuracy": results["ruler itself"].numbers["accuracy"]},
        "seconds": seconds | {"total": sum(seconds.values())},
        "machine": machine_info(),
        "commit": code_version(),
    }


def _by_sampler(results: Mapping[str, StageResult], measure: str) -> dict[str, Any]:
    """One measure of real pictures, as the floor, and of the pictures of each model and sampler."""
    table: dict[str, Any] = {"floor": results["ruler itself"].numbers["floor"][measure]}
    for model in ("autoencoder", "vae"):
        samplers = results[f"{model} samples"].numbers
        table[model] = {name: numbers[measure] for name, numbers in samplers.items() if measure in numbers}
    return table


def _parameter_count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
