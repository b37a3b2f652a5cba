"""The Fashion-MNIST study: train the models, measure them, write the figures and the lesson."""

import json
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

from pochade.errors import UsageError
from pochade.models.checkpoints import save_model
from pochade.study.fashion_mnist import ImageSet
from pochade.study.figures.draw_figures import draw_figures
from pochade.study.page.lesson_data import lesson_data
from pochade.study.page.lesson_page import write_report
from pochade.study.stages.embedding_stage import QUERIES
from pochade.study.stages.latent_stage import PATHS
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_plan import study_stages
from pochade.study.stages.stage_progress import ProgressMonitor
from pochade.study.stages.stage_runner import is_distributed, run_stages
from pochade.study.stages.stage_store import StageStore
from pochade.study.study_listener import SilentListener, StudyListener
from pochade.study.study_metrics import collect_metrics, training_curves
from pochade.study.study_models import GENERATIVE_NAMES
from pochade.study.study_settings import StudySettings
from pochade.system.atomic_files import file_lock, write_atomically

STAGES_FOLDER = ".pochade-study"  # in the folder of the results
SAVED_NAMES = ("autoencoder", "vae")  # models that get a file of their own


def run_study(
    data: ImageSet,
    out: Path,
    settings: StudySettings,
    listener: StudyListener | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Run the whole study, or the rest of an interrupted one.

    Writes `report.html`, `figures/`, `metrics.json`, `autoencoder.safetensors` and `vae.safetensors` to `out`.
    Finished stages are stored in `out/.pochade-study`; a study with the same settings, pictures and code reuses them.

    Args:
        data: Fashion-MNIST, or other pictures in ten classes, at least a few hundred.
        out: The folder for the results, created if it does not exist.
        settings: What to train and how.
        listener: Is informed of the progress.
        workers: The number of processes that train and measure side by side; by default one per core.

    Returns:
        Every number of the study, as in `metrics.json`.

    Raises:
        UsageError: A class from which the lesson shows a picture has no test picture, or another study writes to `out`.
        TrainingDiverged: A loss became infinite or not a number.
        OutputUnwritable: `out` can't be written.
    """
    _require_classes(data)
    stages = study_stages(settings)
    inputs = StageInputs(data, settings, StageStore.create(out / STAGES_FOLDER, settings.key(data)))
    with _lock(out), ProgressMonitor(stages, inputs.store, listener or SilentListener()):
        run_stages(stages, inputs, workers)
    results = {stage.name: inputs.result(stage.name) for stage in stages}
    models = {name: inputs.model(name) for name in GENERATIVE_NAMES}
    for name in SAVED_NAMES:
        save_model(out / f"{name}.safetensors", models[name])
    metrics = collect_metrics(results, settings)
    write_atomically(out / "metrics.json", json.dumps(metrics, indent=2).encode())
    curves = {name: training_curves(results[name]) for name in GENERATIVE_NAMES}
    figures = draw_figures(out / "figures", data, models, results, curves, metrics)
    write_report(out / "report.html", metrics, figures, lesson_data(data, models, metrics["rate_distortion"]))
    return metrics


def _require_classes(data: ImageSet) -> None:
    """Check that each class that the lesson shows by name has a test picture, before the long work."""
    present = set(data.test.labels.tolist())
    absent = sorted({*QUERIES, *chain(*PATHS.values())} - present)
    if absent:
        raise UsageError(f"no test picture has the class {absent[0]}", "the study needs pictures of all ten classes")


def _lock(out: Path) -> AbstractContextManager[object]:
    """Keep a second study from writing to the same folder; the processes of one distributed study share it."""
    if is_distributed():
        return nullcontext()
    return file_lock(out / STAGES_FOLDER / "lock", f"running a study in '{out}'")
