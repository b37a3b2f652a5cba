"""Every number of a study in one dictionary: the content of `metrics.json`."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pochade.study.run_environment import code_version, machine_info
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.training_stage import CURVES
from pochade.study.study_models import GENERATIVE_NAMES, JUDGED_NAMES, SAMPLED_NAMES, WEIGHTED_NAMES
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


def collect_metrics(results: Mapping[str, StageResult], settings: StudySettings) -> dict[str, Any]:
    """Collect every number of a study.

    Args:
        results: The results of all stages by name.
        settings: The settings of the study.
    """
    reconstructions, probes = results["reconstructions"].numbers, results["probes"].numbers
    denoising, sizes = results["denoising"].numbers, results["file sizes"].numbers
    points = {name: results[f"{name} points"].numbers for name in JUDGED_NAMES}
    accuracy = results["real pictures"].numbers["accuracy"]
    seconds = {name: result.seconds for name, result in results.items()}
    return {
        "settings": dataclasses.asdict(settings),
        "pixels": reconstructions["pixels"],  # values per picture, channels included
        **{name: reconstructions[name] | training_curves(results[name]) for name in GENERATIVE_NAMES},
        "pca": reconstructions["pca"],
        "knn_accuracy": probes["fingerprint"]["knn_accuracy"],
        "probes": probes | {"edges, PCA": probes["fingerprint"]},  # the key of earlier versions
        "clustering": results["clusters"].numbers,
        "empty_point": _first_points(points),
        "empty_share": {name: numbers["empty_share"] for name, numbers in points.items()},
        "empty_share_real": {name: numbers["empty_share_real"] for name, numbers in points.items()},
        "judged_points": points["vae"]["judged_points"],
        **{key: _by_sampler(results, measure) for key, measure in SET_MEASURES.items()},
        "rate_distortion": results["rate-distortion"].numbers["curve"],
        "bytes": sizes["bytes"],
        "bytes_mse": sizes["mse"],
        "bytes_pictures": sizes["pictures"],
        "sheet_pictures": sizes["sheet_pictures"],
        "denoising": denoising["decibels"],
        "denoising_noise": denoising["noise_deviation"],
        "denoising_blur_sigma": denoising["blur_deviation"],
        "classifier": {"accuracy": accuracy},
        "ruler": {"accuracy": accuracy},  # the key of earlier versions
        "seconds": seconds | {"total": sum(seconds.values())},
        "machine": machine_info(),
        "commit": code_version(),
    }


def training_curves(result: StageResult) -> dict[str, Any]:
    """The losses of a trained model: the mean of each epoch, and that of each 25th of an epoch."""
    return {name: result.numbers[name] for name in CURVES}


def _first_points(points: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The tests of the first random latent: of the autoencoder, and under their names of the other models."""
    shown = {
        name: {key: numbers[key] for key in ("verdict", "tests", "learned_prior", "mixture_size")}
        for name, numbers in points.items()
    }
    return shown.pop("autoencoder") | shown


def _by_sampler(results: Mapping[str, StageResult], measure: str) -> dict[str, Any]:
    """One measure of real pictures, as the floor, and of the pictures of each model and sampler."""
    table: dict[str, Any] = {"floor": results["real pictures"].numbers["floor"][measure]}
    for model in (*SAMPLED_NAMES, *WEIGHTED_NAMES):
        samplers = results[f"{model} samples"].numbers
        if values := {name: numbers[measure] for name, numbers in samplers.items() if measure in numbers}:
            table[model] = values
    return table
