"""The sketch model is trained on small pictures, and judged by what is redrawn from its 256 bytes."""

from pathlib import Path

import pytest

from experiments.train.tasks.sketch import SketchTask
from experiments.train.tasks.task_data import load_weights
from pochade.models.sketch_model import SketchVAE
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = SketchTask()


@pytest.mark.slow
def test_the_shipped_model_learns_and_is_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, SketchVAE, CPU))


@pytest.mark.slow
def test_figures_follow_the_quality_of_the_sketches() -> None:
    prepared = TASK.prepare(CPU, small=True)
    shipped = check_figures(TASK, prepared)
    assert 15 < shipped["psnr"] < 45
    worse = prepared.evaluate(SketchVAE().eval())  # nothing but a cosine transform
    assert worse["psnr"] < shipped["psnr"]
    assert worse["bits"] > shipped["bits"]
