"""The Fashion-MNIST study: train the models, measure them, write the figures and the report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pochade.models.checkpoints import save_model
from pochade.study.embedding_stage import cluster_pictures, probe_classes
from pochade.study.fashion_mnist import ImageSet
from pochade.study.figures import draw_figures
from pochade.study.latent_stage import interpolate_classes, map_latents, measure_random_latents
from pochade.study.lesson_page import write_report
from pochade.study.model_training import StudyModels, train_models
from pochade.study.reconstruction_stage import measure_copies
from pochade.study.sample_stage import measure_real_pictures, measure_samples
from pochade.study.stage_store import StageResult, StageStore
from pochade.study.study_listener import SilentListener, StudyListener
from pochade.study.study_metrics import collect_metrics
from pochade.study.study_settings import StudySettings
from pochade.system.atomic_files import write_atomically

STAGES_FOLDER = ".pochade-study"  # in the folder of the results
T_SHIRT, TROUSER, SHIRT, ANKLE_BOOT = 0, 1, 6, 9  # classes between which the lesson interpolates


def run_study(
    data: ImageSet, out: Path, settings: StudySettings, listener: StudyListener | None = None
) -> dict[str, Any]:
    """Run the whole study, or the rest of an interrupted one.

    Writes `report.html`, `figures/*.png`, `metrics.json`, `autoencoder.safetensors` and `vae.safetensors` to `out`.
    Finished stages are stored in `out/.pochade-study`; a study with the same settings, pictures and code reuses them.

    Args:
        data: Fashion-MNIST, or other pictures in ten classes, at least a few hundred.
        out: The folder for the results, created if it does not exist.
        settings: What to train and how.
        listener: Is informed of stages and progress.

    Returns:
        Every number of the study, as in `metrics.json`.

    Raises:
        TrainingDiverged: A loss became infinite or not a number.
        OutputUnwritable: `out` can't be written.
    """
    listener = listener or SilentListener()
    stages = StageStore(out / STAGES_FOLDER, settings.key(data), listener.start_stage)
    models, curves = train_models(data, settings, stages, listener)
    save_model(out / "autoencoder.safetensors", models.autoencoder)
    save_model(out / "vae.safetensors", models.vae)
    results = measure_models(data, models, settings, stages)
    listener.start_stage("report")
    metrics = collect_metrics(results, curves, models, settings, stages.seconds)
    write_atomically(out / "metrics.json", json.dumps(metrics, indent=2).encode())
    figures = draw_figures(out / "figures", data, models, results, curves)
    write_report(out / "report.html", metrics, figures)
    return metrics


def measure_models(
    data: ImageSet, models: StudyModels, settings: StudySettings, stages: StageStore
) -> dict[str, StageResult]:
    """Measure everything about the trained models, in the order of the report."""
    seed, autoencoder, vae, classifier = settings.seed, models.autoencoder, models.vae, models.reference_classifier
    results: dict[str, StageResult] = {}

    def run(name: str, stage: Callable[[], StageResult]) -> StageResult:
        results[name] = stages.run(name, stage)
        return results[name]

    run("copies", lambda: measure_copies(data, autoencoder, vae, seed))
    run("probes", lambda: probe_classes(data, models.embedding_model, autoencoder, vae))
    run("groups", lambda: cluster_pictures(data, models.embedding_model, seed))
    points = run("autoencoder points", lambda: measure_random_latents(data, autoencoder, seed)).arrays
    run("map", lambda: map_latents(data, autoencoder, points["points"], seed))
    run("autoencoder morph", lambda: interpolate_classes(data, autoencoder, (T_SHIRT, TROUSER), points["centre"]))
    vae_points = run("vae points", lambda: measure_random_latents(data, vae, seed)).arrays
    run("vae morph", lambda: interpolate_classes(data, vae, (ANKLE_BOOT, SHIRT), vae_points["centre"]))
    run("autoencoder samples", lambda: measure_samples(data, autoencoder, classifier, points["mixture"], seed))
    run("vae samples", lambda: measure_samples(data, vae, classifier, vae_points["mixture"], seed))
    run("ruler itself", lambda: measure_real_pictures(data, classifier, seed))
    return results
